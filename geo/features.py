"""A queryset as RFC 7946 features, whose text PostgreSQL writes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db import connections
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import Combinable

DECIMALS = 7  # about a centimetre


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: its id, and the whole of it as JSON text."""

    id: str
    text: str


def read_features(
    rows: QuerySet[Model],
    *,
    id: str,
    geometry: str,
    properties: Mapping[str, Combinable],
) -> list[Feature]:
    """The rows as features, in the rows' order, in one query: `id` and `geometry` name columns (WGS 84, lon/lat).

    Property names are ours and go into the SQL text; values never do.
    """
    columns = {f"p{number}": expression for number, expression in enumerate(properties.values())}
    chosen = rows.annotate(feature_id=F(id), feature_geometry=AsGeoJSON(geometry, precision=DECIMALS), **columns)
    inner, params = chosen.values("feature_id", "feature_geometry", *columns).query.sql_with_params()
    members = " || ',' || ".join(
        f"'{_quoted(name)}:' || coalesce(to_json({column})::text, 'null')"
        for name, column in zip(properties, columns, strict=True)
    )
    sql = f"""
        SELECT feature_id::text, '{{"type":"Feature","id":' || to_json(feature_id) || ',"geometry":'
               || coalesce(feature_geometry, 'null') || ',"properties":{{' || {members or "''"} || '}}}}'
        FROM ({inner}) AS chosen
    """  # noqa: S608 - our own names; the values are bound
    with connections[rows.db].cursor() as cursor:
        cursor.execute(sql, params)
        return [Feature(*row) for row in cursor.fetchall()]


def _quoted(name: str) -> str:
    return json.dumps(name).replace("'", "''").replace("%", "%%")


def feature_collection(features: Sequence[Feature], *, links: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The features as one FeatureCollection; `links` as in OGC API (`rel`, `href`, `type`)."""
    members: dict[str, Any] = {"links": list(links)} if links else {}
    tail = "".join(f",{json.dumps(name)}:{json.dumps(value)}" for name, value in members.items())
    return f'{{"type":"FeatureCollection","features":[{",".join(each.text for each in features)}]{tail}}}'.encode()
