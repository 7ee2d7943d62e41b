"""Many places in one body: a FeatureCollection of points, each read or named as bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from api.errors import Fault, Problem, refusal
from api.v1.fields import AccuracyField, PointField
from jurisdictions.models import Category, Source
from jurisdictions.routing import Asked
from persian.normalize import NOT_TEXT

MOST = 10_000


@dataclass(frozen=True, kw_only=True)
class Places:
    """One entry a feature, in order: its id, the question, and what is wrong where there is none."""

    ids: list[str | int | float | None]
    asked: list[Asked | None]
    problems: list[dict[str, Any] | None]


def read_places(body: Mapping[str, Any], *, category: str, source: str) -> Places:
    """The places of a FeatureCollection; raises Problem where it is none, or has more than 10,000.

    `category` and `source` are for the features that name none.
    """
    if body.get("type") != "FeatureCollection" or not isinstance(body.get("features"), list):
        detail = _('Send a GeoJSON FeatureCollection: {"type": "FeatureCollection", "features": […]}.')
        raise refusal([Fault(field="features", code="not_a_feature_collection", detail=detail)])
    features = body["features"]
    if len(features) > MOST:
        detail = _("Send at most %(most)d features in one body.") % {"most": MOST}
        raise refusal([Fault(field="features", code="too_many_features", detail=detail)], status=413)
    known = set(Category.objects.active().values_list("code", flat=True))
    reader = _Reader(known=known, category=category, source=source)
    read = [reader.read(each, place) for place, each in enumerate(features)]
    return Places(
        ids=[_id(each) for each in features],
        asked=[each if isinstance(each, Asked) else None for each in read],
        problems=[None if isinstance(each, Asked) else each for each in read],
    )


def _id(feature: Any) -> str | int | float | None:
    given = feature.get("id") if isinstance(feature, dict) else None
    if isinstance(given, str):
        return NOT_TEXT.sub("", given)
    return given if isinstance(given, int | float) else None


class _Reader:
    """Reads feature after feature."""

    def __init__(self, *, known: set[str], category: str, source: str) -> None:
        self._known, self._category, self._source = known, category, source
        self._sources = set(Source.values)
        self._point, self._accuracy = PointField(), AccuracyField()

    def read(self, feature: Any, place: int) -> Asked | dict[str, Any]:
        """The question of one feature, or what is wrong with it."""
        try:
            return self._asked(feature)
        except Problem as problem:
            [fault] = problem.errors
            field = f"features[{place}].{fault.field}".rstrip(".")
            return {"field": field, "code": fault.code, "detail": fault.detail}

    def _asked(self, feature: Any) -> Asked:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise _refused("", "not_a_feature", _("Send a GeoJSON Feature with a Point here."))
        lon, lat = _read(self._point.lonlat, feature.get("geometry"), "geometry")
        properties = feature.get("properties") or {}
        if not isinstance(properties, dict):
            raise _refused("properties", "wrong_type", _("Send an object here."))
        return Asked(
            lon=lon,
            lat=lat,
            category=self._one_of(properties, "category", self._category, self._known),
            source=self._one_of(properties, "source", self._source, self._sources),
            accuracy_m=self._metres(properties),
        )

    def _one_of(self, properties: Mapping[str, Any], name: str, otherwise: str, known: set[str]) -> str:
        value = properties.get(name)
        if value is None or value == "":
            return otherwise
        if not isinstance(value, str) or value not in known:
            code = "unknown_category" if name == "category" else "unknown_value"
            raise _refused(
                f"properties.{name}",
                code,
                _("“%(value)s” is not known.") % {"value": NOT_TEXT.sub("", str(value))[:80]},
            )
        return value

    def _metres(self, properties: Mapping[str, Any]) -> float:
        if properties.get("accuracy_m") is None:
            return 0.0
        return float(_read(self._accuracy.to_internal_value, properties["accuracy_m"], "properties.accuracy_m"))


def _refused(field: str, code: str, detail: str) -> Problem:
    return refusal([Fault(field=field, code=code, detail=detail)])


def _read(read: Callable[[Any], Any], value: Any, name: str) -> Any:
    """The value as a field reads it; what it refuses, in our words."""
    try:
        return read(value)
    except serializers.ValidationError as error:
        [detail] = cast(list[ErrorDetail], error.detail)
        raise _refused(name, str(detail.code), str(detail)) from error
