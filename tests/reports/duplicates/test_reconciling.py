"""A vague report does not make one problem of two that contradict each other."""

from datetime import timedelta
from itertools import permutations

import pytest

from reports.duplicates.clustering import Edge
from reports.duplicates.linking import seek_duplicates
from reports.duplicates.reconciling import MOST, contradicting, reconciled
from reports.duplicates.score import value_of
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


def kept(three, edges):
    ranks, caps = dict.fromkeys(three, 0), dict.fromkeys(three, 100.0)
    return reconciled(edges, facts=three, settings=SHIPPED, cap_m=caps, ranks=ranks)


def test_the_weaker_link_of_a_vague_report_falls(three):
    assert contradicting(three, settings=SHIPPED) == [frozenset({1, 2})]
    assert value_of(three[1], three[3], settings=SHIPPED) > 0.7
    strong, weak = Edge(1, 3, 0.9), Edge(2, 3, 0.8)
    assert kept(three, [strong, weak]) == kept(three, [weak, strong]) == [strong]


def test_what_people_have_said_is_not_touched(three):
    said = Edge(2, 3, 0.1, must=True)
    assert said in kept(three, [Edge(1, 3, 0.9), said])


def test_without_contradictions_all_links_stay(three):
    three[2] = facts(YELLOW, x=9, **CAR)
    edges = [Edge(1, 3, 0.9), Edge(2, 3, 0.8)]
    assert kept(three, edges) == edges


def test_of_a_crowd_not_all_pairs_are_compared(three):
    crowd = {number: three[1 + number % 2] for number in range(MOST + 1)}
    assert contradicting(crowd, settings=SHIPPED) == []


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
