"""A city from its manifest: the calendar, the levels, the ground, the streets, and who does the work."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from geo.crs import WGS84, UnknownCrs, transformer
from jurisdictions.boundaries import one_load_at_a_time
from jurisdictions.loading.calendars import load_calendar
from jurisdictions.loading.categories import load_categories
from jurisdictions.loading.departments import load_departments, load_functions
from jurisdictions.loading.files import Entry, read_json
from jurisdictions.loading.ground import load_boundaries, load_streets
from jurisdictions.loading.rows import NAMES, Ledger, Say, find, names_of
from jurisdictions.loading.rules import load_rules
from jurisdictions.loading.service_levels import load_service_levels
from jurisdictions.models import Jurisdiction, Level

_CALENDAR = ("time_zone", "metric_srid", "languages")
_PARTS = ("level", "levels", "boundaries", "streets", "functions", "departments", "categories", "rules")
_SERVICE = ("calendar", "service_levels")


@transaction.atomic
def load_city(path: Path, *, at: datetime, say: Say, by: AbstractBaseUser | None = None) -> bool:
    """Make the city as its manifest says, all of it or nothing; whether that changed anything.

    Files named in the manifest lie beside it. What the files do not name stays as it is. A rule that
    changes does so on the city's day at `at`. Raises CannotLoad.
    """
    one_load_at_a_time()
    manifest = read_json(path).only(*NAMES, *_CALENDAR, *_PARTS, *_SERVICE)
    ledger = Ledger(say=say)
    for entry in manifest.entries("levels"):
        _load_level(entry, ledger)
    ledger.close("Levels")
    root = _load_root(manifest, ledger)
    load_boundaries(manifest, folder=path.parent, root=root, at=at, by=by, ledger=ledger)
    if "streets" in manifest.values:
        load_streets(path.parent / manifest.text("streets"), root=root, ledger=ledger)
    load_functions(manifest.entries("functions"), ledger=ledger)
    load_departments(manifest.entries("departments"), root=root, ledger=ledger)
    if "categories" in manifest.values:
        load_categories(path.parent / manifest.text("categories"), ledger=ledger)
    if "rules" in manifest.values:
        _load_rules(path.parent / manifest.text("rules"), root, root.day_at(at), ledger)
    if "calendar" in manifest.values:
        load_calendar(path.parent / manifest.text("calendar"), root=root, ledger=ledger)
    if "service_levels" in manifest.values:
        _load_service_levels(path.parent / manifest.text("service_levels"), root, root.day_at(at), ledger)
    return ledger.changed


def _load_level(entry: Entry, ledger: Ledger) -> None:
    entry.only(*NAMES, "rank", "closes_gaps")
    values = names_of(entry) | {"rank": entry.number("rank"), "closes_gaps": entry.flag("closes_gaps", False)}
    ledger.put(Level, entry, key={"code": entry.text("code")}, values=values)


def _load_root(manifest: Entry, ledger: Ledger) -> Jurisdiction:
    srid, time_zone = manifest.number("metric_srid"), manifest.text("time_zone")
    try:
        transformer(WGS84, srid)
    except UnknownCrs as error:
        raise manifest.refused(f"metric_srid: {error}") from error
    if time_zone not in available_timezones():
        raise manifest.refused(f"time_zone: {time_zone} is no time zone such as Asia/Tehran.")
    values = names_of(manifest) | {
        "level": find(Level, manifest.text("level"), manifest),
        "time_zone": ZoneInfo(time_zone).key,
        "metric_srid": srid,
        "languages": manifest.items("languages"),
    }
    key = {"code": manifest.text("code"), "root": None}
    root = ledger.put(Jurisdiction, manifest, key=key, values=values)
    ledger.close("City")
    return root


def _load_rules(path: Path, root: Jurisdiction, on: date, ledger: Ledger) -> None:
    """The first rules of a city hold from the file's first day, later ones from the day of the load."""
    file = read_json(path).only("first_day", "rules")
    begins = on if root.routing_rules.exists() else file.day("first_day")
    load_rules(file, root=root, begins=begins, ledger=ledger)


def _load_service_levels(path: Path, root: Jurisdiction, on: date, ledger: Ledger) -> None:
    """As with rules: the first of a city hold from the file's first day, later ones from the day of the load."""
    file = read_json(path).only("first_day", "service_levels")
    begins = on if root.service_levels.exists() else file.day("first_day")
    load_service_levels(file, root=root, begins=begins, ledger=ledger)
