"""The words around the OpenAPI description."""

from typing import Any

from api.errors import CODES

INTRODUCTION = """
Reports of what is broken in the city, and who answers for it. Coordinates are WGS 84, longitude first; features are
GeoJSON (RFC 7946). Reading is open; a program of the staff sends its token as `Authorization: Bearer …`.

Refusals are problem details (RFC 9457, `application/problem+json`): `status`, a stable `code`, a `detail` that says
what to do in the language of `Accept-Language` (Persian or English), and in `errors` each fault with its `field`.
"""


def describe(result: dict[str, Any], **_others: object) -> dict[str, Any]:
    """Put the introduction and the table of codes before the endpoints."""
    rows = "\n".join(f"| <a id='{code}'></a>`{code}` | {meaning} |" for code, meaning in CODES.items())
    result["info"]["description"] = f"{INTRODUCTION}\n| code | means |\n|---|---|\n{rows}\n"
    return result
