"""Users, what they may do and where, the tokens of their programs; what addresses have had without an account."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from geo.periods import InForce, InForceQuerySet
from jurisdictions.models import Department, Jurisdiction
from jurisdictions.models.named import Named


class User(AbstractUser):
    """A person with an account: staff today, citizens later."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @property
    def called(self) -> str:
        """What colleagues call them: the full name, or without one the name of the account."""
        return self.get_full_name() or self.username


class Role(models.TextChoices):
    """What a member of staff is there for; `people.access` says what each role may do."""

    OPERATOR = "operator", _("call-center operator")
    HANDLER = "handler", _("handler")
    HEAD = "head", _("head")
    DISPATCHER = "dispatcher", _("dispatcher")
    ANALYST = "analyst", _("analyst")


class Membership(InForce):
    """A user's role, for one department or for one jurisdiction and all that lies in it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("department"),
    )
    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="memberships",
        verbose_name=_("jurisdiction"),
    )

    objects = InForceQuerySet["Membership"].as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=True) ^ Q(jurisdiction__isnull=True),
                name="people_membership_department_or_jurisdiction",
                violation_error_message=_("Name a department or a jurisdiction: one of them."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="people_membership_role_known"),
        ]

    @property
    def ground(self) -> Jurisdiction:
        """The jurisdiction this reaches into: its own, or its department's city."""
        return self.jurisdiction or self._department.root

    @property
    def _department(self) -> Department:
        assert self.department is not None  # noqa: S101 - the check constraint says so
        return self.department

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.department or self.jurisdiction}"


class Crew(Named):
    """People of one department who go out together; `code` is unique in the department."""

    department = models.ForeignKey(Department, models.CASCADE, related_name="crews", verbose_name=_("department"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="crews", verbose_name=_("members")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("crew")
        verbose_name_plural = _("crews")
        constraints = [
            models.UniqueConstraint(fields=["department", "code"], name="people_crew_code_unique_per_department"),
        ]


class Contractor(Named):
    """A firm, or the system of another body, that does work for a city; orders reach it at its e-mail address."""

    root = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="contractors", verbose_name=_("city"))
    email = models.EmailField(_("e-mail"), help_text=_("Work orders are sent here."))
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="fa")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("contractor")
        verbose_name_plural = _("contractors")
        constraints = [
            models.UniqueConstraint(fields=["root", "code"], name="people_contractor_code_unique_per_city"),
        ]


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens, by whether they open anything."""

    def usable(self, *, at: datetime) -> Self:
        """Those not revoked, not expired, of an active user."""
        return self.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=at), revoked_at__isnull=True, user__is_active=True
        )


class ApiToken(models.Model):
    """A program's key to the API. Only its SHA-256 is kept: the token is shown once, when it is made."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_tokens", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64, unique=True, editable=False)
    hint = models.CharField(_("first characters"), max_length=8, editable=False)
    made_at = models.DateTimeField(_("made at"), editable=False)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class Window(models.Model):
    """How much of something an address (hashed) has had without an account in the time from `hour` on: an hour, or what
    `lasts` says."""

    lasts: ClassVar[timedelta] = timedelta(hours=1)

    address = models.CharField(_("address"), max_length=64)
    hour = models.DateTimeField(_("hour"), db_index=True)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["address", "hour"], name="%(app_label)s_%(class)s_address_hour_unique")
        ]

    def __str__(self) -> str:
        return f"{self.address} · {self.hour}"


class FilingWindow(Window):
    """Reports filed."""

    class Meta(Window.Meta):
        verbose_name = _("filing window")
        verbose_name_plural = _("filing windows")


class RoutingWindow(Window):
    """Points routed, many in one request."""

    class Meta(Window.Meta):
        verbose_name = _("routing window")
        verbose_name_plural = _("routing windows")


class PhotoWindow(Window):
    """Photos sent."""

    class Meta(Window.Meta):
        verbose_name = _("photo window")
        verbose_name_plural = _("photo windows")


class SupportWindow(Window):
    """Reports joined."""

    class Meta(Window.Meta):
        verbose_name = _("support window")
        verbose_name_plural = _("support windows")


class QuestionWindow(Window):
    """Questions for similar reports."""

    class Meta(Window.Meta):
        verbose_name = _("question window")
        verbose_name_plural = _("question windows")


class SignInWindow(Window):
    """Failures to sign in to the staff's pages, within a quarter of an hour: of an address, and of it with a name."""

    lasts = timedelta(minutes=15)

    class Meta(Window.Meta):
        verbose_name = _("sign-in window")
        verbose_name_plural = _("sign-in windows")


WINDOWS: list[type[Window]] = [FilingWindow, RoutingWindow, PhotoWindow, SupportWindow, QuestionWindow, SignInWindow]
