"""The staff's site: its name, its clock, and what it answers to malformed or conflicting requests."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError, IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.signing_in import SignInForm
from geo.admin import StaffAdmin
from jurisdictions.models import Jurisdiction
from people.access import Viewer
from people.viewing import viewer_of

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
CONFLICTS = (IntegrityError, ProtectedError, RestrictedError)


class StaffSite(AdminSite):
    """Django's admin site on the clock of the viewer's city; no request to it ends in a server error."""

    site_header = site_title = gettext_lazy("City Eye")
    index_title = gettext_lazy("Staff pages")
    login_form = SignInForm

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page to sign in; 429 where that has failed too often."""
        response = super().login(request, extra_context)
        context = response.context_data or {} if isinstance(response, SimpleTemplateResponse) else {}
        full = getattr(context.get("form"), "full", None)
        if full is not None:
            response.status_code, response.headers["Retry-After"] = 429, str(full.wait_s)
        return response

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """With lists like ours for libraries' models too: theirs would ask whatever stands in the address."""
        if admin_class is None or not issubclass(admin_class, StaffAdmin):
            bases = (StaffAdmin,) if admin_class is None else (StaffAdmin, admin_class)
            admin_class = type(bases[-1].__name__, bases, {})
        super().register(model_or_iterable, admin_class, **options)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """The view for members of staff only, on their clock, and careful with what it is asked."""
        return super().admin_view(_staffed(view), cacheable)

    def _build_app_dict(self, request: HttpRequest, label: Any = None) -> dict[str, Any]:
        """With names that are words by now: sorted as they were, each comparison asked the catalog for both anew."""
        apps: dict[str, Any] = super()._build_app_dict(request, label)
        for app in apps.values():
            for model in app["models"]:
                model["name"] = str(model["name"])
        return apps


def _staffed(view: View) -> View:
    @wraps(view)
    def staffed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _refuse_nul(request)
        _refuse_bad_selection(request, view)
        _refuse_prefilled(request, view)
        now = timezone.now()  # noqa: TID251 - a front door like those of web and api
        with timezone.override(time_zone_of(viewer_of(request, at=now))):
            return _careful(view, request, *args, **kwargs)

    return cast(View, staffed)


def time_zone_of(viewer: Viewer) -> str:
    """The clock a member of staff works by: of the city of their first membership, else of the first city."""
    if viewer.memberships:
        return min(viewer.memberships, key=lambda each: each.pk).ground.city.time_zone
    zones = Jurisdiction.objects.cities().order_by("pk").values_list("time_zone", flat=True)
    return zones.first() or "UTC"


def _careful(
    view: Callable[..., HttpResponseBase], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """The view's response, a sentence where the database refuses instead of a server error."""
    try:
        response = view(request, *args, **kwargs)
        # Templates read rows and write moments: they are rendered while errors are caught and the clock is set.
        return response.render() if isinstance(response, SimpleTemplateResponse) else response
    except DataError as error:
        raise BadRequest("A value that the database cannot read.") from error
    except CONFLICTS:
        # The forms check every rule, so somebody else came first: show the page as it is now.
        messages.error(request, _("Not done: something else has changed meanwhile. Please look and try again."))
        return HttpResponseRedirect(request.get_full_path())


def _refuse_nul(request: HttpRequest) -> None:
    """PostgreSQL has no NUL in its texts: refuse it in whatever the address or a form brings."""
    for given in (request.GET, request.POST):
        if any("\x00" in text for name, values in given.lists() for text in (name, *values)):
            raise BadRequest("NUL in a value.")


def _refuse_bad_selection(request: HttpRequest, view: object) -> None:
    """Django looks selected rows up without reading their keys first; one that is no key must not end in an error."""
    page = getattr(view, "__self__", None)
    if not isinstance(page, ModelAdmin):
        return
    try:
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            page.opts.pk.to_python(key)
    except ValidationError as error:
        raise BadRequest("A selected row has no such key.") from error


def _refuse_prefilled(request: HttpRequest, view: object) -> None:
    """Django fills an empty form from its address with whatever stands there, unread; no page of ours asks for it."""
    if getattr(view, "__name__", "") == "add_view" and any(not name.startswith("_") for name in request.GET):
        raise BadRequest("A form is filled in by hand.")
