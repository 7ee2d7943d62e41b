"""From links to clusters, without a database: the same in any order, never too wide, never against a person's no."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.duplicates.clustering import Edge, clusters_of
from reports.duplicates.nearness import meters
from tests.shapes import lonlat

CAP_M = 60


def street(*xs: float) -> dict[str, tuple[float, float]]:
    """Places along a street, `a` at the first of these meters, `b` at the next …"""
    return {chr(97 + number): lonlat(x, 0) for number, x in enumerate(xs)}


def found(*pairs: str, places, apart=(), cap_m=CAP_M, must=(), score=0.9) -> list[str]:
    edges = [Edge(one, other, score) for one, other in pairs] + [
        Edge(one, other, 0.5, must=True) for one, other in must
    ]
    clusters = clusters_of(edges=edges, places=places, apart={frozenset(pair) for pair in apart}, cap_m=cap_m)
    return ["".join(sorted(cluster)) for cluster in clusters]


def test_D5_a_chain_along_a_street_ends_at_the_cap() -> None:
    places = street(0, 40, 80, 121)

    assert found("ab", "bc", "cd", places=places) == ["ab", "cd"]  # b and c tie with a and b, which lie further west
    assert found("ab", "bc", "cd", places=places, cap_m=130) == ["abcd"]


def test_D5_of_two_that_may_join_the_stronger_does() -> None:
    edges = [Edge("a", "b", 0.8), Edge("b", "c", 0.9)]

    assert clusters_of(edges=edges, places=street(0, 40, 80), cap_m=CAP_M) == [frozenset("bc")]


def test_D5_the_narrowest_cap_of_its_members_holds_for_a_cluster() -> None:
    places = street(0, 40, 80)
    edges = [Edge("a", "b", 0.9), Edge("b", "c", 0.8)]

    assert clusters_of(edges=edges, places=places, cap_m={"a": 100, "b": 100, "c": 50}) == [frozenset("ab")]
    assert clusters_of(edges=edges, places=places, cap_m={"a": 100, "b": 100, "c": 80.5}) == [frozenset("abc")]


def test_D4_a_no_parts_a_pair_whatever_else_joins_them() -> None:
    places = street(0, 1, 2)

    assert found("ab", "bc", "ac", places=places, apart=["ac"]) == ["ab"]
    assert found("ab", must=["ab"], places=places, apart=["ab"]) == []


def test_a_no_between_two_holds_between_their_groups() -> None:
    places = street(0, 1, 2, 3)

    assert found("ab", "cd", "bc", places=places, apart=["ad"]) == ["ab", "cd"]


def test_what_people_say_joins_beyond_the_cap_and_goes_first() -> None:
    places = street(0, 200, 40)

    assert found(must=["ab"], places=places) == ["ab"]
    assert found("ac", must=["ab"], places=places) == ["abc"]  # what people made wide still takes in its neighbors
    assert found("ac", must=["bc"], places=places, apart=["ab"]) == ["bc"]  # though a-c is the stronger link


def test_nobody_is_in_two_clusters_and_nobody_is_one_alone() -> None:
    assert found(places=street(0, 1)) == []
    assert found("aa", places=street(0)) == []


@st.composite
def grounds(draw):
    """Places on a small grid (so that many lie on one point and many distances tie), links, and noes."""
    count = draw(st.integers(2, 12))
    spots = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=count, max_size=count))
    pairs = list(combinations(range(count), 2))
    scores = draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from([0.7, 0.8, 0.9])))
    must = draw(st.sets(st.sampled_from(pairs), max_size=2))
    apart = draw(st.sets(st.sampled_from(pairs), max_size=4))
    places = {key: lonlat(15 * x, 15 * y) for key, (x, y) in enumerate(spots)}
    edges = [Edge(*pair, score, must=pair in must) for pair, score in scores.items()]
    return places, edges, {frozenset(pair) for pair in apart}


@given(grounds(), st.randoms(use_true_random=False))
def test_D13_the_order_of_rows_and_of_ends_changes_nothing(ground, random) -> None:
    places, edges, apart = ground
    shuffled = [Edge(edge.other, edge.one, edge.score, edge.must) if random.random() < 0.5 else edge for edge in edges]
    random.shuffle(shuffled)

    assert clusters_of(edges=shuffled, places=places, apart=apart, cap_m=CAP_M) == clusters_of(
        edges=edges, places=places, apart=apart, cap_m=CAP_M
    )


@given(grounds(), st.randoms(use_true_random=False))
def test_D13_the_order_of_arrival_changes_nothing(ground, random) -> None:
    """Other keys for the same reports: each stays with whom it was; only what tells them apart at all is kept."""
    places, edges, apart = ground
    keys = list(places)
    random.shuffle(keys)
    renamed = dict(zip(places, keys, strict=True))
    ranks = {key: key for key in places}  # such as the moment it was received: unlike the key, the report's own

    before = clusters_of(edges=edges, places=places, apart=apart, cap_m=CAP_M, ranks=ranks)
    after = clusters_of(
        edges=[Edge(renamed[edge.one], renamed[edge.other], edge.score, edge.must) for edge in edges],
        places={renamed[key]: place for key, place in places.items()},
        apart={frozenset(renamed[key] for key in pair) for pair in apart},
        cap_m=CAP_M,
        ranks={renamed[key]: rank for key, rank in ranks.items()},
    )

    assert {frozenset(renamed[key] for key in cluster) for cluster in before} == set(after)


@given(grounds())
def test_D5_no_cluster_is_wider_than_its_cap_and_what_people_said_allow(ground) -> None:
    places, edges, apart = ground
    said = max((meters(places[edge.one], places[edge.other]) for edge in edges if edge.must), default=0)

    clusters = clusters_of(edges=edges, places=places, apart=apart, cap_m=CAP_M)

    keys = [key for cluster in clusters for key in cluster]
    assert len(keys) == len(set(keys))
    for cluster in clusters:
        widest = max(meters(places[one], places[other]) for one, other in combinations(cluster, 2))
        assert widest <= CAP_M + 2 * said  # two of what people said may meet in one place
        assert not any(pair <= cluster for pair in apart)


@given(grounds())
def test_D13_each_component_alone_gives_what_all_together_give(ground) -> None:
    places, edges, apart = ground
    far = {key + 100: (lon + 1, lat) for key, (lon, lat) in places.items()}
    twins = [Edge(edge.one + 100, edge.other + 100, edge.score, edge.must) for edge in edges]

    alone = clusters_of(edges=edges, places=places, apart=apart, cap_m=CAP_M)
    together = clusters_of(edges=twins + edges, places=far | places, apart=apart, cap_m=CAP_M)

    assert [cluster for cluster in together if min(cluster) < 100] == alone


@given(grounds())
def test_against_the_rule_written_plainly(ground) -> None:
    places, edges, apart = ground
    edges = [edge for edge in edges if not edge.must]

    assert set(clusters_of(edges=edges, places=places, apart=apart, cap_m=CAP_M)) == plainly(edges, places, apart)


def plainly(edges, places, apart) -> set[frozenset[int]]:
    """All pairs measured at each step, no hulls and no memory."""

    def rank(edge):
        near = round(meters(places[edge.one], places[edge.other]), 3)
        ends = sorted(((places[edge.one], edge.one), (places[edge.other], edge.other)))
        return (-edge.score, near, ends[0][0], ends[1][0], ends[0][1], ends[1][1])

    groups = [frozenset({key}) for key in places]
    for edge in sorted(edges, key=rank):
        one, other = (next(group for group in groups if key in group) for key in (edge.one, edge.other))
        both = one | other
        narrow = all(meters(places[a], places[b]) <= CAP_M for a, b in combinations(both, 2))
        if one != other and narrow and not any(pair <= both for pair in apart):
            groups = [group for group in groups if group not in (one, other)] + [both]
    return {group for group in groups if len(group) > 1}


@pytest.mark.parametrize("side", [10, 60, 300])
def test_thousands_of_reports_with_fifty_links_each(side: int) -> None:
    """In a crowd, at the cap, and spread over many clusters: without remembering refusals this would take minutes."""
    count = 2_500
    places = {key: lonlat(key * 7919 % 1000 / 1000 * side, key * 104_729 % 997 / 997 * side) for key in range(count)}
    ordered = sorted(places, key=lambda key: places[key])
    edges = [
        Edge(one, other, 0.7 + (one * 31 + other * 17) % 300 / 1000)
        for start in range(count)
        for one, other in ((ordered[start], each) for each in ordered[start + 1 : start + 26])
    ]

    clusters = clusters_of(edges=edges, places=places, apart=(), cap_m=CAP_M)

    assert sum(map(len, clusters)) <= count
    assert all(one.isdisjoint(other) for one, other in pairwise(clusters))
