"""`manage.py cluster_duplicates`: what one by one gives, in one go."""

import asyncio
import random
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from reports.correcting import correct
from reports.duplicates import batch, current_settings, seek_duplicates
from reports.duplicates.surroundings import read_surroundings, tiles_around
from reports.models import DuplicateCluster, DuplicateLink, LinkState, Photo, Report
from reports.searches import ask_for_searches
from tests.factories import CategoryFactory
from tests.reports.duplicate_ground import link, together
from tests.shapes import at
from tests.staff import FILED_AT, multiply

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
    Report.objects.update(duplicate_cluster=None)
    DuplicateCluster.objects.all().delete()
    DuplicateLink.objects.all().delete()
    ask_for_searches(Report.objects.values_list("pk", flat=True))


@pytest.mark.long
def test_D13_more_than_a_hundred_reports_one_by_one_in_any_order_give_what_the_batch_gives(told, small_city) -> None:
    chance = random.Random(7)
    other = CategoryFactory(code="manhole-cover", name_fa="دریچه", name_en="Manhole")
    reports = [
        told(
            chance.uniform(-265, 265),
            y=chance.uniform(262, 738),
            minutes=chance.uniform(0, 60 * 24 * 20),
            words=chance.choice(WORDS),
            category=chance.choice([small_city.pothole, small_city.pothole, other]),
            address=f"{number}",
        )
        for number in range(101)
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


SIDES = ["سمت راست", "سمت چپ"]
LAMPS = [
    "چراغ جلوی داروخانه، پلاک ۱۲، {} خاموش است",
    "چراغ {} کوچه خاموش است، جلوی مدرسه، پلاک ۸۷",
    "چراغ خاموش است",
]


@pytest.mark.long
def test_D13_what_contradicts_each_other_is_parted_however_much_else_is_done_with_it(told) -> None:
    """A vague report is like both of two that plainly are not one, at each of many places: more than hang together."""
    chance = random.Random(3)
    reports = [
        told(
            place % 10 * 100 - 450 + chance.uniform(0, 12),
            y=100 + place // 10 * 110 + chance.uniform(0, 12),
            minutes=chance.uniform(0, 600),
            words=words.format(SIDES[(place + number) % 2]),
            address=chr(ord("a") + place) + "xyz"[number],  # not by numbers, which would be those of houses
        )
        for place in range(25)
        for number, words in enumerate(LAMPS)
    ]
    chance.shuffle(reports)
    for report in reports:
        seek_duplicates(report_id=report.pk, at=FILED_AT)
    found = problems()
    forget_all()

    run()

    assert problems() == found
    assert [len(reports) for _root, reports in found] == [2] * 25


def test_what_changes_while_it_is_compared_is_compared_anew(told, monkeypatch) -> None:
    first, second, third = told(), told(3, minutes=1), told(5, minutes=2)
    compare, compared = batch.compare, []

    def meanwhile(keys, **how):
        found = compare(keys, **how)
        if not compared:
            correct(report=second, location=at(950, 500), at=FILED_AT)
        compared.append(keys)
        return found

    monkeypatch.setattr(batch, "compare", meanwhile)

    run()

    assert len(compared) == 2
    assert together(first, third)
    assert Report.objects.get(pk=second.pk).duplicate_cluster is None


def test_a_photo_that_comes_meanwhile_counts(told, monkeypatch) -> None:
    first, second = told(words="چاله", minutes=0), told(60, words="دریچه", minutes=1)
    compare = batch.compare

    def meanwhile(keys, **how):
        found = compare(keys, **how)
        if not Photo.objects.exists():
            for report in (first, second):
                Photo.objects.create(
                    report=report,
                    number=1,
                    uploaded_at=FILED_AT,
                    mime="image/jpeg",
                    bytes=1,
                    sha256="0" * 64,
                    state="ready",
                    rendition="view",
                    width=1,
                    height=1,
                    perceptual_hash=0x0F0F_1234_5678_9ABC,
                )
        return found

    monkeypatch.setattr(batch, "compare", meanwhile)

    run()

    assert DuplicateLink.objects.get().features["photo_likeness"] == 1


async def run_in_a_loop(*words: str) -> str:
    """Beside an event loop a thread has other connections than without one."""
    return run(*words)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run_in_two", [run, lambda *words: asyncio.run(run_in_a_loop(*words))], ids=["usual", "loop"])
def test_D13_two_processes_give_what_one_gives(told, monkeypatch, run_in_two) -> None:
    chance = random.Random(11)
    for number in range(120):
        told(chance.uniform(-200, 200), y=chance.uniform(300, 700), words=chance.choice(WORDS), address=f"{number}")
    run("--processes", "1")
    found = problems()
    links = set(DuplicateLink.objects.values_list("first", "second", "score", "state"))
    forget_all()
    for name, value in {"FEW": 1, "TOGETHER": 25, "AT_ONCE": 10}.items():
        monkeypatch.setattr(batch, name, value)

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    assert "120 reports looked at" in run_in_two("--processes", "2")

    assert problems() == found
    assert set(DuplicateLink.objects.values_list("first", "second", "score", "state")) == links
    assert len(found) > 3
    assert not Report.objects.unsought().exists()


def test_only_what_lies_around_is_read_however_many_reports_there_are(told, small_city) -> None:
    here, beside = told(0), told(240)
    multiply(told(-400, y=950), by=300)  # over ten kilometres

    around = read_surroundings([here.pk], city_id=small_city.city.pk, settings=current_settings())

    assert {here.pk, beside.pk} <= set(around.keys.tolist())
    assert len(around) < 30


def test_what_lies_around_is_found_across_the_antimeridian() -> None:
    tiles = tiles_around(np.array([179.999, 10.0]), np.array([10.0, -5.0]), radius_m=250)
    boxes = list(zip(*(tiles[side] for side in ("west", "south", "east", "north")), strict=True))
    for lon, lat in ((-179.9995, 10.001), (179.998, 9.999), (10.002, -4.998), (9.998, -5.002)):
        assert any(west <= lon <= east and south <= lat <= north for west, south, east, north in boxes), (lon, lat)
    assert not any(west <= 60 <= east for west, _south, east, _north in boxes)


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


def test_no_more_are_looked_at_than_asked_for(told) -> None:
    reports = [told(number, minutes=number) for number in range(4)]

    assert "2 reports looked at" in run("--most", "2")
    assert Report.objects.unsought().count() == 2
    assert "2 reports looked at" in run()
    assert together(*reports)


def test_an_unknown_city_is_named(small_city) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        run("--city", "nowhere")
