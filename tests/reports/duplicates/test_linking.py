"""From reports to links to clusters, in the database: found, kept where people decided, followed when things change."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from reports.correcting import correct
from reports.handling import change_status
from reports.models import DuplicateCluster, DuplicateLink, LinkKind, LinkState, Report
from reports.publishing import hide
from reports.tasks import seek, sweep_duplicates
from tests.factories import CategoryFactory
from tests.reports.duplicate_ground import link, root_of, together
from tests.shapes import at
from tests.staff import FILED_AT

LATER = FILED_AT + timedelta(days=1)


def test_two_reports_of_one_hole_become_one_problem(told, found) -> None:
    first, second = told(), told(3, minutes=5)

    found(second)

    [link] = DuplicateLink.objects.all()
    assert (link.first, link.second, link.state, link.kind) == (first, second, LinkState.AUTOMATIC, LinkKind.DUPLICATE)
    assert link.features["metres"] == pytest.approx(3, abs=0.2)
    assert together(first, second)
    assert root_of(second) == first


def test_looked_for_again_nothing_changes(told, found) -> None:
    reports = [told(), told(3), told(5)]
    found(*reports)
    before = list(DuplicateLink.objects.order_by("pk").values()), list(DuplicateCluster.objects.values())

    found(*reports)

    assert (list(DuplicateLink.objects.order_by("pk").values()), list(DuplicateCluster.objects.values())) == before


def test_D13_whoever_is_looked_at_first_the_clusters_and_roots_are_the_same(told, found) -> None:
    reports = [told(), told(8, minutes=3), told(60, minutes=6), told(66, minutes=9), told(140, minutes=12)]
    seen = set()
    for order in list(permutations(reports))[::7]:
        Report.objects.update(duplicate_cluster=None)
        DuplicateCluster.objects.all().delete()
        DuplicateLink.objects.all().delete()
        found(*order)
        clusters = DuplicateCluster.objects.prefetch_related("reports")
        seen.add(frozenset((each.root_report, frozenset(each.reports.all())) for each in clusters))

    assert len(seen) == 1
    assert seen.pop()


def test_D4_a_no_is_permanent(told, found) -> None:
    first, second = told(), told(1)
    link(first, second, state=LinkState.REJECTED, score=0)

    found(first, second, first)

    assert DuplicateLink.objects.get().state == LinkState.REJECTED
    assert DuplicateLink.objects.get().score > 0.9  # known, and without effect
    assert not DuplicateCluster.objects.exists()


def test_D3_what_came_after_the_repair_is_a_recurrence_and_no_duplicate(told, found) -> None:
    first = told()
    change_status(report=first, to="resolved", note="پر شد", at=FILED_AT + timedelta(hours=2))
    again = told(1, minutes=60 * 24 * 3)

    found(again)

    assert DuplicateLink.objects.get().kind == LinkKind.RECURRENCE
    assert not DuplicateCluster.objects.exists()


def test_taken_up_again_the_earlier_report_and_the_later_are_one_problem(told, found) -> None:
    first = told()
    change_status(report=first, to="resolved", note="پر شد", at=FILED_AT + timedelta(hours=2))
    again = told(1, minutes=60 * 24)
    found(first, again)

    change_status(report=first, to="in_progress", at=LATER)

    assert Report.objects.unsought().get() == first
    assert sweep_duplicates() == 1
    assert together(first, again)


def test_moved_away_it_leaves_its_cluster_and_the_others_stay(told, found) -> None:
    first, second, third = told(), told(3), told(5)
    found(first, second, third)
    key = DuplicateCluster.objects.get().pk

    correct(report=first, at=LATER, location=at(1500, 900))
    found(first)

    assert together(second, third)
    assert DuplicateCluster.objects.get().pk == key
    assert root_of(second) == second
    assert not DuplicateLink.objects.touching([first.pk]).exists()


def test_a_cluster_of_two_ends_when_one_leaves(told, found) -> None:
    told()
    second = told(3)
    found(second)

    correct(report=second, at=LATER, location=at(1500, 900))
    found(second)

    assert not DuplicateCluster.objects.exists()
    assert Report.objects.filter(duplicate_cluster__isnull=True).count() == 2


def test_of_another_category_it_is_another_problem(told, found) -> None:
    told()
    second = told(3)
    found(second)

    correct(
        report=second, at=LATER, category=CategoryFactory(code="graffiti", name_fa="دیوارنویسی", name_en="Graffiti")
    )
    found(second)

    assert not DuplicateCluster.objects.exists()


def test_D7_where_the_root_closes_alone_another_stands_for_the_problem(told, found) -> None:
    first, second, third = told(), told(3, minutes=1), told(5, minutes=2)
    found(first, second, third)

    change_status(report=first, to="rejected", note="نیست", at=LATER, alone=True)

    assert root_of(first) == second
    assert together(first, second, third)
    assert [each.status for each in (second, third) if not each.refresh_from_db()] == ["received", "received"]


def test_D7_a_hidden_root_gives_way_to_one_that_the_public_sees(told, found) -> None:
    first, second = told(), told(3, minutes=1)
    found(first, second)

    hide(report=first)

    assert root_of(first) == second


def test_the_sweep_finds_what_a_lost_job_left(told) -> None:
    reports = [told(each, minutes=each) for each in range(3)]

    assert sweep_duplicates() == 3

    assert together(*reports)
    assert sweep_duplicates() == 0


def test_one_that_cannot_be_looked_at_does_not_keep_the_others(told, monkeypatch, caplog) -> None:
    bad, *_others = told(minutes=9), told(1), told(2)

    def seek_but_one(report_id: int) -> bool:
        if report_id == bad.pk:
            raise RuntimeError
        return seek(report_id)

    monkeypatch.setattr("reports.tasks.seek", seek_but_one)

    assert sweep_duplicates() == 2
    assert Report.objects.unsought().get() == bad
    assert str(bad.pk) in caplog.text


def test_a_report_that_is_gone_is_nothing_to_look_at(small_city) -> None:
    assert seek(12345) is False


def test_a_crowd_is_joined_one_by_one(told, found, monkeypatch) -> None:
    """Beyond so many reports that hang together the newcomer alone is put in its place, by the same rule."""
    crowd = [told(each, minutes=each) for each in range(4)]
    found(*crowd)
    monkeypatch.setattr("reports.duplicates.reclustering.MOST", 3)
    stranger, fifth = told(480, minutes=20), told(4, minutes=21)
    link(stranger, crowd[0])
    found(fifth, stranger)
    assert stranger.duplicate_cluster is None
    refused = told(2, minutes=22)
    link(refused, crowd[0], state=LinkState.REJECTED)

    found(refused)

    assert together(*crowd, fifth)
    assert root_of(fifth) == crowd[0]
    assert refused.duplicate_cluster is None


def test_whoever_waits_for_the_city_sees_what_the_first_has_done(told, found) -> None:
    first, second = told(), told(1)
    with transaction.atomic():
        found(first)
        found(second)

    assert together(first, second)
