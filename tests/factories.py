"""Reference data for tests. What a verb gives birth to (a report) is made by that verb, not here."""

from datetime import UTC, date, datetime

import factory
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db.backends.postgresql.psycopg_any import DateRange

from jurisdictions.calendars.holidays import renew_holidays
from jurisdictions.models import (
    Boundary,
    BoundarySet,
    Category,
    CategoryGroup,
    Department,
    Function,
    Jurisdiction,
    Level,
    RoutingRule,
    ServiceLevel,
    WorkingCalendar,
)
from people.models import Membership, Role, User

FIRST_DAY = date(2024, 1, 1)
ALWAYS = DateRange(FIRST_DAY, None)


class LevelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Level
        django_get_or_create = ("code",)

    code = "district"
    name_fa = factory.LazyAttribute(lambda level: {"district": "منطقه", "city": "شهر"}.get(level.code, level.code))
    name_en = factory.LazyAttribute(lambda level: level.code.title())
    rank = factory.LazyAttribute(
        lambda level: {"city": 0, "district": 10, "zone": 20, "neighborhood": 30}.get(level.code, 50)
    )
    closes_gaps = factory.LazyAttribute(lambda level: level.code in {"city", "district"})


class CityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Jurisdiction

    code = factory.Sequence(lambda n: f"city-{n}")
    name_fa = "شهر نمونه"
    name_en = "Sampletown"
    level = factory.SubFactory(LevelFactory, code="city")
    time_zone = "Asia/Tehran"
    metric_srid = 32640
    languages = ["fa", "en"]


class JurisdictionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Jurisdiction

    code = factory.Sequence(lambda n: f"{n}")
    name_fa = factory.LazyAttribute(lambda place: f"منطقه {place.code}")
    name_en = factory.LazyAttribute(lambda place: f"District {place.code}")
    level = factory.SubFactory(LevelFactory)
    root = factory.SubFactory(CityFactory)
    parent = factory.SelfAttribute("root")


class BoundarySetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BoundarySet
        django_get_or_create = ("root", "level", "first_day")

    root = factory.SubFactory(CityFactory)
    level = factory.SubFactory(LevelFactory)
    first_day = FIRST_DAY
    source = "act of the test"
    made_at = datetime(2024, 1, 1, tzinfo=UTC)


class BoundaryFactory(factory.django.DjangoModelFactory):
    """The ground of a jurisdiction: give `shape` as a shapely or GEOS polygon in lon/lat (see tests/shapes.py)."""

    class Meta:
        model = Boundary

    jurisdiction = factory.SubFactory(JurisdictionFactory)
    boundary_set = factory.LazyAttribute(
        lambda boundary: BoundarySetFactory(
            root=boundary.jurisdiction.city,
            level=boundary.jurisdiction.level,
            first_day=boundary.in_force.lower,
        )
    )
    in_force = ALWAYS

    @classmethod
    def _create(cls, model_class, *args, shape, **kwargs):
        geometry = shape if isinstance(shape, GEOSGeometry) else GEOSGeometry(shape.wkt, srid=4326)
        if geometry.geom_type == "Polygon":
            geometry = MultiPolygon(geometry, srid=4326)
        return super()._create(model_class, *args, shape=geometry, **kwargs)


class FunctionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Function
        django_get_or_create = ("code",)

    code = "civil-works"
    name_fa = "عمران"
    name_en = "Civil Works"


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    jurisdiction = factory.SubFactory(JurisdictionFactory)
    root = factory.LazyAttribute(lambda office: office.jurisdiction.city)
    function = factory.SubFactory(FunctionFactory)
    code = factory.LazyAttribute(lambda office: f"{office.jurisdiction.code}-{office.function.code}")
    name_fa = factory.LazyAttribute(lambda office: f"{office.function.name_fa} {office.jurisdiction.name_fa}")
    name_en = factory.LazyAttribute(lambda office: f"{office.function.name_en}, {office.jurisdiction.name_en}")


class CategoryGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CategoryGroup
        django_get_or_create = ("code",)

    code = "streets"
    name_fa = "معابر"
    name_en = "Streets"


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "pothole"
    name_fa = "چاله در آسفالت"
    name_en = "Pothole"
    group = factory.SubFactory(CategoryGroupFactory)
    moderation = "at_once"


class RoutingRuleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RoutingRule

    root = factory.SubFactory(CityFactory)
    category = factory.SubFactory(CategoryFactory)
    function = factory.SubFactory(FunctionFactory)
    level = factory.SubFactory(LevelFactory)
    in_force = ALWAYS


class WorkingCalendarFactory(factory.django.DjangoModelFactory):
    """Saturday to Wednesday from 7:00 to 14:15, Thursday until 13:00, Friday off; the Jalali years 1404 and 1405."""

    class Meta:
        model = WorkingCalendar
        skip_postgeneration_save = True

    root = factory.SubFactory(CityFactory)
    week = ["07:00-14:15"] * 3 + ["07:00-13:00", ""] + ["07:00-14:15"] * 2
    day_minutes = 7 * 60 + 15
    country = "IR"
    holidays_known = DateRange(date(2025, 3, 21), date(2027, 3, 21))

    @factory.post_generation
    def holidays(self, create, extracted, **kwargs):
        """Read those of the country for the known days."""
        if create and self.country:
            renew_holidays(calendar=self, first=self.known.first, until=self.known.until)


class ServiceLevelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceLevel

    root = factory.SubFactory(CityFactory)
    until = "resolve"
    amount = 3
    unit = "days"
    in_force = ALWAYS


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"user{n}")
    is_staff = True


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.HANDLER
    in_force = ALWAYS
