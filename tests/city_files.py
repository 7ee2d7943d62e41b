"""A little town as the files that load_city reads: two districts, a zone, two streets; tests change what they like."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from shapely import Polygon
from shapely.geometry import mapping

from tests.shapes import lonlat, rectangle, square

Files = dict[str, dict[str, Any]]


def town_files() -> Files:
    """West "1" and east "2", a square kilometre each, and zone "1-1" in the south of the west."""
    return {
        "town.json": _manifest(),
        "city.geojson": collection(feature(rectangle(0, 0, width=2000, height=1000), "city", "town", "شهر")),
        "districts.geojson": collection(
            feature(square(0, 0, side=1000), "district", "1", "منطقه ۱", ("city", "town")),
            feature(square(1000, 0, side=1000), "district", "2", "منطقه ۲", ("city", "town")),
        ),
        "zones.geojson": collection(
            feature(rectangle(0, 0, width=1000, height=400), "zone", "1-1", "ناحیه ۱", ("district", "1"))
        ),
        "streets.geojson": collection(_street("بلوار نمونه", 0, 2000, y=300), _street("میدان نمونه", 900, 1100, y=700)),
        "categories.json": {
            "groups": [_named("streets", "خیابان"), _named("cleaning", "نظافت")],
            "categories": [
                _named("pothole", "چاله") | {"group": "streets", "moderation": "at_once"},
                _named("full-bin", "پر بودن مخزن") | {"group": "cleaning"},
                _named("rubble", "نخاله") | {"group": "cleaning"},
                _named("residential-noise", "سروصدا") | {"group": "cleaning", "moderation": "never"},
            ],
        },
        "rules.json": {
            "first_day": "2024-01-01",
            "rules": [
                {"group": "streets", "function": "civil-works", "level": "district"},
                {"group": "cleaning", "function": "waste", "level": "city"},
            ],
        },
    }


def write(folder: Path, files: Files) -> Path:
    """Put the files into a folder; the manifest's path."""
    for name, values in files.items():
        (folder / name).write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    return folder / "town.json"


def load(path: Path) -> str:
    """What load_city says of a manifest."""
    output = StringIO()
    call_command("load_city", path, stdout=output)
    return output.getvalue()


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the reference data, to be compared."""
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("jurisdictions").get_models()
    }


@contextmanager
def until_the_end_of(django_db_blocker: Any) -> Iterator[None]:
    """What is written inside is there for all tests of a class or module, each in a savepoint, and then gone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    """A FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def feature(
    shape: Polygon, level: str, code: str, name_fa: str, parent: tuple[str, str] | tuple[None, None] = (None, None)
) -> dict[str, Any]:
    """A boundary as the fixtures write it."""
    names = {"name_fa": name_fa, "name_en": f"{level.title()} {code}"}
    properties = {"level": level, "code": code, **names, "parent_level": parent[0], "parent": parent[1]}
    return {"type": "Feature", "geometry": mapping(shape), "properties": properties}


def _manifest() -> dict[str, Any]:
    boundary = {"first_day": "2024-01-01", "source": "act 1"}
    return _named("town", "شهر نمونه") | {
        "level": "city",
        "time_zone": "Asia/Tehran",
        "metric_srid": 32640,
        "languages": ["fa", "en"],
        "levels": [
            _named("city", "شهر") | {"rank": 0, "closes_gaps": True},
            _named("district", "منطقه") | {"rank": 10, "closes_gaps": True},
            _named("zone", "ناحیه") | {"rank": 20},
        ],
        "boundaries": [
            {"level": "city", "file": "city.geojson"} | boundary,
            {"level": "district", "file": "districts.geojson"} | boundary,
            {"level": "zone", "file": "zones.geojson"} | boundary,
        ],
        "streets": "streets.geojson",
        "functions": [_named("civil-works", "عمران"), _named("waste", "پسماند")],
        "departments": [
            {
                "function": "civil-works",
                "level": "district",
                "code": "{code}-civil-works",
                "name_fa": "عمران {name_fa}",
                "name_en": "Civil Works, {name_en}",
            },
            {"function": "waste", "level": "city"} | _named("waste", "سازمان پسماند"),
        ],
        "categories": "categories.json",
        "rules": "rules.json",
    }


def _named(code: str, name_fa: str) -> dict[str, Any]:
    return {"code": code, "name_fa": name_fa, "name_en": code.replace("-", " ").title()}


def _street(name_fa: str, start: float, end: float, *, y: float) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": [lonlat(start, y), lonlat(end, y)]}
    properties = {"name_fa": name_fa, "name_en": None, "class": "major"}
    return {"type": "Feature", "geometry": line, "properties": properties}
