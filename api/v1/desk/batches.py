"""What is previewed for a whole city and applied in batches: who may, in which cities, and from which state."""

from typing import Any, TypeVar

from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.clients import viewer_of
from api.errors import Fault, Problem, refusal
from api.v1.desk.reading import forbidden
from jurisdictions.models import Jurisdiction
from people.access import Right, Viewer
from reports.models.batches import PreviewedInBatches, PreviewedInBatchesQuerySet

Row = TypeVar("Row", bound=PreviewedInBatches)


def rerouter(request: Request) -> Viewer:
    """Whoever may reroute throughout a city; raises Problem (403) for others."""
    viewer = viewer_of(request)
    if not viewer.sees_everything and not viewer.cities(Right.REROUTE):
        raise forbidden(_("Only a dispatcher of the whole city does this."))
    return viewer


def found(request: Request, rows: PreviewedInBatchesQuerySet[Row], number: int, *, else_say: str) -> Row:
    """The one of the viewer's cities; raises Problem (403 without the right anywhere, else 404)."""
    row: Row | None = rows.of(rerouter(request)).filter(pk=number).first()
    if row is None:
        raise Problem(status=404, code="not_found", detail=else_say)
    return row


def city_of(viewer: Viewer, code: str) -> Jurisdiction:
    """The city of that code throughout which the viewer may reroute; raises Problem."""
    cities = Jurisdiction.objects.cities().filter(code=code)
    city: Jurisdiction = known(cities, viewer, "pk", "city", "unknown_city")
    return city


def known(rows: Any, viewer: Viewer, city: str, field: str, code: str) -> Any:
    """The row, if `city` of it is one of the viewer's; raises Problem."""
    mine = rows if viewer.sees_everything else rows.filter(**{f"{city}__in": viewer.cities(Right.REROUTE)})
    row = mine.first()
    if row is None:
        detail = _("There is none like this in the cities that are yours.")
        raise refusal([Fault(field=field, code=code, detail=detail)])
    return row
