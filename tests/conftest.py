"""Ground, people and clients that many tests stand on."""

import gc
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from api import memory
from config.cluster import ensure_running
from config.storage import files_below
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
)
from reports.photos import decoding
from tests.browser import chromium, idle, reader, visit
from tests.database import django_db_modify_db_settings
from tests.factories import (
    BoundaryFactory,
    CategoryFactory,
    CityFactory,
    DepartmentFactory,
    FunctionFactory,
    JurisdictionFactory,
    LevelFactory,
    RoutingRuleFactory,
)
from tests.frames import pytest_runtest_protocol
from tests.kept import Kept
from tests.order import pytest_collection_modifyitems
from tests.shapes import lonlat, rectangle, square

# One browser for all: a second one in a process would not start beside it.
__all__ = [
    "chromium",
    "django_db_modify_db_settings",
    "idle",
    "pytest_collection_modifyitems",
    "pytest_runtest_protocol",
    "reader",
    "visit",
]

ensure_running()  # for a pytest that no script has started


gc.disable()  # while all is loaded nothing is garbage: to look for it took a third of the time


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What is loaded by now stays: to look through all of it for garbage again and again took a sixth of a run."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000)  # a page makes as much; by 700 it was looked through again and again while it was made


# On a busy machine everything takes longer: no property is wrong by that.
hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("patient")

SHARED_DATA = os.environ.get("CITY_EYE_SHARED_DATA", "")


@pytest.fixture
def shared_data() -> Path:
    """The folder with reference data that is not part of the project."""
    if not SHARED_DATA or not Path(SHARED_DATA).is_dir():
        pytest.skip("CITY_EYE_SHARED_DATA does not name the folder with the reference data")
    return Path(SHARED_DATA)


@pytest.fixture(autouse=True)
def _outgoing(tmp_path: Path, settings) -> None:
    """Nothing leaves the building: plain static files, no gateway, a public address of the test's own."""
    settings.PUBLIC_URL = "http://testserver"
    settings.SMS_GATEWAY_URL = ""
    settings.STORAGES = {**settings.STORAGES, "photos": files_below(tmp_path / "photos")}


@dataclass(frozen=True)
class SmallCity:
    """Two districts of 1 km side by side, west (with a zone in its south) and east; its origin is their corner.

    (0,1000) ---- (1000,1000) ---- (2000,1000)
       |   west "1"   |   east "2"   |
    (0,0) ------- (1000,0) ------- (2000,0)
    """

    city: Jurisdiction
    west: Jurisdiction
    east: Jurisdiction
    zone: Jurisdiction
    west_works: Department
    east_works: Department
    city_works: Department
    pothole: Category


def _build_small_city() -> SmallCity:
    city = CityFactory(code="sample")
    BoundaryFactory(jurisdiction=city, shape=rectangle(0, 0, width=2000, height=1000))
    west = JurisdictionFactory(root=city, code="1", name_fa="منطقه ۱", name_en="District 1")
    east = JurisdictionFactory(root=city, code="2", name_fa="منطقه ۲", name_en="District 2")
    BoundaryFactory(jurisdiction=west, shape=square(0, 0, side=1000))
    BoundaryFactory(jurisdiction=east, shape=square(1000, 0, side=1000))
    zone = JurisdictionFactory(
        root=city,
        parent=west,
        code="1-1",
        level=LevelFactory(code="zone"),
        name_fa="ناحیه ۱",
        name_en="Zone 1",
    )
    BoundaryFactory(jurisdiction=zone, shape=rectangle(0, 0, width=1000, height=400))
    works = FunctionFactory()
    pothole = CategoryFactory()
    RoutingRuleFactory(root=city, category=pothole, function=works, level=west.level)
    return SmallCity(
        city=city,
        west=west,
        east=east,
        zone=zone,
        west_works=DepartmentFactory(jurisdiction=west, function=works),
        east_works=DepartmentFactory(jurisdiction=east, function=works),
        city_works=DepartmentFactory(jurisdiction=city, function=works, code="city-civil-works"),
        pothole=pothole,
    )


SMALL_CITY = Kept(
    _build_small_city,
    [
        Level,
        Jurisdiction,
        BoundarySet,
        Boundary,
        Function,
        Department,
        CategoryGroup,
        Category,
        RoutingRule,
    ],
)


@pytest.fixture
def small_city(db: None, request: pytest.FixtureRequest) -> SmallCity:
    """A city of two districts, a zone, civil works at both levels, and a rule for potholes."""
    # A browser keeps answers from test to test, by validators made of keys: for it they must be others each time.
    return _build_small_city() if "visit" in request.fixturenames else SMALL_CITY()


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """What a process remembers holds while the database goes on; each test takes it back to where it was."""
    memory.answers.forget()


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _each_photo_decoded_once() -> None:
    # What the program makes of a photo depends on nothing else; to start it again took most of a test.
    known: dict[Any, Any] = {}
    decoded = decoding._run

    def remembered(content: bytes, mime: str) -> tuple[dict[str, Any], bytes]:
        key = content, mime, decoding.PROGRAM, decoding.MEMORY, decoding.SECONDS, settings.PHOTO_MAX_PIXELS
        if key not in known:
            known[key] = decoded(content, mime)
        return known[key]

    decoding._run = remembered


@pytest.fixture(scope="session", autouse=True)
def _no_catalog_of_static_files() -> None:
    # Each test client starts the middleware anew, and listing all static files each time took most of a test.
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> None:
    # What a test commits is a few rows: to delete them takes milliseconds, to truncate all tables half a second.
    # Content types and permissions stay: to make the same again would take longer than all the rest.
    kept = {"django_content_type", "auth_permission"}

    def deletions(operations, style, tables, **_options) -> list[str]:
        # Deleting reports writes changes: these are deleted last.
        ordered = sorted((table for table in tables if table not in kept), key="reports_change".__eq__)
        return [";".join(f"DELETE FROM {operations.quote_name(table)}" for table in ordered)]

    type(connection.ops).sql_flush = deletions
    flush.emit_post_migrate_signal = lambda *_words: None


@pytest.fixture
def filing():
    """The JSON of a report in the middle of the western district, with members changed or (None) left out."""

    def make(*, x: float = 500, y: float = 200, **changes: Any) -> dict[str, Any]:
        body = {
            "category": "pothole",
            "location": {"type": "Point", "coordinates": list(lonlat(x, y))},
            "description": "چالهٔ بزرگی وسط خیابان است",
            **changes,
        }
        return {name: value for name, value in body.items() if value is not ...}

    return make


@pytest.fixture
def post(client: Client):
    """POST a body to /api/v1/reports; text and bytes go as they are."""

    def send(body: Any, **headers: str):
        return client.post("/api/v1/reports", body, content_type="application/json", headers=headers)

    return send
