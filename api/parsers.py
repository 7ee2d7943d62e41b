"""JSON as RFC 8259 has it: no NaN, no member twice, not too large, not too deep."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from api.errors import Problem
from persian.encoding import is_utf8


class StrictJSONParser(BaseParser):
    """Parse a JSON object; raises Problem with what is wrong."""

    media_type = "application/json"

    @property
    def most_bytes(self) -> int:
        """How large a body may be."""
        return int(settings.MAX_BODY_BYTES)

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object in the body of at most `most_bytes` bytes of UTF-8."""
        _refuse_charset(media_type or "")
        return read_object(stream.read(self.most_bytes + 1), most_bytes=self.most_bytes)


class StrictGeoJSONParser(StrictJSONParser):
    """Parse a collection of thousands of features, by whichever name of JSON it comes."""

    media_type = "application/*"

    @property
    def most_bytes(self) -> int:
        """How large a collection may be."""
        return int(settings.MAX_COLLECTION_BYTES)


def _refuse_charset(content_type: str) -> None:
    """Refuse a body that says that it is not in UTF-8, with a Problem: RFC 8259 knows no other encoding."""
    _media_type, parameters = parse_header_parameters(content_type)
    if "charset" in parameters and not is_utf8(parameters["charset"]):
        detail = _("Send JSON in UTF-8; no other encoding is read.")
        raise Problem(status=415, code="unsupported_charset", detail=detail)


def read_object(body: bytes, *, most_bytes: int | None = None) -> dict[str, Any]:
    """The JSON object in at most so many bytes (MAX_BODY_BYTES); raises Problem with what is wrong."""
    most = int(settings.MAX_BODY_BYTES) if most_bytes is None else most_bytes
    if len(body) > most:
        detail = _("The body is larger than %(bytes)d bytes: shorten it.") % {"bytes": most}
        raise Problem(status=413, code="body_too_large", detail=detail)
    value = _loads(body)
    if not isinstance(value, dict):
        raise Problem(status=400, code="not_an_object", detail=_("Send one JSON object: {…}."))
    return value


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except RecursionError as error:
        detail = _("The body is nested too deeply.")
        raise Problem(status=400, code="body_too_deep", detail=detail) from error
    except ValueError as error:
        detail = _("The body is not valid JSON in UTF-8.")
        raise Problem(status=400, code="malformed_json", detail=detail) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Problem(status=400, code="repeated_member", detail=_("A member of the object is there twice."))
    return members
