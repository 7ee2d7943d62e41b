"""Why a report is where it is, in plain words: what the routing said, and what people have decided since."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from jurisdictions.explanations import LANGUAGES, reasons
from jurisdictions.routing import route_from_json
from reports.models import Assignment, Reason


def explanation_of(current: Assignment) -> dict[str, str]:
    """The reasons as one paragraph for each language."""
    return {language: " ".join(reasons_of(current, language=language)) for language in LANGUAGES}


def reasons_of(current: Assignment, *, language: str) -> list[str]:
    """The reasons of the current assignment, a sentence each, in `language` (`fa` or `en`)."""
    said = reasons(route_from_json(current.route), language=language)
    with override(language):
        since = _since_then(current, language)
    return [*said, since] if since else said


def _since_then(current: Assignment, language: str) -> str:
    """What made it another department than the route's; notes and names of people are not for everybody."""
    names = {
        "department": current.department.name(language) if current.department else "",
        "declined": current.declined_by.name(language) if current.declined_by else "",
    }
    if current.reason == Reason.DISPATCHED:
        return _("A dispatcher gave it to %(department)s.") % names
    if current.reason == Reason.DECLINED and current.department:
        return _("%(declined)s did not take it; %(department)s has it now.") % names
    if current.reason == Reason.DECLINED:
        return _("%(declined)s did not take it; a dispatcher decides.") % names
    if current.department_id == (current.route["department"] or {}).get("id"):
        return ""
    if current.department:
        return _("It was not taken there before, so %(department)s has it now.") % names
    return _("It was not taken there before, so a dispatcher decides.")
