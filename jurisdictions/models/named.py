"""What every row of reference data has: a code and a name in each language."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Named(models.Model):
    """A code for machines, a Persian and an English name for people."""

    code = models.SlugField(_("code"), max_length=80, db_index=False)
    name_fa = models.CharField(_("Persian name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name()

    def name(self, language: str | None = None) -> str:
        """The name in `language` (`fa` or `en`; the active one by default), else in Persian."""
        english = (language or get_language() or "fa").startswith("en")
        return (english and self.name_en) or self.name_fa
