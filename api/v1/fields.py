"""What people and programs send: points, texts, moments, flags and telephone numbers, each with its refusals."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_gis.fields import GeometryField

from geo.crs import WGS84
from persian.normalize import NOT_TEXT, fold
from reports.contacts import InvalidPhone, normalize_phone

CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class TextField(serializers.CharField):
    """Text as it was written, without control characters; `blank=False` wants a letter or a sign in it."""

    default_error_messages = {
        "invalid": _("Write text here."),
        "blank": _("This text is empty: write what you see."),
        "null": _("This may be left out, but not null."),
        "required": _("This is missing."),
        "max_length": _("This text is longer than {max_length} characters: shorten it."),
        "invalid_characters": _("This text holds control characters: remove them."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)
        # The framework's own checks of NUL and surrogates come with other codes; ours below covers them.
        self.validators = [each for each in self.validators if not type(each).__name__.startswith("Prohibit")]

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The text, or a ValidationError with a code."""
        if isinstance(data, str) and NOT_TEXT.search(data):
            self.fail("invalid_characters")
        if isinstance(data, str) and data and not self.allow_blank and not fold(data):
            self.fail("blank")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> str:
        """Text only: numbers and booleans are not silently made into it."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(data)


class ReferencesField(serializers.ListField):
    """References of reports, as people write them."""

    default_error_messages = {
        "not_a_list": _("Send a list of references here."),
        "null": _("This may be left out, but not null."),
        "min_length": _("Name at least one report."),
        "max_length": _("Name at most {max_length} reports."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=TextField(max_length=40), **kwargs)


class PhoneField(TextField):
    """A telephone number as people write it, to E.164."""

    default_error_messages = {"invalid_phone": _("This is no telephone number; write it as 09151234567 or +98….")}

    def to_internal_value(self, data: Any) -> str:
        """The number as E.164; the empty text stays empty."""
        text = super().to_internal_value(data).strip()
        try:
            return normalize_phone(text) if text else ""
        except InvalidPhone:
            self.fail("invalid_phone")


class EmailField(TextField):
    """An e-mail address."""

    default_error_messages = {"invalid_email": _("This is no e-mail address.")}

    def to_internal_value(self, data: Any) -> str:
        """The address, checked; the empty text stays empty."""
        text = super().to_internal_value(data).strip()
        try:
            if text:
                validate_email(text)
        except DjangoValidationError:
            self.fail("invalid_email")
        return text


@extend_schema_field({"type": "string", "format": "date-time"})
class MomentField(serializers.Field[datetime, Any, str, Any]):
    """A moment with its zone, not in the future; `at` in the context is now."""

    default_error_messages = {
        "required": _("This is missing."),
        "null": _("This may be left out, but not null."),
        "invalid_time": _("Write a moment with its zone: 2026-03-21T08:00:00+03:30."),
        "no_time_zone": _("The time zone is missing: write 2026-03-21T08:00:00+03:30."),
        "in_future": _("This lies in the future: check the clock of the device."),
        "too_long_ago": _("This lies too long ago: check the clock of the device."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The moment in UTC."""
        moment = self._parsed(data)
        if moment.tzinfo is None:
            self.fail("no_time_zone")
        if moment.year < EARLIEST.year:
            self.fail("too_long_ago")
        if moment.year > self.context["at"].year + 1 or moment > self.context["at"] + CLOCK_TOLERANCE:
            self.fail("in_future")
        return moment.astimezone(UTC)

    def _parsed(self, data: Any) -> datetime:
        try:
            moment = parse_datetime(data) if isinstance(data, str) and len(data) <= 40 else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("invalid_time")
        return moment

    def to_representation(self, value: datetime) -> str:
        """ISO 8601."""
        return value.isoformat()


@extend_schema_field({"type": "boolean"})
class FlagField(serializers.Field[bool, Any, bool, Any]):
    """True or false, and nothing that looks like it."""

    default_error_messages = {
        "null": _("This may be left out, but not null."),
        "invalid": _("Write true or false here."),
    }

    def to_internal_value(self, data: Any) -> bool:
        """The flag."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data

    def to_representation(self, value: bool) -> bool:
        """The flag."""
        return value


@extend_schema_field({"type": "number", "minimum": 0, "maximum": 100_000})
class AccuracyField(serializers.Field[float, Any, float, Any]):
    """Metres, from 0 to a hundred kilometres."""

    default_error_messages = {
        "null": _("This may be left out, but not null."),
        "invalid_number": _("Accuracy is a number of metres, from 0 to 100,000."),
    }

    def to_internal_value(self, data: Any) -> float:
        """The metres."""
        if not _is_number(data) or not 0 <= data <= 100_000:
            self.fail("invalid_number")
        return float(data)

    def to_representation(self, value: float) -> float:
        """The metres."""
        return value


@extend_schema_field(
    {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {
            "type": {"type": "string", "enum": ["Point"]},
            "coordinates": {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 2,
                "maxItems": 2,
                "description": "Longitude, latitude (WGS 84)",
            },
        },
    }
)
class PointField(GeometryField):
    """A GeoJSON Point in WGS 84: longitude, then latitude; nothing else."""

    default_error_messages = {
        "required": _("The location is missing."),
        "null": _("The location is missing."),
        "not_a_point": _('Send a GeoJSON Point: {{"type": "Point", "coordinates": [longitude, latitude]}}.'),
        "invalid_coordinates": _("coordinates are two finite numbers: longitude, then latitude."),
        "three_dimensional": _("Leave out the height: coordinates are longitude and latitude."),
        "coordinates_out_of_range": _("Longitude lies between -180 and 180, latitude between -90 and 90."),
        "unknown_member": _("Leave out “{member}”: a Point has type and coordinates."),
    }

    def to_internal_value(self, value: Any) -> Point:
        """The point, SRID 4326."""
        return Point(*self.lonlat(value), srid=WGS84)

    def lonlat(self, value: Any) -> tuple[float, float]:
        """Longitude and latitude; raises ValidationError as `to_internal_value` does."""
        if not isinstance(value, dict) or value.get("type") != "Point":
            self.fail("not_a_point")
        for member in value.keys() - {"type", "coordinates"}:
            self.fail("unknown_member", member=NOT_TEXT.sub("", member)[:50])
        lon, lat = self._pair(value.get("coordinates"))
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            self.fail("coordinates_out_of_range")
        return lon, lat

    def _pair(self, coordinates: Any) -> tuple[float, float]:
        if not isinstance(coordinates, list) or not all(_is_number(each) for each in coordinates):
            self.fail("invalid_coordinates")
        if len(coordinates) == 3:
            self.fail("three_dimensional")
        if len(coordinates) != 2:
            self.fail("invalid_coordinates")
        return float(coordinates[0]), float(coordinates[1])


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond what a float holds
        return False
