"""The pages of what is previewed for a whole city and applied in batches: begun here, done by the worker."""

from abc import abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from geo.admin import GuardedAdmin
from people.access import Right, Viewer
from people.models import User
from reports.admin.scope import asking
from reports.models.batches import PreviewedInBatches


class BatchesAdmin(GuardedAdmin):
    """For the dispatchers of a whole city. What a subclass names is what its verbs are."""

    preview_title: Promise
    preview_shows: Promise  # what can be seen of it, though it changes nothing
    at_once: int  # reports that a preview looks at while its maker waits
    acts: Collection[str]  # names of what may follow a preview

    @abstractmethod
    def preview_form(self, request: HttpRequest, *, at: datetime) -> forms.Form:
        """What a preview is asked of."""

    @abstractmethod
    def begin_preview(self, form: Any, *, at: datetime, by: User | None) -> PreviewedInBatches:
        """The new row, its preview still to be made."""

    @abstractmethod
    def carry_on(self, row: Any, *, at: datetime) -> None:
        """Make the whole of the preview."""

    @abstractmethod
    def hint(self, row: Any) -> None:
        """Tell the worker."""

    @abstractmethod
    def begin_act(self, act: str, row: Any, *, at: datetime, by: User | None) -> str:
        """Begin it; the sentence that says why it cannot follow, or nothing."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the viewer's cities."""
        keys = self.model.objects.of(asking(request)).values("pk")
        related = cast(Sequence[str], self.list_select_related)
        rows: QuerySet[Any] = super().get_queryset(request).select_related(*related)
        return rows.filter(pk__in=keys)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The row; raises Http404 alike for none and for another city's."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return found

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever reroutes a whole city."""
        return reroutes_a_city(asking(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The same: `add_view` calls the verb."""
        return self.has_view_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form of a new preview; a large one is made by the worker."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        at = timezone.now()
        form = self.preview_form(request, at=at)
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(self._page(self._preview(request, form, at=at)))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": str(self.preview_title),
            "shows": self.preview_shows,
            "form": form,
        }
        return TemplateResponse(request, "admin/reports/batches/preview.html", context)

    def _preview(self, request: HttpRequest, form: forms.Form, *, at: datetime) -> int:
        row = self.begin_preview(form, at=at, by=_by(request))
        self.log_addition(request, row, [{"added": {}}])
        if row.to_look_at <= self.at_once:
            self.carry_on(row, at=at)
        else:
            self.hint(row)
        return int(row.pk)

    def _page(self, number: int) -> str:
        return reverse(f"admin:reports_{self.opts.model_name}_change", args=[number])

    def get_urls(self) -> list[URLPattern]:
        """The list and the pages, and the doors of the verbs."""
        view = self.admin_site.admin_view(require_POST(self.act))
        door = path("<int:number>/<slug:act>/do/", view, name=f"reports_{self.opts.model_name}_act")
        return [door, *super().get_urls()]

    def act(self, request: HttpRequest, number: int, act: str) -> HttpResponse:
        """Begun here, done by the worker."""
        row = self.mine(request, number)
        if act not in self.acts:
            raise Http404
        if why_not := self.begin_act(act, row, at=timezone.now(), by=_by(request)):
            messages.error(request, why_not)
        else:
            self.log_change(request, row, [{"changed": {"fields": [act]}}])
            self.hint(row)
            messages.success(request, _("The worker is at it; this page shows how far it is."))
        return HttpResponseRedirect(self._page(number))

    def mine(self, request: HttpRequest, number: int) -> Any:
        """The row, for whoever may look at it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.get_object(request, str(number))


def reroutes_a_city(viewer: Viewer) -> bool:
    """Whether there is a city throughout which the viewer may reroute."""
    return viewer.sees_everything or bool(viewer.cities(Right.REROUTE))


def _by(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
