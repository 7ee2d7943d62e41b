"""Who told it: kept apart from the report, read only where a right says so."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class Contact(models.Model):
    """The reporter's name, telephone (E.164) and e-mail; keyed hashes find a person's reports again."""

    report = models.OneToOneField(
        Report, models.CASCADE, primary_key=True, related_name="contact", verbose_name=_("report")
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    phone_hash = models.CharField(_("phone hash"), max_length=64, blank=True, db_index=True, editable=False)
    email = models.EmailField(_("e-mail"), blank=True)
    email_hash = models.CharField(_("e-mail hash"), max_length=64, blank=True, db_index=True, editable=False)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = [
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="reports_contact_phone_is_e164",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)  # never who it is
