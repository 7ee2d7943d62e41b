"""Sets of boundaries come into force together, end what held before, and are refused whole where one shape is bad."""

from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from django.db import connection, transaction

from jurisdictions.boundaries import BadShapes, FirstDayNotLater, NewBoundary, put_in_force
from jurisdictions.models import Boundary, BoundarySet, Category, Jurisdiction, Level
from reports.intake import submit_report
from tests.factories import CityFactory, LevelFactory
from tests.shapes import at, polygon, rectangle, square
from tests.threads import InTheBackground, wait_until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("in_english")

FIRST_DAY = date(2025, 3, 21)
LATER = date(2026, 3, 21)
MADE_AT = datetime(2025, 3, 1, tzinfo=UTC)


def west(**changes):
    values = {"level": "district", "code": "1", "name_fa": "منطقه ۱", "geometry": square(0, 0, side=1000)}
    return NewBoundary(**(values | {"name_en": "District 1", "parent": ("city", "town")} | changes))


def east(**changes):
    values = {"code": "2", "name_fa": "منطقه ۲", "name_en": "District 2", "geometry": square(1000, 0, side=1000)}
    return west(**(values | changes))


@pytest.fixture
def city(db):
    return CityFactory(code="town")


@pytest.fixture
def put(city):
    def make(*shapes, first_day=FIRST_DAY, source="act 7", level="district"):
        return put_in_force(
            root=city,
            level=LevelFactory(code=level),
            shapes=shapes,
            first_day=first_day,
            source=source,
            at=MADE_AT,
        )

    return make


def codes_in_force(on):
    return set(Boundary.objects.in_force(on=on).values_list("jurisdiction__code", flat=True))


def test_new_codes_become_jurisdictions_with_names_and_parent(city, put):
    made = put(west(), east())
    district = Jurisdiction.objects.get(code="2")
    assert (district.name_fa, district.name_en, district.parent, district.root) == ("منطقه ۲", "District 2", city, city)
    assert (made.first_day, made.source, made.made_at, made.made_by) == (FIRST_DAY, "act 7", MADE_AT, None)


def test_a_set_holds_from_its_first_day_on(put):
    put(west(), east())
    assert codes_in_force(FIRST_DAY - timedelta(days=1)) == set()
    assert codes_in_force(FIRST_DAY) == {"1", "2"}
    assert codes_in_force(date(2099, 1, 1)) == {"1", "2"}


def test_a_later_set_ends_the_one_before_on_its_first_day(put):
    put(west(), east())
    put(west(geometry=rectangle(0, 0, width=2000, height=1000)), first_day=LATER)
    day_before = Boundary.objects.in_force(on=LATER - timedelta(days=1)).get(jurisdiction__code="1")
    that_day = Boundary.objects.in_force(on=LATER).get(jurisdiction__code="1")
    assert day_before.area_m2 == pytest.approx(1e6, rel=0.01)
    assert that_day.area_m2 == pytest.approx(2e6, rel=0.01)


def test_a_jurisdiction_without_a_shape_in_the_new_set_ends(put):
    put(west(), east())
    put(west(geometry=rectangle(0, 0, width=2000, height=1000)), first_day=LATER)
    assert codes_in_force(LATER - timedelta(days=1)) == {"1", "2"}
    assert codes_in_force(LATER) == {"1"}


def test_a_jurisdiction_that_ended_can_come_back(put):
    put(west(), east())
    put(west(), first_day=LATER)
    put(west(), east(), first_day=LATER + timedelta(days=1))
    assert codes_in_force(LATER) == {"1"}
    assert codes_in_force(LATER + timedelta(days=1)) == {"1", "2"}
    assert Jurisdiction.objects.filter(code="2").count() == 1


def test_sets_of_another_level_stay_in_force(put):
    put(west(), east())
    zone = west(level="zone", code="1-1", parent=("district", "1"), geometry=square(0, 0, side=400))
    put(zone, level="zone", first_day=LATER)
    assert codes_in_force(LATER) == {"1", "2", "1-1"}


def test_the_same_set_again_changes_nothing(put):
    made = put(west(), east())
    before = list(Boundary.objects.order_by("pk").values())
    assert put(east(), west(), source="act 7, read once more") == made
    assert list(Boundary.objects.order_by("pk").values()) == before
    assert BoundarySet.objects.get().source == "act 7"


def test_the_same_set_again_is_known_also_after_a_later_one(put):
    made = put(west(), east())
    put(west(), first_day=LATER)
    assert put(west(), east()) == made
    assert codes_in_force(LATER) == {"1"}


@pytest.mark.parametrize("first_day", [FIRST_DAY, FIRST_DAY - timedelta(days=1)])
def test_another_set_must_begin_after_the_one_in_force(put, first_day):
    put(west(), east())
    with pytest.raises(FirstDayNotLater) as refused:
        put(west(), first_day=first_day)
    assert (refused.value.first_day, refused.value.latest) == (first_day, FIRST_DAY)
    assert codes_in_force(FIRST_DAY) == {"1", "2"}


BOWTIE = polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])


@pytest.mark.parametrize(
    ("shapes", "sentence"),
    [
        pytest.param([], "There are no shapes.", id="none at all"),
        pytest.param([west(), west()], "1 is there 2 times.", id="a code twice"),
        pytest.param([west(geometry=BOWTIE)], "1 is not valid: Self-intersection", id="crossed rings"),
        pytest.param([west(geometry=shapely.Polygon())], "1 is empty.", id="empty"),
        pytest.param([west(geometry=shapely.force_3d(square(0, 0)))], "1 has heights", id="with heights"),
        pytest.param([west(geometry=square(0, 0).boundary)], "1 is no polygon but a Line", id="a line"),
        pytest.param([west(geometry=shapely.box(735000, 4020000, 736000, 4021000))], "no longitude", id="metres"),
        pytest.param([west(geometry=shapely.box(0, 0, 1, float("inf")))], "no longitude", id="without end"),
        pytest.param([west(level="zone")], "1 is of level zone, not district.", id="of another level"),
        pytest.param([west(parent=None)], "1 has no parent.", id="without a parent"),
        pytest.param([west(parent=("city", "x"))], "1 lies in the city x, which is not there.", id="an orphan"),
        pytest.param([west(code="one half")], "one half: code: Enter a valid", id="a code with a space"),
        pytest.param([west(name_fa="")], "1: name_fa: This field cannot be blank.", id="without a name"),
        pytest.param(
            [west(), east(geometry=square(990, 0, side=1000))], "1 and 2 overlap by 9,998 m².", id="overlapping"
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_bad_shapes_are_refused_with_a_sentence_and_nothing_stays(put, shapes, sentence):
    with pytest.raises(BadShapes) as refused:
        put(*shapes)
    assert sentence in str(refused.value)
    assert BoundarySet.objects.count() == 0
    assert Jurisdiction.objects.filter(root__isnull=False).count() == 0


def test_a_refusal_knows_where_the_shapes_overlap(put):
    with pytest.raises(BadShapes) as refused:
        put(west(), east(geometry=square(990, 0, side=1000)))
    (fault,) = refused.value.faults
    assert fault.codes == ("1", "2")
    assert fault.area_m2 == pytest.approx(10_000, rel=0.01)
    assert fault.geometry.intersects(shapely.Point(at(995, 500).coords))


def test_a_refusal_counts_what_else_is_wrong(put):
    with pytest.raises(BadShapes) as refused:
        put(west(geometry=shapely.Polygon()), east(geometry=shapely.Polygon()))
    assert str(refused.value) == "1 is empty. (1 more like it.)"
    assert refused.value.problems == ("1 is empty.", "2 is empty.")


def test_neighbors_whose_shared_edge_was_rounded_do_not_overlap(put):
    rounded = shapely.set_precision(square(1000, 0, side=1000), 1e-7)
    put(west(), east(geometry=rounded))
    assert codes_in_force(FIRST_DAY) == {"1", "2"}


def test_shapes_of_a_level_that_closes_no_gaps_may_overlap(put):
    put(west(level="park"), east(level="park", geometry=square(500, 0, side=1000)), level="park")
    assert codes_in_force(FIRST_DAY) == {"1", "2"}


@pytest.mark.django_db(transaction=True)
def test_of_two_sets_at_once_one_wins_and_the_other_is_told_why():
    city = CityFactory(code="town")
    level = LevelFactory(code="district")

    def put_one(shape):
        put_in_force(root=city, level=level, shapes=[shape], first_day=FIRST_DAY, source="an act", at=MADE_AT)

    other = InTheBackground(lambda: put_one(east()))
    with transaction.atomic():
        put_one(west())
        other.start()
        wait_until_somebody_waits_for_us()
    other.join(timeout=20)
    assert isinstance(other.raised, FirstDayNotLater)
    assert codes_in_force(FIRST_DAY) == {"1"}


@pytest.mark.django_db(transaction=True)
def test_reports_are_filed_while_a_set_is_being_put_in_force(small_city):
    def file_one():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        pothole = Category.objects.get(code="pothole")
        submit_report(location=at(500, 500), category=pothole, description="…", received_at=MADE_AT, source="web")

    filing = InTheBackground(file_one)
    with transaction.atomic():
        put_in_force(
            root=small_city.city,
            level=Level.objects.get(code="district"),
            shapes=[west(parent=("city", "sample"))],
            first_day=LATER,
            source="an act",
            at=MADE_AT,
        )
        filing.start()
        filing.join(timeout=20)
        assert not filing.is_alive()
    assert filing.raised is None
