"""The map of the city."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from jurisdictions.models import Jurisdiction
from web.for_map import for_map
from web.messages import map_messages, status_names


@require_safe
def city_map(request: HttpRequest) -> HttpResponse:
    """The map; what it shows it reads from the API."""
    cities = list(Jurisdiction.objects.cities().order_by("code"))
    zones = {city.time_zone for city in cities}
    for_script = for_map() | {
        "timeZone": zones.pop() if len(zones) == 1 else None,
        "statuses": status_names(),
        "messages": map_messages(),
        "isEmpty": not cities,
        "live": settings.LIVE_URL,
    }
    city = cities[0].name() if len(cities) == 1 else ""
    return render(request, "web/map.html", {"city": city, "statuses": status_names(), "for_script": for_script})


@require_safe
def icon(request: HttpRequest) -> HttpResponseRedirect:
    """The sign of the site, for browsers that ask for it on pages that do not name it."""
    return HttpResponseRedirect(static("web/icon.svg"))
