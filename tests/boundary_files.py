"""Files of boundaries for imports: GeoJSON and CSV written here, other formats converted by GDAL's own tool."""

import csv
import json
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import shapely
from django.core.management import call_command
from django.utils.translation import override
from shapely.geometry import mapping

from tests.shapes import square

DAY = "2025-03-21"


def feature(shape: shapely.Geometry | None, code: Any, name: str | None = None, **properties: Any) -> dict[str, Any]:
    """A feature with `code`, `name` (by default “منطقه CODE”) and whatever else."""
    values = {"code": code, "name": f"منطقه {code}" if name is None else name, **properties}
    return {"type": "Feature", "properties": values, "geometry": mapping(shape) if shape else None}


def west(**properties: Any) -> dict[str, Any]:
    """District 1: the square kilometre at the origin."""
    return feature(square(0, 0, side=1000), "1", **properties)


def east(**properties: Any) -> dict[str, Any]:
    """District 2: the square kilometre beside it."""
    return feature(square(1000, 0, side=1000), "2", **properties)


def write(path: Path, *features: dict[str, Any], **members: Any) -> Path:
    """Write a FeatureCollection with these features and further members."""
    document = {"type": "FeatureCollection", **members, "features": list(features)}
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def write_wkt(path: Path, **shapes: str) -> Path:
    """Write a CSV with a column of WKT, which says nothing about its coordinate system: code to shape."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["WKT", "code", "name"])
        rows.writerows([wkt, code, f"منطقه {code}"] for code, wkt in shapes.items())
    return path


def convert(path: Path, to: Path, *options: str) -> Path:
    """The same features in the format of the other name's ending."""
    subprocess.run(["ogr2ogr", *options, str(to), str(path)], check=True, capture_output=True)
    return to


def run_import(path: Path, *words: str, city: str = "town", level: str = "district", first_day: str = DAY) -> str:
    """Import a file, by default as districts of “town” from DAY on; what the command prints, in English."""
    out = StringIO()
    with override("en"):
        call_command(
            "import_boundaries", str(path), *words_for(city, level, first_day), *words, stdout=out, stderr=StringIO()
        )
    return out.getvalue()


def words_for(city: str = "town", level: str = "district", first_day: str = DAY) -> list[str]:
    """What the command is told of the shapes of `west` and `east`."""
    what = ["--city", city, "--level", level, "--first-day", first_day, "--source", "act 7"]
    return [*what, "--code-property", "code", "--name-fa", "name"]


def new_city(zone: str = "Asia/Tehran") -> list[str]:
    """What makes the city with the import."""
    return ["--time-zone", zone, "--city-name-fa", "شهر نمونه"]
