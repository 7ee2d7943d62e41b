"""Who asks about the photos of which report, and what they may do there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from api.clients import reader_of
from api.errors import Problem
from api.params import Params
from api.v1.desk.reading import forbidden
from api.v1.photo_shapes import photos_for, public_photos
from people.access import Right, Viewer
from reports.models import Photo, PhotoKind, Report
from reports.references import as_reference

HEADER = "Tracking-Token"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A viewer, and a report that they may know of."""

    viewer: Viewer
    report: Report

    @property
    def is_holder(self) -> bool:
        """Whether they hold the tracking link."""
        return self.report.reference in self.viewer.tracked

    @cached_property
    def is_staff(self) -> bool:
        """Whether the report is in their charge."""
        return self._has(Right.SEE_REPORTS)

    @cached_property
    def may_handle(self) -> bool:
        """Whether they handle the report: they add what they found and did, and documents."""
        return self._has(Right.HANDLE)

    def _has(self, right: Right) -> bool:
        return Report.objects.in_charge_of(self.viewer, right).filter(pk=self.report.pk).exists()

    def must(self, right: Right) -> None:
        """Raise Problem (403) unless they have this right over the report."""
        if not self._has(right):
            raise forbidden(_("This report is not yours to do this with."))

    def may_add(self) -> None:
        """Raise Problem (403) unless they may add photos."""
        if not (self.is_holder or self.may_handle or self._has(Right.FILE_FOR_CALLER)):
            raise forbidden(_("Photos are added by the tracking link of the report, or by its staff."))

    def may_add_kind(self, kind: PhotoKind) -> None:
        """Raise Problem (403) unless they may add photos of this kind."""
        if kind == PhotoKind.AFTER and not self.may_handle:
            raise forbidden(_("Photos of after are added by the staff who handle the report."))

    def shapes(self) -> list[dict[str, Any]]:
        """The photos as they may see them."""
        if not (self.is_staff or self.is_holder):
            return public_photos(self.report.pk)
        return photos_for(self.insiders(), reference=self.report.reference, staff=self.is_staff)

    def insiders(self) -> Any:
        """The photos that the reporter or the staff may see, by number."""
        rows = Photo.objects.visible_to(self.viewer).filter(report=self.report).order_by("number")
        return rows.with_gps_distance() if self.is_staff else rows

    def insiders_photo(self, number: int) -> Photo:
        """One of these; raises Problem (404), also for the public."""
        if self.is_staff or self.is_holder:
            photo: Photo | None = self.insiders().filter(number=number).first()
            if photo is not None:
                return photo
        raise no_such_photo()


def asking_about(request: Request, reference: str) -> Asking:
    """Who asks, by tracking token (the parameter `token` or the header) or account; raises Problem (404)."""
    token = Params(request.GET, known=["token"]).text("token") or request.headers.get(HEADER)
    asked = as_reference(reference)
    viewer = reader_of(request, reference=asked, token=token)
    report = Report.objects.visible_to(viewer).select_related("category").filter(reference=asked).first()
    if asked is None or report is None:
        raise Problem(status=404, code="not_found", detail=_("There is no report with this reference."))
    return Asking(viewer=viewer, report=report)


def no_such_photo() -> Problem:
    """The refusal of a number that no photo of the report has, or has any more."""
    return Problem(status=404, code="not_found", detail=_("The report has no such photo."))
