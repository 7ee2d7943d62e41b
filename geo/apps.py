"""The ground floor: coordinates, shapes, days and the SQL that writes map formats."""

from django.apps import AppConfig


class GeoConfig(AppConfig):
    name = "geo"
