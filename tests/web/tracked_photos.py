"""Photos sent from a tracking page."""

from urllib.parse import urlsplit

from django.test import Client

from reports.references import tracking_link


def page_of(report) -> str:
    """The address of its tracking page."""
    return urlsplit(tracking_link(report.reference)).path


def send(client: Client, report, *files, **fields):
    """Send photos by the page's form."""
    return client.post(f"{page_of(report)}/photos", {"photo": list(files), **fields})
