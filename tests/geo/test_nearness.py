"""Boxes that hold what is near, and little else."""

from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.nearness import MOST_BANDS, box_around, boxes_between

GEOD = Geod(ellps="WGS84")
PLACES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def holds(boxes, lon: float, lat: float) -> bool:
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in boxes)


@given(PLACES, st.floats(0, 360), st.floats(0, 50_000), st.floats(0, 50_000), st.floats(0, 1))
def test_whatever_is_that_far_away_lies_in_a_box(place, azimuth, one, other, share):
    lon, lat = place
    inner, outer = sorted([one, other])
    away = inner + (outer - inner) * share
    east, north, _back = GEOD.fwd(lon, lat, azimuth, away)
    assert holds(boxes_between(lon=lon, lat=lat, inner=inner, outer=outer), east, north)
    assert holds([box_around(lon=lon, lat=lat, metres=outer)], east, north)


def test_a_thin_ring_takes_little_more_ground_than_it_has():
    boxes = boxes_between(lon=59.6, lat=36.3, inner=4950, outer=5000)
    assert len(boxes) <= 2 * MOST_BANDS
    ground = sum(abs(GEOD.polygon_area_perimeter([w, e, e, w], [s, s, n, n])[0]) for w, s, e, n in boxes)
    ring, disc = 3.1416 * (5000**2 - 4950**2), 3.1416 * 5000**2
    assert ring < ground < 0.1 * disc
