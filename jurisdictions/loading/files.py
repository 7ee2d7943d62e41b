"""Read a city's files, and say in a sentence which file and which entry cannot be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import shapely
from shapely.geometry import shape as as_shape
from shapely.geometry.base import BaseGeometry

from jurisdictions.days import read_day

T = TypeVar("T")


class CannotLoad(Exception):
    """A file of the city cannot be loaded; the text is a sentence that names the file and the place in it."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An object of a JSON file, and where it stands: what is missing or of another type raises CannotLoad."""

    values: Mapping[str, Any]
    where: str

    def text(self, key: str, default: str | None = None) -> str:
        """A string."""
        return self._value(key, str, "a text", default)

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number."""
        return self._value(key, int, "a whole number", default)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """True or false."""
        return self._value(key, bool, "true or false", default)

    def items(self, key: str, default: list[Any] | None = None) -> list[Any]:
        """A list of anything."""
        return self._value(key, list, "a list", default)

    def day(self, key: str) -> date:
        """A day, written as 2024-08-06, that is not at an end of the calendar."""
        try:
            return read_day(self.text(key))
        except ValueError as error:
            raise self.refused(f"“{key}” is no day such as 2024-08-06.") from error

    def entries(self, key: str) -> list["Entry"]:
        """A list of objects."""
        return [_entry(value, f"{self.where}, {key}[{index}]") for index, value in enumerate(self.items(key))]

    def entry(self, key: str) -> "Entry":
        """An object."""
        return _entry(self.values.get(key), f"{self.where}, {key}")

    def only(self, *keys: str) -> "Entry":
        """This entry, if it holds nothing but these keys: a misspelled one is not passed over in silence."""
        if unknown := sorted(set(self.values) - set(keys)):
            raise self.refused(f"“{unknown[0]}” is not known here.")
        return self

    def refused(self, sentence: str) -> CannotLoad:
        """The exception that says what is wrong here."""
        return CannotLoad(f"{self.where}: {sentence}")

    def _value(self, key: str, kind: type[T], kind_name: str, default: T | None) -> T:
        value = self.values.get(key)
        if value is None and default is None:
            raise self.refused(f"“{key}” is missing.")
        value = default if value is None else value
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.refused(f"“{key}” must be {kind_name}.")
        return value


def read_json(path: Path) -> Entry:
    """The object that a JSON file holds."""
    try:
        return _entry(json.loads(path.read_text("utf-8")), path.name)
    except OSError as error:
        raise CannotLoad(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CannotLoad(f"{path.name} is no JSON: {error}.") from error


def read_features(path: Path) -> list[tuple[Entry, BaseGeometry]]:
    """Properties and geometry (lon/lat) of each feature of a GeoJSON file."""
    collection = read_json(path)
    if collection.values.get("type") != "FeatureCollection":
        raise collection.refused("It is no GeoJSON FeatureCollection.")
    return [(feature.entry("properties"), _geometry(feature)) for feature in collection.entries("features")]


def _geometry(feature: Entry) -> BaseGeometry:
    try:
        return as_shape(dict(feature.entry("geometry").values))
    except (LookupError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise feature.refused(f"Its geometry cannot be read: {error}.") from error


def _entry(value: object, where: str) -> Entry:
    if not isinstance(value, dict):
        raise CannotLoad(f"{where}: There is no object here.")
    return Entry(values=value, where=where)
