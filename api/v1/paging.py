"""Page keys: where a page ended, by a reference that tells nothing of how many reports there are."""

import hmac
from datetime import datetime

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.params import bad
from reports.models import Report


def key_after(reference: str) -> str:
    """The key of the page that begins after this report; signed, so that it opens nothing but the next page."""
    return f"{reference}.{_signature(reference)}"


def position_of(key: str) -> tuple[datetime, int]:
    """The place of a page key in the order of pages; raises Problem for one that we did not make."""
    reference, _dot, signature = key.partition(".")
    if hmac.compare_digest(_signature(reference).encode(), signature.encode()):
        position = Report.objects.filter(reference=reference).values_list("received_at", "id").first()
        if position:
            return position
    raise bad("after", "invalid_page_key", _("This page key is not one of ours: follow the next link as it is."))


def next_link(request: Request, *, after: str) -> dict[str, str]:
    """The link to the page after the report with that reference, all other parameters kept."""
    query = request.GET.copy()
    query["after"] = key_after(after)
    return {
        "rel": "next",
        "type": "application/geo+json",
        "href": request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=',:')}"),
    }


def _signature(reference: str) -> str:
    return salted_hmac("api.page", reference, algorithm="sha256").hexdigest()[:16]
