"""A Route in plain words, for citizens and staff, in Persian and English."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import override

from jurisdictions.routing import Kind, Method, Office, Place, Route
from persian.normalize import to_persian_digits

LANGUAGES = ("fa", "en")


def explanation(route: Route) -> dict[str, str]:
    """The reasons as one paragraph for each language."""
    [only] = explanations([route])
    return only


def explanations(routes: Sequence[Route]) -> list[dict[str, str]]:
    """The same of many routes, in their order: each language is entered once."""
    paragraphs = [_paragraphs(routes, language) for language in LANGUAGES]
    return [dict(zip(LANGUAGES, each, strict=True)) for each in zip(*paragraphs, strict=True)]


def _paragraphs(routes: Sequence[Route], language: str) -> list[str]:
    with override(language):
        return [" ".join(_sentences(route, language)) for route in routes]


def reasons(route: Route, *, language: str) -> list[str]:
    """Why this jurisdiction and this department, a sentence each, in `language` (`fa` or `en`)."""
    with override(language):
        return _sentences(route, language)


def _sentences(route: Route, language: str) -> list[str]:
    """The reasons in the language that is active."""
    sentences = [_where(route, language), _who(route, language), *_what_else(route, language)]
    return [to_persian_digits(each) if language == "fa" else each for each in sentences if each]


def _where(route: Route, language: str) -> str:
    place = _name(route.decided_by, language)
    if route.method == Method.COVERS:
        return _("The place lies in %(place)s.") % {"place": place}
    if route.method == Method.NEAREST:
        return _("The place lies in no jurisdiction; the nearest is %(place)s, %(metres)d m away.") % {
            "place": place,
            "metres": round(route.edge_m),
        }
    return _("The place lies outside the city, %(kilometres).1f km from %(place)s.") % {
        "place": place,
        "kilometres": route.edge_m / 1000,
    }


def _who(route: Route, language: str) -> str:
    if route.category is None:
        return ""
    if route.method == Method.OUTSIDE:
        return _("A dispatcher decides who looks after it.")
    if route.department is None:
        return _("No department answers for “%(category)s” there; a dispatcher decides.") % {
            "category": _name(route.category, language)
        }
    return _("There “%(category)s” is the work of %(department)s.") % {
        "category": _name(route.category, language),
        "department": _name(route.department, language),
    }


def _what_else(route: Route, language: str) -> list[str]:
    sentences = []
    if route.escalated:
        sentences.append(
            _("%(place)s has no active department for it, so the department above has it.")
            % {"place": _name(route.decided_by, language)}
        )
    if route.near_boundary and route.runners_up:
        others = _(" or ").join(_name(each.place, language) for each in route.runners_up)
        sentences.append(
            _("The edge is %(metres)d m away: next would be %(others)s.")
            % {"metres": round(route.edge_m), "others": others}
        )
    if route.ambiguous:
        sign = "٪" if language == "fa" else "%"
        shares = _(", ").join(
            f"{_name(each.place, language)} {each.share * 100:.0f}{sign}" for each in route.candidates
        )
        sentences.append(
            _("The phone may be %(metres)d m off, and within that circle answer: %(shares)s.")
            % {"metres": round(route.asked.accuracy_m), "shares": shares}
        )
    return sentences


def _name(named: Place | Office | Kind, language: str) -> str:
    return (language == "en" and named.name_en) or named.name_fa
