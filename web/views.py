"""The pages: the map of the city, and a reporter's own page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.defaults import page_not_found

from jurisdictions.models import Jurisdiction, Level
from web.messages import map_messages, place_messages, status_names
from web.tracking import find_tracked


@require_safe
def city_map(request: HttpRequest) -> HttpResponse:
    """The map; what it shows it reads from the API."""
    cities = list(Jurisdiction.objects.cities().order_by("code"))
    zones = {city.time_zone for city in cities}
    for_script = _for_map() | {
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


@require_safe
def track(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The page behind a tracking link: whoever holds the link may read it, nobody else, and no cache keeps it."""
    language = get_language() or settings.LANGUAGE_CODE
    tracked = find_tracked(reference=reference, token=token, language=language, at=timezone.now())
    if tracked is None:
        response: HttpResponse = page_not_found(request, Http404())
    else:
        for_script = _for_map() | {"messages": place_messages()}
        response = render(request, "web/track.html", {"report": tracked, "for_script": for_script})
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _for_map() -> dict[str, object]:
    """What every map's script must know: the jurisdictions drawn are those right below the city."""
    return {
        "language": get_language(),
        "basemap": settings.BASEMAP_STYLE_URL,
        "level": Level.objects.below_city().values_list("code", flat=True).first(),
    }
