"""Points on the ground, made coarser."""

from math import cos, floor, radians

from django.contrib.gis.geos import Point

from geo.crs import WGS84

METRES_PER_DEGREE = 111_320.0  # of longitude at the equator; enough for a grid whose cells need only be stable


def middle_of_cell(point: Point, *, size_m: float) -> Point:
    """The middle of the world-anchored grid cell, about `size_m` metres wide and high, that holds the point (lon/lat).

    The same cell for every point in it, on every day: many reports of one place tell no more than one does.
    """
    height = size_m / METRES_PER_DEGREE
    lat = (floor(point.y / height) + 0.5) * height
    width = height / max(cos(radians(lat)), 0.01)
    lon = (floor(point.x / width) + 0.5) * width
    return Point(round(lon, 7), round(min(max(lat, -90), 90), 7), srid=WGS84)
