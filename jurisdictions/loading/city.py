"""A city from its manifest: the calendar, the levels, the ground, the streets, and who does the work."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from geo.crs import WGS84, UnknownCrs, transformer
from jurisdictions.loading.categories import load_categories
from jurisdictions.loading.files import Entry, read_json
from jurisdictions.loading.ground import load_boundaries, load_streets
from jurisdictions.loading.rows import NAMES, Ledger, Say, find, names_of
from jurisdictions.loading.rules import load_rules
from jurisdictions.models import Department, Function, Jurisdiction, Level

_CALENDAR = ("time_zone", "metric_srid", "languages")
_PARTS = ("level", "levels", "boundaries", "streets", "functions", "departments", "categories", "rules")


@transaction.atomic
def load_city(path: Path, *, at: datetime, say: Say, by: AbstractBaseUser | None = None) -> bool:
    """Make the city as its manifest says, all of it or nothing; whether that changed anything.

    Files named in the manifest lie beside it. What the files do not name stays as it is. A rule that
    changes does so on the city's day at `at`. Raises CannotLoad.
    """
    manifest = read_json(path).only(*NAMES, *_CALENDAR, *_PARTS)
    ledger = Ledger(say=say)
    for entry in manifest.entries("levels"):
        _load_level(entry, ledger)
    ledger.close("Levels")
    root = _load_root(manifest, ledger)
    load_boundaries(manifest, folder=path.parent, root=root, at=at, by=by, ledger=ledger)
    if "streets" in manifest.values:
        load_streets(path.parent / manifest.text("streets"), root=root, ledger=ledger)
    _load_departments(manifest, root, ledger)
    if "categories" in manifest.values:
        load_categories(path.parent / manifest.text("categories"), ledger=ledger)
    if "rules" in manifest.values:
        load_rules(path.parent / manifest.text("rules"), root=root, on=root.day_at(at), ledger=ledger)
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


def _load_departments(manifest: Entry, root: Jurisdiction, ledger: Ledger) -> None:
    for entry in manifest.entries("functions"):
        ledger.put(Function, entry.only(*NAMES), key={"code": entry.text("code")}, values=names_of(entry))
    ledger.close("Functions")
    for entry in manifest.entries("departments"):
        for jurisdiction in _jurisdictions(entry.only("function", "level", *NAMES), root):
            _load_department(entry, root, jurisdiction, ledger)
    ledger.close("Departments")


def _jurisdictions(entry: Entry, root: Jurisdiction) -> Iterator[Jurisdiction]:
    level = find(Level, entry.text("level"), entry)
    yield from Jurisdiction.objects.of_city(root).at_level(level.code).order_by("pk")


def _load_department(entry: Entry, root: Jurisdiction, jurisdiction: Jurisdiction, ledger: Ledger) -> None:
    """One department of a pattern, in which {code}, {name_fa} and {name_en} stand for the jurisdiction's."""
    function = find(Function, entry.text("function"), entry)
    values = {name: _filled(entry.text(name), jurisdiction) for name in NAMES} | {"root": root}
    ledger.put(Department, entry, key={"jurisdiction": jurisdiction, "function": function}, values=values)


def _filled(pattern: str, jurisdiction: Jurisdiction) -> str:
    for name in NAMES:
        pattern = pattern.replace(f"{{{name}}}", getattr(jurisdiction, name))
    return pattern
