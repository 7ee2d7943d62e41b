"""What an extract says about a city: its places level by level, their names and parents, and its streets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.files import Feature, read_features
from geo.shapes import Key, NamedShape, repair

_PERSIAN_LETTERS = str.maketrans({"ي": "ی", "ك": "ک"})


class UnusableExtract(ValueError):
    """A place lacks its code, its polygon or its parent, or has the code of another; a street has no line."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Features of one kind, what they are, and which property holds which column (`code`, `name_fa`, …)."""

    name: str
    columns: Mapping[str, str]
    features: Sequence[Feature]

    @classmethod
    def read(cls, *, name: str, path: Path, columns: Mapping[str, str]) -> "Source":
        """Read a GeoJSON or Overpass file. Raises UnreadableFile."""
        return cls(name=name, columns=columns, features=read_features(path))

    def text(self, feature: Feature, column: str) -> str | None:
        """The feature's text for a column, in Persian rather than Arabic letters; None where it has none."""
        value = feature.properties.get(self.columns.get(column, ""))
        return None if value is None else str(value).translate(_PERSIAN_LETTERS).strip() or None


@dataclass(frozen=True, kw_only=True)
class Place:
    """A jurisdiction of the extract: its shape, its names, and the OSM relation it comes from."""

    shape: NamedShape
    name_fa: str | None
    name_en: str | None
    osm_id: int | None = None
    subareas: frozenset[int] = frozenset()


def read_places(sources: Iterable[Source], *, root: Key) -> list[Place]:
    """The places of all sources, larger levels first; a place under nobody has `root` as its parent.

    The parent is named by a column called like the parent's level (the smallest that is filled), else by a
    `subarea` member of the parent. Raises UnusableExtract.
    """
    places: dict[Key, Place] = {}
    for source in sources:
        level = [_place(source, feature, places, root) for feature in source.features]
        for place in level:
            if place.shape.key in places:
                raise UnusableExtract(f"{source.name} {place.shape.code} is there twice.")
            places[place.shape.key] = place
    return list(places.values())


def _place(source: Source, feature: Feature, larger: Mapping[Key, Place], root: Key) -> Place:
    code = source.text(feature, "code")
    if code is None:
        raise UnusableExtract(f"{source.name}: feature {feature.id} has no code.")
    geometry = repair(feature.geometry)
    if geometry.is_empty:
        raise UnusableExtract(f"{source.name} {code} has no polygon.")
    osm_id = _number(source, feature, "osm_id")
    parent = _named_parent(source, feature, larger) or _parent_by_subarea(osm_id, larger) or root
    return Place(
        shape=NamedShape(level=source.name, code=code, geometry=geometry, parent=parent),
        name_fa=source.text(feature, "name_fa"),
        name_en=source.text(feature, "name_en"),
        osm_id=osm_id,
        subareas=feature.subareas,
    )


def _number(source: Source, feature: Feature, column: str) -> int | None:
    text = source.text(feature, column)
    if text is not None and not (text.isascii() and text.isdigit()):
        raise UnusableExtract(f"{source.name}: feature {feature.id} has {text!r} as its {column}.")
    return int(text) if text else None


def _named_parent(source: Source, feature: Feature, larger: Mapping[Key, Place]) -> Key | None:
    levels = list(dict.fromkeys(level for level, _ in larger))
    named = ((level, source.text(feature, level)) for level in reversed(levels))
    parent = next(((level, code) for level, code in named if code is not None), None)
    if parent is not None and parent not in larger:
        raise UnusableExtract(f"{source.name}: the parent of feature {feature.id}, {' '.join(parent)}, is missing.")
    return parent


def _parent_by_subarea(osm_id: int | None, larger: Mapping[Key, Place]) -> Key | None:
    smallest_first = reversed(list(larger.values()))
    parents = (place.shape.key for place in smallest_first if osm_id in place.subareas)
    return next(parents, None)
