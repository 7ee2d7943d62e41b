"""A vague report does not make one problem of two that are not alike."""

from datetime import timedelta
from itertools import combinations, permutations

import pytest

from reports.duplicates.clustering import Edge, tops
from reports.duplicates.linking import seek_duplicates
from reports.duplicates.reconciling import MOST, reconciled
from reports.duplicates.score import kind_of, value_of
from reports.duplicates.shipped import shipped_settings
from reports.intake import submit_report
from reports.models import Report
from tests.factories import CategoryFactory
from tests.reports.duplicates.telling import NOON, facts
from tests.shapes import at

SHIPPED = shipped_settings()
CAR = {"category": "abandoned-vehicle"}
YELLOW, WHITE, VAGUE = "وانت مزدا زرد جلوی پلاک ۲۴", "پژو سفید جلوی پلاک ۱۷", "ماشین اسقاطی جلوی خانه رها شده"


@pytest.fixture
def three():
    return {
        1: facts(YELLOW, **CAR),
        2: facts(WHITE, x=9, **CAR),
        3: facts(VAGUE, x=4, **CAR),
    }


def kept(told, edges):
    return reconciled(edges, facts=lambda keys: {key: told[key] for key in keys}, settings=SHIPPED)


def test_the_weaker_link_of_a_vague_report_falls(three):
    assert value_of(three[1], three[2], settings=SHIPPED) < 0.02
    assert value_of(three[1], three[3], settings=SHIPPED) > 0.7
    strong, weak = Edge(1, 3, 0.9), Edge(2, 3, 0.8)
    assert kept(three, [strong, weak]) == kept(three, [weak, strong]) == [strong]


def test_one_pair_that_is_alike_does_not_join_a_report_to_many_that_are_not():
    hole, bench = "چالهٔ عمیق جلوی نانوایی", "آسفالت نشست کرده، روبه‌روی درمانگاه"
    told = {1: facts(hole), 2: facts(hole, x=2), 3: facts(hole, x=4), 4: facts(bench, x=60)}
    among = [Edge(1, 2, 0.95), Edge(2, 3, 0.95), Edge(1, 3, 0.95)]
    assert value_of(told[1], told[4], settings=SHIPPED) < 0.5
    assert kept(told, [*among, Edge(3, 4, 0.65)]) == among
    assert kept({key: told[key] for key in (3, 4)}, [Edge(3, 4, 0.65)]) == [Edge(3, 4, 0.65)]


def test_what_people_have_said_is_not_touched(three):
    said = Edge(2, 3, 0.1, must=True)
    assert said in kept(three, [Edge(1, 3, 0.9), said])


def test_where_all_are_alike_all_links_stay(three):
    three[2] = facts(YELLOW, x=9, **CAR)
    edges = [Edge(1, 3, 0.9), Edge(2, 3, 0.8)]
    assert kept(three, edges) == edges


def test_of_a_crowd_not_all_pairs_are_compared(three):
    crowd = {number: three[1 + number % 2] for number in range(MOST + 1)}
    edges = [Edge(number, number + 1, 0.7) for number in range(MOST)]
    assert kept(crowd, edges) == edges
    assert len(kept(crowd, edges[:-1])) < MOST - 1


def test_what_does_not_hang_together_is_looked_at_apart(three):
    told = {10 * place + key: each for place in range(MOST) for key, each in three.items()}
    links = [
        Edge(10 * place + one, 10 * place + 3, score) for place in range(MOST) for one, score in ((1, 0.9), (2, 0.8))
    ]
    assert kept(told, links) == links[::2]


def test_neither_keys_nor_the_order_of_links_decide():
    """Four alike at one place, each pair with the same score: who is with whom follows from content."""
    texts = ["چاله جلوی نانوایی", "چاله", "چاله جلوی داروخانه", "چاله عمیق"]
    told = [facts(text, x=4 * place) for place, text in enumerate(texts)]
    results = set()
    for order in permutations(range(4)):
        keyed = {key: told[place] for key, place in enumerate(order)}
        links = [Edge(one, other, 0.8) for one, other in permutations(range(4), 2) if one < other]
        left = kept(keyed, links)
        results.add(frozenset(frozenset((order[edge.one], order[edge.other])) for edge in left))
    assert len(results) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_service_keeps_them_apart_in_any_order_of_arrival(small_city, order):
    category = CategoryFactory(code="abandoned-vehicle")
    told = [(500, YELLOW), (509, WHITE), (503, VAGUE)]
    keys = {}
    for number in order:
        x, text = told[number]
        report = submit_report(
            location=at(x, 200),
            category=category,
            description=text,
            received_at=NOON + timedelta(minutes=len(keys)),
            source="web",
        )
        keys[number] = report.pk
        seek_duplicates(report_id=report.pk, at=NOON)
    cluster = {number: Report.objects.get(pk=key).duplicate_cluster_id for number, key in keys.items()}
    assert cluster[0] != cluster[1] or cluster[0] is None
    assert cluster[2] is not None
    assert cluster[2] == cluster[0]


def test_what_comes_back_after_a_closing_is_not_joined_by_what_was_open_all_the_while():
    """A hole is told of by three and filled; another one beside it is left; the first opens again."""
    before = {f"before {number}": facts("چالهٔ عمیق", x=number, hours=number, closed_after=100) for number in range(3)}
    beside = {"beside": facts("چاله", x=12, hours=50)}
    again = {f"again {number}": facts("چالهٔ عمیق باز شد", x=number, hours=200 + number) for number in range(3)}
    told = {**before, **beside, **again}
    edges = [
        Edge(one, other, value_of(told[one], told[other], settings=SHIPPED))
        for one, other in combinations(told, 2)
        if kind_of(told[one], told[other]) == "duplicate"
    ]
    links = [edge for edge in edges if edge.score > 0.5]
    assert {("before 0", "beside"), ("beside", "again 0")} <= {(edge.one, edge.other) for edge in links}
    groups = tops((edge.one, edge.other) for edge in kept(told, links))
    assert {groups[key] for key in before}.isdisjoint({groups[key] for key in again})
    assert all(len({groups[key] for key in several}) == 1 for several in (before, again))
