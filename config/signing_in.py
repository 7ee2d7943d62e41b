"""The form by which the staff sign in: so many failures, and it waits a while."""

import unicodedata
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from people.models import SignInWindow
from people.visitors import NoRoom, forget, give_back, take
from persian.display import digits


class SignInForm(AdminAuthenticationForm):
    """Counts failures of an address with one name, and of it with any: a stranger who types somebody's name elsewhere
    locks nobody out. The right password is no way past a limit: it would tell that it is the right one.
    """

    full: NoRoom | None = None  # why nothing was tried

    def clean(self) -> dict[str, Any]:
        """What Django reads of it; raises ValidationError, also where there have been too many failures."""
        if self.request is None or not all(self.cleaned_data.get(each) for each in ("username", "password")):
            return super().clean()
        at, name = timezone.now(), _same(self.cleaned_data["username"])  # noqa: TID251 - a front door
        try:
            _count(self.request, name, at=at)
        except NoRoom as full:
            self.full = full
            sentence = _("Signing in has failed too often here. Please try again in %(minutes)d minutes.")
            raise ValidationError(digits(sentence % {"minutes": full.minutes}), code="rate_limited") from full
        given = super().clean()
        forget(window=SignInWindow, request=self.request, at=at, also=name)
        give_back(window=SignInWindow, request=self.request, at=at)
        return given


def _count(request: HttpRequest, name: str, *, at: datetime) -> None:
    """Count a failure before it is one, so that many at once are not more than many in a row; raises NoRoom."""
    most = settings.FAILED_SIGN_INS_PER_ADDRESS
    take(window=SignInWindow, request=request, more=1, most=settings.FAILED_SIGN_INS_PER_NAME, at=at, also=name)
    take(window=SignInWindow, request=request, more=1, most=most, at=at)


def _same(name: str) -> str:
    """One form of whatever may name the same account."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
