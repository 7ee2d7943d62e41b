"""A town to import boundaries into, and its ground afterwards."""

from datetime import date

import pytest
import shapely

from jurisdictions.models import Boundary
from tests.boundary_files import east, west, write
from tests.factories import CityFactory, LevelFactory


@pytest.fixture
def town(db):
    """A city without ground."""
    LevelFactory()
    return CityFactory(code="town")


@pytest.fixture
def districts(tmp_path):
    """A file of two districts side by side."""
    return write(tmp_path / "districts.geojson", west(), east())


def ground(code, on=date(2030, 1, 1)):
    """The shape of a jurisdiction on a day."""
    boundary = Boundary.objects.in_force(on=on).get(jurisdiction__code=code)
    return shapely.from_wkb(bytes(boundary.shape.wkb))


def area(code, on=date(2030, 1, 1)):
    """Its area on a day in square metres."""
    return Boundary.objects.in_force(on=on).get(jurisdiction__code=code).area_m2
