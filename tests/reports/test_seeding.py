"""seed_reports fills a city with reports that look like a city's, the same ones for the same seed."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.core.management import CommandError, call_command

from jurisdictions.models import Category, Jurisdiction, Street
from notifications.models import Message
from reports.models import Assignment, Contact, Report, StatusUpdate
from reports.seeding import sowing
from tests.city_files import town_files, until_the_end_of, write
from tests.shapes import GROUND

UNTIL = "2026-06-01"
LAST_MOMENT = datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Tehran"))


def seed(count, **options):
    output = StringIO()
    call_command("seed_reports", count=count, stdout=output, **({"until": date.fromisoformat(UNTIL)} | options))
    return output.getvalue()


@pytest.fixture
def town(db, tmp_path):
    call_command("load_city", write(tmp_path, town_files()), stdout=StringIO())
    return Jurisdiction.objects.cities().get()


def stories():
    """All that a report tells but its reference."""
    reports = Report.objects.order_by("received_at", "description")
    return [
        (
            report.category.code,
            report.description,
            report.location.coords,
            report.received_at,
            report.status,
            report.is_public,
            [(step.status, step.at, step.note) for step in report.status_updates.order_by("at")],
        )
        for report in reports.prefetch_related("status_updates", "category")
    ]


def test_reports_are_made_routed_and_counted(town):
    said = seed(20)
    assert "20 of 20" in said
    assert "20 reports made." in said
    assert set(Report.objects.values_list("source", "root__code")) == {("import", "town")}
    assert Report.objects.filter(department__isnull=False).count() == Report.objects.count() == 20
    assert Assignment.objects.filter(method="covers").count() == 20


def test_the_same_seed_gives_the_same_reports(town):
    seed(12)
    first = stories()
    Report.objects.all().delete()
    seed(12)
    assert stories() == first


def test_another_seed_gives_other_reports(town):
    seed(5)
    first = stories()
    Report.objects.all().delete()
    seed(5, seed=2)
    assert stories() != first


def test_a_city_that_has_some_is_topped_up_to_the_same_end(town):
    seed(12)
    whole = stories()
    Report.objects.all().delete()
    seed(5)
    assert "7 reports made." in seed(12)
    assert stories() == whole


def test_a_city_that_has_enough_is_left_alone(town):
    seed(5)
    before = stories()
    assert "The reports are there already." in seed(5)
    assert stories() == before


def test_reports_of_citizens_are_not_counted_as_seeded(town):
    seed(5)
    Report.objects.update(source="web")
    assert "5 reports made." in seed(5)


@pytest.mark.long
@pytest.mark.django_db
class TestAHundredAndFifty:
    """What a seeded city looks like."""

    @pytest.fixture(scope="class", autouse=True)
    @staticmethod
    def _seeded(django_db_setup, django_db_blocker, tmp_path_factory):
        with until_the_end_of(django_db_blocker):
            manifest = write(tmp_path_factory.mktemp("town"), town_files())
            call_command("load_city", manifest, stdout=StringIO())
            seed(150)
            yield

    def test_reports_lie_along_the_streets(self):
        lines = [
            shapely.from_wkb(bytes(street.line.transform(GROUND, clone=True).wkb)) for street in Street.objects.all()
        ]
        away = [
            min(line.distance(shapely.Point(report.location.transform(GROUND, clone=True).coords)) for line in lines)
            for report in Report.objects.all()
        ]
        assert sorted(away)[len(away) // 2] < 20
        assert max(away) < 250

    def test_reports_name_a_street_of_the_city_and_leave_no_gap_open(self):
        for text in Report.objects.values_list("description", flat=True):
            assert "نمونه" in text
            assert not re.search(r"[{}]|\s{2}", text)

    def test_more_come_in_by_day_than_by_night(self):
        hours = [
            moment.astimezone(ZoneInfo("Asia/Tehran")).hour
            for moment in Report.objects.values_list("received_at", flat=True)
        ]
        assert sum(8 <= hour < 20 for hour in hours) > 2 * sum(hour < 6 or hour >= 22 for hour in hours)

    def test_time_takes_reports_through_their_statuses(self):
        counts = Counter(Report.objects.values_list("status", flat=True))
        assert counts["resolved"] > 75
        assert counts["received"] > 0
        assert counts["in_progress"] > 0
        assert counts["rejected"] > 0
        for update in StatusUpdate.objects.filter(status="rejected"):
            assert update.is_public
            assert update.note
        for report in Report.objects.prefetch_related("status_updates"):
            moments = [step.at for step in report.status_updates.order_by("pk")]
            assert moments == sorted(moments)

    def test_some_texts_are_published_and_none_of_a_category_that_never_is(self):
        assert 0 < Report.objects.exclude(public_text="").count() < 150
        assert Report.objects.filter(category__code="residential-noise").exists()
        assert not Report.objects.filter(category__code="residential-noise", is_public=True).exists()

    def test_few_reporters_can_be_reached_and_none_of_them_is_real(self):
        assert 0 < Contact.objects.count() < 10
        for contact in Contact.objects.all():
            assert contact.email.endswith("@example.com")
            assert not contact.phone or re.fullmatch(r"\+120255501\d\d", contact.phone)
        assert Message.objects.count() < 20


def test_reports_came_in_over_the_days_asked_for_and_none_later(town):
    seed(30, days=10)
    moments = list(Report.objects.values_list("received_at", flat=True))
    assert min(moments) >= LAST_MOMENT - timedelta(days=10)
    assert max(moments) < LAST_MOMENT
    assert Report.objects.filter(status_at__gte=LAST_MOMENT).count() == 0


def test_a_season_without_ice_has_no_icy_streets(town):
    Category.objects.filter(code="rubble").update(code="icy-street")
    seed(40, days=30)
    assert not Report.objects.filter(category__code="icy-street").exists()


def test_the_days_end_today_where_nothing_else_is_said(town, time_machine):
    time_machine.move_to(datetime(2026, 5, 31, 21, tzinfo=UTC))  # already 1 June in the city
    seed(5, until=None, days=1)
    days = {
        moment.astimezone(ZoneInfo(town.time_zone)).date()
        for moment in Report.objects.values_list("received_at", flat=True)
    }
    assert days == {date(2026, 5, 31)}


def test_of_several_cities_one_must_be_named(town, tmp_path):
    other = Jurisdiction.objects.create(
        code="other", name_fa="دیگر", level=town.level, time_zone="UTC", metric_srid=32640
    )
    with pytest.raises(CommandError, match=r"several cities: choose one with --city \(town, other\)"):
        seed(1)
    seed(1, city="town")
    assert Report.objects.get().root == town
    with pytest.raises(CommandError, match="no streets inside its boundary"):
        seed(1, city=other.code)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"city": "nowhere"}, "There is no city nowhere: load one with load_city."),
        ({"days": 0}, "--days at least 1"),
        ({"texts": Path("nothing.json")}, "nothing.json cannot be read: No such file"),
    ],
)
def test_what_cannot_be_done_is_said(town, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        seed(1, **options)


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"categories": {}, "default": {"weight": 1}}'])
def test_a_file_that_holds_no_phrases_is_refused(town, tmp_path, content):
    path = tmp_path / "phrases.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=r"phrases\.json does not hold phrases"):
        seed(1, texts=path)


@pytest.mark.django_db
def test_without_a_city_there_is_nothing_to_fill():
    with pytest.raises(CommandError, match=r"There is no city yet: load one with load_city\."):
        seed(1)


def test_an_interrupted_run_goes_on_where_it_stopped(town, monkeypatch):
    monkeypatch.setattr(sowing, "BLOCK", 4)
    seed(12)
    whole = stories()
    Report.objects.all().delete()
    with pytest.raises(KeyboardInterrupt):
        call_command("seed_reports", count=12, until=date.fromisoformat(UNTIL), stdout=_StopsAfter("8 of 12"))
    assert Report.objects.count() == 8
    seed(12)
    assert stories() == whole


class _StopsAfter(StringIO):
    """An output on which somebody presses Ctrl-C."""

    def __init__(self, words):
        super().__init__()
        self.words = words

    def write(self, text):
        if self.words in text:
            raise KeyboardInterrupt
        return super().write(text)
