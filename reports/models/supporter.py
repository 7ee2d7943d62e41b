"""Citizens who say "me too" of somebody else's report; who they are is kept apart."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class SupporterQuerySet(models.QuerySet["Supporter"]):
    """Who has joined, by what they are known by."""

    def known_for_certain(self) -> Self:
        """Those by an account or a device, which others do not know as they may know a telephone or an e-mail."""
        by_contact = Q(person_hash=F("contact__phone_hash")) | Q(person_hash=F("contact__email_hash"))
        return self.filter(Q(contact__isnull=True) | ~by_contact)


class Supporter(models.Model):
    """One person who has joined a report instead of telling it again; a keyed hash is all that is known here.

    `person_hash` is that of the account, else of the device, else of the telephone or the e-mail; of the last two, the
    contact keeps it as it was.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="supporters", verbose_name=_("report"))
    person_hash = models.CharField(_("person"), max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    language = models.CharField(_("language"), max_length=8, default="fa")
    at = models.DateTimeField(_("at"))

    objects = SupporterQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporter")
        verbose_name_plural = _("supporters")
        constraints = [
            models.UniqueConstraint(fields=["report", "person_hash"], name="reports_supporter_once_a_person"),
            models.CheckConstraint(condition=~Q(person_hash=""), name="reports_supporter_is_somebody"),
        ]

    def __str__(self) -> str:
        return str(self.pk)  # never who it is


class SupporterContact(models.Model):
    """Where a supporter wants to hear of it: telephone (E.164), e-mail; keyed hashes find a person again."""

    supporter = models.OneToOneField(
        Supporter, models.CASCADE, primary_key=True, related_name="contact", verbose_name=_("supporter")
    )
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    phone_hash = models.CharField(_("phone hash"), max_length=64, blank=True, db_index=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    email_hash = models.CharField(_("e-mail hash"), max_length=64, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("contact of a supporter")
        verbose_name_plural = _("contacts of supporters")
        constraints = [
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="reports_supportercontact_phone_is_e164",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)  # never who it is
