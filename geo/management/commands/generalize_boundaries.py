"""Make the shipped files of a city from an OSM extract: all levels generalized as one set of shared lines."""

from argparse import ArgumentParser
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError

from geo.crs import metric_srid
from geo.extract import Place, Source, UnusableExtract, read_places
from geo.files import Feature, UnreadableFile, write_features
from geo.generalize import CannotGeneralize, generalize, generalize_line
from geo.shapes import NamedShape, as_multipolygon

_CITY = "city"
_NAMES = ("name_fa", "name_en")


class Command(BaseCommand):
    """Read one file per level, draw all levels with shared lines, write `CITY_LEVELs.geojson`."""

    help = "Generalize a city's boundaries and main streets into the files that City Eye ships."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options; docs/data.md shows a whole call."""
        parser.add_argument("--city", required=True, help="code of the city; the files' names begin with it")
        parser.add_argument("--name-fa", required=True, help="the city's Persian name")
        parser.add_argument("--name-en", required=True, help="the city's English name")
        parser.add_argument(
            "--level",
            action="append",
            nargs="+",
            required=True,
            metavar="WORD",
            help="LEVEL FILE COLUMN=PROPERTY …, larger levels first; columns: code, name_fa, name_en, "
            "osm_id; a column named like a larger level holds the parent's code",
        )
        parser.add_argument(
            "--lines",
            action="append",
            nargs="+",
            default=[],
            metavar="WORD",
            help="NAME FILE COLUMN=PROPERTY …; every column is kept",
        )
        parser.add_argument(
            "--set",
            action="append",
            nargs=4,
            default=[],
            metavar=("LEVEL", "CODE", "COLUMN", "TEXT"),
            help="a name that the extract lacks",
        )
        self._add_drawing_arguments(parser)

    def _add_drawing_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=float, default=5.0, metavar="METRES", help="farthest a line may move")
        parser.add_argument("--sliver", type=float, default=2.0, metavar="METRES", help="width of strips to close")
        parser.add_argument("--decimals", type=int, default=6, help="of degrees; 6 is a tenth of a metre")
        parser.add_argument("--source-date", type=date.fromisoformat, help="day of the boundaries' extract")
        parser.add_argument("--license", default="ODbL-1.0")
        parser.add_argument("--attribution", default="© OpenStreetMap contributors")
        parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")

    def handle(self, *_args: str, **options: Any) -> None:
        """Write the files and say what is in them."""
        try:
            levels = [_source(words, needs=("code", *_NAMES)) for words in options["level"]]
            lines = [_source(words, needs=()) for words in options["lines"]]
            drawn = _draw(read_places(levels, root=(_CITY, options["city"])), options)
            streets = {source.name: _line_features(source, drawn[0].shape, options) for source in lines}
        except (UnreadableFile, UnusableExtract, CannotGeneralize) as error:
            raise CommandError(str(error)) from error
        dated = {"source_date": options["source_date"].isoformat()} if options["source_date"] else {}
        for level in (_CITY, *(source.name for source in levels)):
            name = _CITY if level == _CITY else f"{level}s"
            self._write(name, [_feature(place) for place in drawn if place.shape.level == level], options, dated)
        for name, features in streets.items():
            self._write(name, features, options, {})

    def _write(self, name: str, features: list[Feature], options: dict[str, Any], dated: dict[str, str]) -> None:
        limit = options["limit"]
        path = options["out"] / f"{options['city']}_{name}.geojson"
        about = {
            "name": path.stem,
            "license": options["license"],
            "attribution": options["attribution"],
            **dated,
            "generalized_m": int(limit) if limit.is_integer() else limit,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        write_features(path, features, about=about)
        vertices = sum(shapely.get_num_coordinates(feature.geometry) for feature in features)
        self.stdout.write(f"{path}: {len(features)} features, {vertices} vertices")


def _source(words: Sequence[str], *, needs: Collection[str]) -> Source:
    if len(words) < 2:
        raise CommandError(f"{words[0]}: name the file that holds it.")
    name, file, *pairs = words
    columns = dict(pair.partition("=")[::2] for pair in pairs)
    if missing := [column for column in needs if column not in columns]:
        raise CommandError(f"{name}: say which property holds {', '.join(missing)}, as {missing[0]}=PROPERTY.")
    return Source.read(name=name, path=Path(file), columns=columns)


def _with_names(places: Sequence[Place], given: Sequence[Sequence[str]]) -> list[Place]:
    by_key = {place.shape.key: place for place in places}
    for level, code, column, text in given:
        if (level, code) not in by_key or column not in _NAMES:
            raise CommandError(f"--set {level} {code} {column}: there is no such place or column.")
        name: dict[str, Any] = {column: text}
        by_key[level, code] = replace(by_key[level, code], **name)
    return list(by_key.values())


def _srid(shapes: Sequence[NamedShape]) -> int:
    west, south, east, north = shapely.total_bounds([shape.geometry for shape in shapes]).tolist()
    return metric_srid(lon=(west + east) / 2, lat=(south + north) / 2)


def _draw(extract: Sequence[Place], options: dict[str, Any]) -> list[Place]:
    """The city, then its places, all generalized; the city is the union of what lies right under it."""
    places = _with_names(extract, options["set"])
    shapes = [place.shape for place in places]
    drawn = generalize(
        shapes,
        srid=_srid(shapes),
        limit_m=options["limit"],
        sliver_m=options["sliver"],
        decimals=options["decimals"],
    )
    under_city = [shape.geometry for shape in drawn if shape.parent == (_CITY, options["city"])]
    ground = as_multipolygon(shapely.coverage_union_all(under_city))
    city = Place(
        shape=NamedShape(level=_CITY, code=options["city"], geometry=ground),
        name_fa=options["name_fa"],
        name_en=options["name_en"],
    )
    return [city, *(replace(place, shape=shape) for place, shape in zip(places, drawn, strict=True))]


def _feature(place: Place) -> Feature:
    parent_level, parent = place.shape.parent or (None, None)
    properties = {
        "level": place.shape.level,
        "code": place.shape.code,
        "name_fa": place.name_fa,
        "name_en": place.name_en,
        "parent_level": parent_level,
        "parent": parent,
        "osm_id": place.osm_id,
    }
    return Feature(id=place.shape.code, properties=properties, geometry=place.shape.geometry)


def _line_features(source: Source, city: NamedShape, options: dict[str, Any]) -> list[Feature]:
    srid = _srid([city])
    features = []
    for number, feature in enumerate(source.features, start=1):
        line = generalize_line(feature.geometry, srid=srid, limit_m=options["limit"], decimals=options["decimals"])
        if line.is_empty:
            raise UnusableExtract(f"{source.name}: feature {feature.id} has no line.")
        properties = {column: source.text(feature, column) for column in source.columns}
        features.append(Feature(id=number, properties=properties, geometry=line))
    return features
