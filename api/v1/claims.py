"""What a caller says while filing: the same as that report, not the same as those; found, or refused by name."""

from typing import Any

from django.utils.translation import gettext as _

from api.errors import Fault, Problem, refusal
from people.access import Viewer
from reports.duplicates import ClaimRefused, Claims
from reports.models import Report
from reports.references import as_reference

SAME, OTHERS = "duplicate_of", "not_duplicate_of"


def claims_of(values: dict[str, Any], viewer: Viewer) -> Claims:
    """The claims among the values, which are taken out; raises Problem naming what the viewer knows of no report."""
    same, others = values.pop(SAME, None), values.pop(OTHERS, [])
    named = [*([same] if same is not None else []), *others]
    if not named:
        return Claims()
    wanted = {text: as_reference(text) for text in named}
    found = {
        each.reference: each
        for each in Report.objects.visible_to(viewer).filter(reference__in=[each for each in wanted.values() if each])
    }
    fields = ([SAME] if same is not None else []) + [f"{OTHERS}[{place}]" for place in range(len(others))]
    unknown = [field for field, text in zip(fields, named, strict=True) if wanted[text] not in found]
    if unknown:
        detail = _("There is no report with this reference.")
        raise refusal([Fault(field=field, code="unknown_report", detail=detail) for field in unknown])
    reports = [found[wanted[text] or ""] for text in named]
    return Claims(same_as=reports[0], not_same_as=reports[1:]) if same is not None else Claims(not_same_as=reports)


def claim_problem(refused: ClaimRefused, claims: Claims) -> Problem:
    """The refusal of a claim that cannot be true."""
    details = {
        "other_city": _("The report %(reference)s lies in another city."),
        "too_far_apart": _("The report %(reference)s lies more than a kilometer away: it cannot be the same problem."),
        "contradicting_claims": _("%(reference)s cannot be the same and not the same at once."),
    }
    is_same = claims.same_as is not None and claims.same_as.reference == refused.reference
    others = [each.reference for each in claims.not_same_as]
    if refused.why == "contradicting_claims" or not is_same:
        field = f"{OTHERS}[{others.index(refused.reference)}]"
    else:
        field = SAME
    detail = details[refused.why] % {"reference": refused.reference}
    return refusal([Fault(field=field, code=refused.why, detail=detail)], status=422)
