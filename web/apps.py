"""People's pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
