"""A map to look at, with everything it draws served by us."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from geo.crs import WGS84


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer:
    """Features to draw, from an address of ours or given at once; `label` names the property to write on them.

    `look` is `ground` (shapes that lie behind), `street`, `subject` (what the map is about, a shape, line or
    point) or `shade` (a point that stands back).
    """

    look: Literal["ground", "street", "subject", "shade"]
    data: str | dict[str, Any]
    label: str = ""


def feature_of(geometry: GEOSGeometry, **properties: str) -> dict[str, Any]:
    """One geometry (WGS 84, lon/lat) as a GeoJSON feature."""
    return {"type": "Feature", "geometry": json.loads(geometry.json), "properties": properties}


def map_html(*, about: GEOSGeometry, layers: Sequence[MapLayer], label: str) -> SafeString:
    """A map that opens on `about` (WGS 84, lon/lat); `label` says in words what it shows."""
    if about.srid not in (None, WGS84):
        raise ValueError(f"The map draws WGS 84, not SRID {about.srid}.")
    given = {
        "style": settings.BASEMAP_STYLE_URL,
        "extent": about.extent,
        "layers": [asdict(each) for each in layers],
    }
    return render_to_string("geo/map.html", {"given": given, "label": label})
