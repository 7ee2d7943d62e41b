"""What the pages' scripts say, in the language of the page."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reports.workflow import Status


def status_names() -> dict[str, str]:
    """Each status by its code, in the order of a report's life."""
    return {status.value: capfirst(str(status.label)) for status in Status}


def place_messages() -> dict[str, str]:
    """What every map of ours says."""
    return {
        "map": _("Map"),
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "attribution": _("© OpenStreetMap contributors"),
        "toggleAttribution": _("Show or hide where the data come from"),
        "noMap": _("This browser cannot draw the map."),
    }


def map_messages() -> dict[str, str]:
    """What the map page says beyond that; `{n}` stands for a number."""
    return {
        **place_messages(),
        **_card_messages(),
        "countNone": _("No reports in this view"),
        "countOne": _("1 report in this view"),
        "countMany": _("{n} reports in this view"),
        "listNewest": _("The {n} newest are listed; zoom in for the others."),
        "shades": _("Reports in each part of the city"),
        "atLeast": _("{n} and more"),
        "thousands": _(" k"),
        "loading": _("Loading…"),
        "all": _("All reports: {n}"),
        "newest": _("The {n} newest reports"),
        "failed": _("The reports could not be loaded."),
        "groundFailed": _("The map could not be loaded."),
        "detailsFailed": _("The details could not be loaded."),
        "basemapFailed": _("The base map could not be loaded; the map is drawn without it."),
        "streetsFailed": _("The streets could not be loaded."),
        "retry": _("Try again"),
        "noGround": _(
            "No boundaries of the city are in force today, so there is no map; the newest reports are listed here."
        ),
        "noCity": _("No city is loaded yet."),
        "noCityHelp": _("Load one with “manage.py load_city FILE”, then open this page again."),
        "noMapList": _("This browser cannot draw the map (WebGL is off). The newest reports are listed here instead."),
        "noMapCame": _("The map could not be loaded. The newest reports are listed here instead."),
        "showList": _("Show the list"),
        "hideList": _("Hide the list"),
        "showFilters": _("Filters"),
        "filtersChosen": _("Filters ({n})"),
        "hideFilters": _("Hide the filters"),
    }


def _card_messages() -> dict[str, str]:
    """What is said of one report."""
    return {
        "coarse": _("To protect people’s privacy, only the approximate place is shown."),
        "place": _("Place"),
        "department": _("Responsible"),
        "noDepartment": _("A dispatcher decides"),
        "reference": _("Reference"),
        "why": _("How this was decided"),
        "progress": _("Progress"),
        "textAfterReview": _("The text is shown after review."),
        "close": _("Close"),
        "previous": _("Previous report at this place"),
        "next": _("Next report at this place"),
        "nth": _("{i} of {n} at this place"),
        "moment": _("{day}, {time}"),
    }
