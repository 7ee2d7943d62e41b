"""JSON as RFC 8259 has it: no NaN, no member twice, not too large, not too deep."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from api.errors import Problem


class StrictJSONParser(BaseParser):
    """Parse a JSON object; raises Problem with what is wrong."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The object in the body of at most MAX_BODY_BYTES bytes of UTF-8."""
        body = stream.read(settings.MAX_BODY_BYTES + 1)
        if len(body) > settings.MAX_BODY_BYTES:
            detail = _("The body is larger than %(bytes)d bytes: shorten it.") % {"bytes": settings.MAX_BODY_BYTES}
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
