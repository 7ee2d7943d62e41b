"""The staff's pages about people: accounts, memberships, the tokens of their programs, and anonymous addresses."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from geo.admin import CarefulForms, GuardedAdmin, StaffAdmin
from jurisdictions.admin.reference import NamedAdmin, OfACity
from people.models import WINDOWS, ApiToken, Contractor, Crew, Membership, User
from people.tokens import make_token, revoke_token
from persian.admin import Column, moment_column, period_column
from persian.display import digits
from persian.forms import DayField, DayRangeField

if TYPE_CHECKING:
    Inline = admin.TabularInline[Any, Any]
    AccountAdmin = UserAdmin[User]
else:
    Inline = admin.TabularInline
    AccountAdmin = UserAdmin

# What would make its holder more than its giver.
POWERS = ("is_staff", "is_superuser", "groups", "user_permissions")
MOMENTS: list[Column] = [
    moment_column("last_login", gettext_lazy("last login")),
    moment_column("date_joined", gettext_lazy("date joined")),
]
TOKEN: list[Column] = [
    "name",
    "hint",
    "user",
    moment_column("made_at", gettext_lazy("made at")),
    moment_column("expires_at", gettext_lazy("expires at")),
    moment_column("revoked_at", gettext_lazy("revoked at")),
]

WINDOW: list[Column] = ["address", moment_column("hour", gettext_lazy("hour")), "count"]


class MembershipInline(CarefulForms, Inline):
    """The memberships of a person, on the person's page."""

    model = Membership
    extra = 0
    fields = ["role", "department", "jurisdiction", "in_force"]
    autocomplete_fields = ["department", "jurisdiction"]
    formfield_overrides = {DateRangeField: {"form_class": DayRangeField}}


@admin.register(User)
class PersonAdmin(StaffAdmin, AccountAdmin):
    """Accounts. Nobody is deleted, since their acts keep their names; whoever leaves is made inactive."""

    list_display = ["username", "first_name", "last_name", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    inlines = [MembershipInline]
    readonly_fields = MOMENTS
    fieldsets = [*(UserAdmin.fieldsets or ())[:-1], (gettext_lazy("Important dates"), {"fields": MOMENTS})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any] | tuple[Any, ...]:
        """Only a superuser hands out powers."""
        given = super().get_readonly_fields(request, obj)
        return given if request.user.is_superuser else (*given, *POWERS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a superuser changes one: a new password would be all of their powers."""
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not beyond and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    """Who works where, and as what."""

    list_display = ["user", "role", "department", "jurisdiction", period_column(gettext_lazy("in force"))]
    list_select_related = ["user", "department", "jurisdiction"]
    list_filter = ["role"]
    search_fields = ["user__username", "user__first_name", "user__last_name"]
    ordering = ["user__username", "pk"]
    fields = ["user", "role", "department", "jurisdiction", "in_force"]
    autocomplete_fields = ["user", "department", "jurisdiction"]
    formfield_overrides = {DateRangeField: {"form_class": DayRangeField}}


@admin.register(Crew)
class CrewAdmin(NamedAdmin):
    """People of a department who go out together."""

    list_display = ["name_fa", "name_en", "code", "department", "is_active"]
    list_select_related = ["department"]
    list_filter = ["is_active"]
    ordering = ["department_id", "code"]
    fields = ["department", "code", "name_fa", "name_en", "members", "is_active"]
    autocomplete_fields = ["department", "members"]


@admin.register(Contractor)
class ContractorAdmin(OfACity, NamedAdmin):
    """Firms and other bodies that do work for a city."""

    list_display = ["name_fa", "name_en", "code", "root", "email", "is_active"]
    list_select_related = ["root"]
    list_filter = ["is_active"]
    ordering = ["root_id", "code"]
    fields = ["root", "code", "name_fa", "name_en", "email", "language", "is_active"]


class TokenForm(forms.Form):
    """What a new token is for, and how long it opens anything."""

    user = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("user"))
    name = forms.CharField(
        max_length=100, label=gettext_lazy("name"), help_text=gettext_lazy("The program that carries it.")
    )
    last_day = DayField(required=False, label=gettext_lazy("last day"), help_text=gettext_lazy("Empty: without end."))

    def clean_last_day(self) -> datetime | None:
        """The moment after the last day, on the page's clock."""
        day: date | None = self.cleaned_data["last_day"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over."))
        try:
            return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        except OverflowError as error:
            raise forms.ValidationError(_("This day is too far away.")) from error


@admin.register(ApiToken)
class ApiTokenAdmin(GuardedAdmin):
    """Tokens, made here with their secret shown once, and revoked here; nobody but a superuser sees another's."""

    list_display = fields = TOKEN
    list_select_related = ["user"]
    search_fields = ["name", "hint", "user__username"]
    ordering = ["-made_at", "-pk"]
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All for a superuser, one's own for everybody else."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(user__pk=request.user.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whom Django's permissions allow; `add_view` calls the verb."""
        return request.user.has_perm("people.add_apitoken")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may make them."""
        return self.has_add_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form of a new token, and once its secret. A token opens what its user may: one makes them for oneself."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = TokenForm(request.POST or None, initial={"user": request.user.pk})
        if isinstance(form.fields["user"], forms.ModelChoiceField):
            form.fields["user"].queryset = _owners(request)
        secret = self._make(request, form) if request.method == "POST" and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Make a token"),
            "form": form,
            "secret": secret,
        }
        return TemplateResponse(request, "admin/people/apitoken/make.html", context)

    def _make(self, request: HttpRequest, form: TokenForm) -> str:
        given = form.cleaned_data
        token, secret = make_token(
            user=given["user"], name=given["name"], at=timezone.now(), expires_at=given["last_day"]
        )
        self.log_addition(request, token, [{"added": {}}])
        return secret

    @admin.action(description=gettext_lazy("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """From now on the chosen tokens open nothing."""
        count = 0
        for token in queryset.filter(revoked_at__isnull=True):
            revoke_token(token=token, at=timezone.now())
            self.log_change(request, token, [{"changed": {"fields": ["revoked at"]}}])
            count += 1
        text = ngettext("%(count)s token revoked.", "%(count)s tokens revoked.", count)
        messages.success(request, text % {"count": digits(str(count))})


def _owners(request: HttpRequest) -> QuerySet[User]:
    active = User.objects.filter(is_active=True).order_by("username")
    return active if request.user.is_superuser else active.filter(username=request.user.get_username())


@admin.register(*WINDOWS)
class WindowAdmin(GuardedAdmin):
    """How much addresses have had without an account: to look at, never to change."""

    list_display = fields = WINDOW
    ordering = ["-hour", "-pk"]
