"""Our own admin site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "config.staff.StaffSite"
