"""Letters, digits and dates as Persian writes them."""

from django.apps import AppConfig


class PersianConfig(AppConfig):
    name = "persian"
