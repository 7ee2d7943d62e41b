"""The staff's pages about photos: looked at, shown or hidden, covered, removed, and added to a report."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from people.access import Right
from people.models import User
from persian.admin import EMPTY, Column, moment_column
from persian.display import digits
from reports import photos
from reports.admin.photo_forms import AddForm, CoverForm
from reports.admin.photo_page import metres_text, page_of_photo
from reports.admin.records import REPORT_CLOCK, RecordAdmin
from reports.admin.scope import asking, has_right
from reports.models import Mime, Photo, Report
from reports.photos import sentences
from reports.photos.files import names_of, read

UPLOADED: Column = moment_column("uploaded_at", gettext_lazy("uploaded at"), zone=REPORT_CLOCK)
ENDINGS = {Mime.JPEG: "jpg", Mime.PNG: "png", Mime.WEBP: "webp", Mime.HEIC: "heic", Mime.PDF: "pdf"}


@admin.register(Photo)
class PhotoAdmin(RecordAdmin):
    """Photos of the reports in the viewer's charge; each act calls its verb."""

    list_display = ["pk", "report_link", "kind", "state", "is_public", "distance", UPLOADED]
    list_display_links = ["pk"]
    list_select_related = ["report__root", "report__category", "by", "reviewed_by"]
    list_filter = ["state", "kind", "is_public", "from_reporter"]
    ordering = ["-pk"]
    sortable_by = ["pk"]
    fields = ["report_link"]
    actions = ["show", "hide"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those in the viewer's charge, each with how far from its report's place it was taken."""
        rows: Any = super().get_queryset(request)
        measured: QuerySet[Any] = rows.with_gps_distance()
        return measured

    @admin.display(description=gettext_lazy("from the place of the report"))
    def distance(self, obj: Any) -> str:
        """How far from the report's place the camera says it was."""
        return metres_text(obj) or EMPTY

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whoever decides what the public sees of any report; over which, each act looks."""
        return asking(request).may(Right.PUBLISH)

    @admin.action(description=gettext_lazy("Show to the public"), permissions=["publish"])
    def show(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        """Let the public see the chosen photos."""
        self._each(request, queryset, photos.show, "shown")

    @admin.action(description=gettext_lazy("Hide from the public"), permissions=["publish"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Photo]) -> None:
        """Take the chosen photos from the public's sight."""
        self._each(request, queryset, photos.hide, "hidden")

    def _each(self, request: HttpRequest, queryset: Any, verb: Callable[..., None], what: str) -> None:
        done = [each for each in queryset if self._do(request, each, verb, what)]
        if done:
            text = ngettext("%(count)s photo changed.", "%(count)s photos changed.", len(done))
            messages.success(request, text % {"count": digits(str(len(done)))})

    def _do(self, request: HttpRequest, photo: Photo, verb: Callable[..., None], what: str) -> bool:
        """One photo's; where it may not be done, a message says so."""
        if not has_right(asking(request), Right.PUBLISH, photo.report):
            text = _("%(reference)s is not yours to do this with.") % {"reference": photo.report.reference}
            messages.warning(request, text)
            return False
        try:
            with transaction.atomic():
                verb(photo=photo, at=timezone.now(), by=_by(request))
                self.log_change(request, photo, [{"changed": {"fields": [what]}}])
        except photos.NotForThePublic:
            text = _("This photo cannot be shown: it is not ready, is no picture, or its category is never public.")
            messages.warning(request, text)
            return False
        except photos.PhotoGone:
            return False
        return True

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a photo, in our own layout."""
        page = page_of_photo(context["original"], viewer=asking(request))
        return super().render_change_form(request, context | {"page": page}, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, the files, and the doors of the verbs."""
        view = self.admin_site.admin_view
        ours = [
            path("<int:number>/<slug:file>/file/", view(require_safe(self.file)), name="reports_photo_file"),
            path("<int:number>/<slug:act>/do/", view(require_POST(self.act)), name="reports_photo_act"),
            path("of/<int:report>/add/", view(require_POST(self.add_to)), name="reports_photo_add_to"),
        ]
        return [*ours, *super().get_urls()]

    def file(self, request: HttpRequest, number: int, file: str) -> HttpResponse:
        """A photo's view or thumbnail, or for those who may know who told it its original, to be saved."""
        photo = self._mine(request, number)
        name = _name_of(photo, file)
        if file == "original" and not has_right(asking(request), Right.SEE_CONTACT, photo.report):
            raise PermissionDenied
        if not name:
            raise Http404
        mime = photo.mime if file == "original" else Mime.JPEG
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        if file == "original":
            ending = ENDINGS[Mime(photo.mime)]
            headers["Content-Disposition"] = f'attachment; filename="{photo.report.reference}-{photo.number}.{ending}"'
        try:
            return HttpResponse(read(name), content_type=str(mime), headers=headers)
        except photos.StorageAway:
            return HttpResponse(sentences.storage_away(), status=503, content_type="text/plain; charset=utf-8")

    def act(self, request: HttpRequest, number: int, act: str) -> HttpResponse:
        """One act on one photo, from its page."""
        photo = self._mine(request, number)
        if act not in {"show", "hide", "cover", "remove"}:
            raise Http404
        if act in {"show", "hide"}:
            self._do(request, photo, photos.show if act == "show" else photos.hide, "shown")
        elif not has_right(asking(request), Right.PUBLISH, photo.report):
            raise PermissionDenied
        else:
            try:
                return self._cover(request, photo) if act == "cover" else self._remove(request, photo)
            except photos.PhotoGone as error:
                raise Http404 from error
        return _to_page_of(photo)

    def _cover(self, request: HttpRequest, photo: Photo) -> HttpResponse:
        form = CoverForm(request.POST)
        try:
            if not form.is_valid():
                raise photos.NoRectangles
            with transaction.atomic():
                photos.cover(photo=photo, rectangles=form.cleaned_data["rectangles"], at=timezone.now())
                self.log_change(request, photo, [{"changed": {"fields": ["covered"]}}])
        except photos.NoRectangles:
            messages.error(request, _("Write each rectangle on a line: left, top, width and height in percent."))
        except photos.NotForThePublic:
            messages.error(request, _("Only a picture that is ready can be covered."))
        else:
            messages.success(request, _("The copies of the public are made anew; the old ones are gone."))
        return _to_page_of(photo)

    def _remove(self, request: HttpRequest, photo: Photo) -> HttpResponse:
        with transaction.atomic():
            self.log_deletions(request, Photo.objects.filter(pk=photo.pk))
            photos.remove(photo=photo)
        messages.success(request, _("The photo is removed, with all its files."))
        return HttpResponseRedirect(reverse("admin:reports_report_change", args=[photo.report_id]))

    def add_to(self, request: HttpRequest, report: int) -> HttpResponse:
        """Photos and documents for a report, from those who handle it."""
        found = Report.objects.in_charge_of(asking(request), Right.HANDLE).filter(pk=report).first()
        if found is None:
            raise Http404
        form = AddForm(request.POST, request.FILES)
        sentence = _add(request, found, form) if form.is_valid() else _first_error(form)
        if sentence:
            messages.error(request, digits(sentence))
        return HttpResponseRedirect(f"{reverse('admin:reports_report_change', args=[found.pk])}#photos")

    def _mine(self, request: HttpRequest, number: int) -> Photo:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Photo = self.get_object(request, str(number))
        return found


def _first_error(form: AddForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _add(request: HttpRequest, report: Report, form: AddForm) -> str:
    """Add them; what is wrong, or nothing."""
    at, kind = timezone.now(), form.cleaned_data["kind"]
    try:
        incoming = [
            photos.look_at(File(each), declared=each.content_type or "", documents=True, kind=kind, keeps_original=True)
            for each in form.cleaned_data["photo"]
        ]
        stored = photos.store(photos.announce(incoming, at=at), at=at)
        photos.add_photos(report=report, stored=stored, at=at, by=_by(request), from_reporter=False)
    except photos.NotTaken as error:
        return sentences.sentence_of(error.code)
    except photos.TooManyPhotos:
        return sentences.too_many()
    except (photos.StorageAway, photos.NotThere):
        return sentences.storage_away()
    return ""


def _to_page_of(photo: Photo) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:reports_photo_change", args=[photo.pk]))


def _name_of(photo: Photo, file: str) -> str:
    """Where that file of the photo lies; empty where there is none."""
    if file == "original":
        return photo.original
    if file in {"view", "thumbnail"} and photo.rendition:
        return names_of(photo.rendition, public=False)[file == "thumbnail"]
    return ""


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
