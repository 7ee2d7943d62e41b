"""`manage.py cluster_duplicates`: what one by one gives, in one go."""

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reports.duplicates import seek_duplicates
from reports.models import DuplicateCluster, DuplicateLink, LinkState, Report
from tests.factories import CategoryFactory
from tests.reports.duplicate_ground import link, together
from tests.staff import FILED_AT

WORDS = [
    "چالهٔ عمیقی جلوی نانوایی سر کوچهٔ لاله",
    "چاله جلوی نانوایی لاله",
    "آسفالت روبه‌روی مدرسه کنده شده",
    "دریچهٔ فاضلاب شکسته است",
    "چراغ خیابان خاموش است",
]


def run(*words: str) -> str:
    told = StringIO()
    call_command("cluster_duplicates", *words, stdout=told, stderr=StringIO())
    return told.getvalue()


def problems() -> set[tuple[str, frozenset[str]]]:
    """Each problem: its root and its reports, by what they were filed with."""
    clusters = DuplicateCluster.objects.select_related("root_report").prefetch_related("reports")
    return {(each.root_report.address, frozenset(one.address for one in each.reports.all())) for each in clusters}


def forget_all() -> None:
    Report.objects.update(duplicate_cluster=None, duplicates_sought_at=None)
    DuplicateCluster.objects.all().delete()
    DuplicateLink.objects.all().delete()


def test_D13_some_hundred_reports_one_by_one_in_any_order_give_what_the_batch_gives(told, small_city) -> None:
    chance = random.Random(7)
    other = CategoryFactory(code="manhole-cover", name_fa="دریچه", name_en="Manhole")
    reports = [
        told(
            chance.uniform(-450, 450),
            y=chance.uniform(100, 900),
            minutes=chance.uniform(0, 60 * 24 * 20),
            words=chance.choice(WORDS),
            category=chance.choice([small_city.pothole, small_city.pothole, other]),
            address=f"{number}",
        )
        for number in range(300)
    ]
    found = []
    for _order in range(2):
        forget_all()
        chance.shuffle(reports)
        for report in reports:
            seek_duplicates(report_id=report.pk, at=FILED_AT)
        found.append(problems())
    forget_all()

    run()

    assert problems() == found[0] == found[1]
    assert len(found[0]) > 10
    assert not Report.objects.unsought().exists()


def test_what_was_done_is_not_done_again_and_rescored_where_asked(told) -> None:
    reports = [told(number, minutes=number) for number in range(3)]
    told(700)

    assert "4 reports looked at; 3 tell of 1 problems" in run()
    assert "0 reports looked at" in run("--city", "sample")
    DuplicateLink.objects.update(state=LinkState.SUGGESTED)
    DuplicateCluster.objects.all().delete()
    assert "4 reports looked at; 3 tell of 1 problems" in run("--rescore")
    assert together(*reports)


def test_an_interrupted_run_goes_on_where_it_stopped(told, monkeypatch) -> None:
    reports = [told(number % 4, minutes=number) for number in range(6)]
    monkeypatch.setattr("reports.duplicates.batch.AT_ONCE", 2)
    calls = []

    def stop(done: int, total: int) -> None:
        calls.append(done)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("reports.management.commands.cluster_duplicates.Command._progress", staticmethod(stop))
    with pytest.raises(KeyboardInterrupt):
        run()
    assert Report.objects.unsought().count() == 2

    run()

    assert together(*reports)
    assert calls == [2, 4, 2]


def test_what_people_decided_stays(told) -> None:
    first, second, far = told(), told(1, minutes=1), told(600, minutes=2)
    link(first, second, state=LinkState.REJECTED)
    link(first, far, state=LinkState.CONFIRMED)

    run("--rescore")

    assert together(first, far)
    assert Report.objects.get(pk=second.pk).duplicate_cluster is None


def test_an_unknown_city_is_named(small_city) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run("--city", "nowhere")
