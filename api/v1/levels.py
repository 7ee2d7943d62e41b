"""The level that a request is about."""

from django.utils.translation import gettext as _

from api.params import Params, bad
from jurisdictions.models import Level

USUAL = "district"


def level_codes() -> list[str]:
    """The codes of all levels, the largest ground first."""
    return list(Level.objects.order_by("rank", "code").values_list("code", flat=True))


def level_asked(params: Params) -> str:
    """The code of the level that the parameter `level` names, which must be there; raises Problem."""
    code, known = params.text("level"), level_codes()
    if code not in known:
        detail = _("Name a level; known are: %(known)s.") % {"known": ", ".join(known)}
        raise bad("level", "unknown_level" if code else "required", detail)
    return code


def usual_level(codes: list[str]) -> str:
    """The level that is meant where none is named: the district, or the largest ground of a city without districts."""
    return codes[0] if codes and USUAL not in codes else USUAL
