"""What is wrong with a routing rule: what forbids to save it, and what its author should know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from jurisdictions.models import RoutingRule
from jurisdictions.rules.precedence import Outcome, Voice, hear, voices_of, weekdays_within
from jurisdictions.rules.register import Days, Register, days_of, read_register
from persian.display import day_text, digits

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ALWAYS = Days(date.min, date.max)
NAMED = 3  # jurisdictions or rules that a sentence names before it counts the rest


class Flaw(StrEnum):
    """What can be wrong. What the database refuses by itself (times that are no span, unknown ways in) is not here."""

    NO_DAYS = "no_days"
    NO_WEEKDAY = "no_weekday"
    NO_GROUND = "no_ground"
    NO_DEPARTMENT = "no_department"
    AMBIGUOUS = "ambiguous"
    CATEGORY_INACTIVE = "category_inactive"
    GROUP_EMPTY = "group_empty"
    DEPARTMENT_MISSING = "department_missing"
    NEVER_DECIDES = "never_decides"
    LEAVES_NOTHING = "leaves_nothing"


ERRORS = {Flaw.NO_DAYS, Flaw.NO_WEEKDAY, Flaw.NO_GROUND, Flaw.NO_DEPARTMENT, Flaw.AMBIGUOUS}

# The field of the rule where a form shows the fault.
FIELDS = {
    Flaw.NO_DAYS: "in_force",
    Flaw.NO_WEEKDAY: "weekdays",
    Flaw.NO_GROUND: "level",
    Flaw.NO_DEPARTMENT: "function",
    Flaw.CATEGORY_INACTIVE: "category",
    Flaw.GROUP_EMPTY: "group",
}

SENTENCES: dict[Flaw, "StrOrPromise"] = {
    Flaw.NO_DAYS: _("It holds on no day."),
    Flaw.NO_WEEKDAY: _("None of its weekdays falls into its days."),
    Flaw.NO_GROUND: _("On its days nothing of the level “%(level)s” has a boundary in %(city)s."),
    Flaw.NO_DEPARTMENT: _(
        "No active department has the function “%(function)s” at the level “%(level)s” or above it: it leads nowhere."
    ),
    Flaw.AMBIGUOUS: _(
        "%(rules)s would decide at the same time and leads to another function, and neither goes before the other. "
        "End one of them, or give one a condition more."
    ),
    Flaw.CATEGORY_INACTIVE: _("The category “%(category)s” is not active: nobody can file under it."),
    Flaw.GROUP_EMPTY: _("No category of the group “%(group)s” is active: nobody can file under it."),
    Flaw.DEPARTMENT_MISSING: _(
        "No active department has the function “%(function)s” for %(places)s, nor above: "
        "there the next rule decides, or a dispatcher."
    ),
    Flaw.NEVER_DECIDES: _("It never decides: always before it comes %(rules)s."),
    Flaw.LEAVES_NOTHING: _("From %(day)s on it leaves nothing to decide for %(rules)s."),
}


@dataclass(frozen=True, kw_only=True)
class RuleFault:
    """One fault of a rule; as text a sentence in the active language. `rules` are the others it concerns."""

    flaw: Flaw
    values: dict[str, Any] = field(default_factory=dict)
    rules: tuple[RoutingRule, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether such a rule is refused; otherwise its author is told."""
        return self.flaw in ERRORS

    @property
    def column(self) -> str | None:
        """The field of the rule that is at fault, None where it is several."""
        return FIELDS.get(self.flaw)

    def __str__(self) -> str:
        values = {name: _in_words(value) for name, value in self.values.items()}
        return str(SENTENCES[self.flaw]) % {**values, "rules": _in_words([name_of(each) for each in self.rules])}


def name_of(rule: RoutingRule) -> str:
    """A rule as sentences name it, with its number: two rules can read alike."""
    return _("“%(rule)s” (no. %(number)s)") % {"rule": rule, "number": digits(str(rule.pk))}


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return day_text(value)
    if not isinstance(value, list):
        return str(value)
    named = _(", ").join(str(each) for each in value[:NAMED])
    if len(value) <= NAMED:
        return named
    return _("%(named)s and %(count)s more") % {"named": named, "count": digits(str(len(value) - NAMED))}


def faults_of(rule: RoutingRule) -> list[RuleFault]:
    """What is wrong with a rule, stored or about to be, among the others of its city; errors before warnings.

    Its values must be clean (`full_clean`). What may never decide is told only where that is certain: a rule counts
    as able to decide at any moment, on any ground and for any category for which no other is sure to go before it.
    """
    register = read_register(rule.root)
    others = [each for each in register.rules if each.pk != rule.pk]
    own = list(own_faults(rule, register=register))
    if any(each.is_error for each in own):
        return in_order_of_weight(own)
    rivals = voices_of(others)
    [voice] = voices_of([rule])
    outcome = hear(register, [*rivals, voice], during=ALWAYS)
    found = [*own, *among_others(voice, outcome)]
    if not any(each.is_error for each in found):
        found += _left_without(voice, rivals, register)
    return in_order_of_weight(found)


def in_order_of_weight(faults: Iterable[RuleFault]) -> list[RuleFault]:
    """Errors first."""
    return sorted(faults, key=lambda fault: not fault.is_error)


def own_faults(rule: RoutingRule, *, register: Register) -> Iterator[RuleFault]:
    """What is wrong with a rule whatever the other rules say."""
    days = days_of(rule)
    if days is None:
        yield RuleFault(flaw=Flaw.NO_DAYS)
        return
    if rule.weekdays and not weekdays_within(days) & set(rule.weekdays):
        yield RuleFault(flaw=Flaw.NO_WEEKDAY)
    yield from _faults_of_subject(rule, register)
    yield from _faults_of_ground(rule, days, register)


def _faults_of_subject(rule: RoutingRule, register: Register) -> Iterator[RuleFault]:
    if rule.category and not rule.category.is_active:
        yield RuleFault(flaw=Flaw.CATEGORY_INACTIVE, values={"category": rule.category})
    in_group = [each for each in register.categories if rule.group_id and each.group_id == rule.group_id]
    if rule.group and not any(each.is_active for each in in_group):
        yield RuleFault(flaw=Flaw.GROUP_EMPTY, values={"group": rule.group})


def _faults_of_ground(rule: RoutingRule, days: Days, register: Register) -> Iterator[RuleFault]:
    grounds = register.grounds(level_id=rule.level_id, days=days)
    if not grounds:
        yield RuleFault(flaw=Flaw.NO_GROUND, values={"level": rule.level, "city": register.city})
        return
    served = register.served(level_id=rule.level_id, function_id=rule.function_id, days=days)
    if not served:
        yield RuleFault(flaw=Flaw.NO_DEPARTMENT, values={"function": rule.function, "level": rule.level})
    elif missing := grounds - served:
        places = sorted((register.jurisdictions[each] for each in missing), key=lambda each: each.code)
        yield RuleFault(flaw=Flaw.DEPARTMENT_MISSING, values={"function": rule.function, "places": places})


def among_others(voice: Voice, outcome: Outcome) -> Iterator[RuleFault]:
    """What is wrong with a rule beside the others: it stands equal to one of them, or never has its turn."""
    equal = {other for pair in outcome.equal if voice in pair for other in pair if other is not voice}
    for other in _oldest_first(equal):
        yield RuleFault(flaw=Flaw.AMBIGUOUS, rules=(other,))
    if not equal and voice not in outcome.deciding and (before := outcome.before.get(voice)):
        yield RuleFault(flaw=Flaw.NEVER_DECIDES, rules=tuple(_oldest_first(before)))


def _left_without(voice: Voice, rivals: list[Voice], register: Register) -> Iterator[RuleFault]:
    """The rules that would decide from its first day on, were it not for this one."""
    during = Days(voice.days.first, date.max)
    before = hear(register, rivals, during=during).deciding
    after = hear(register, [*rivals, voice], during=during)
    if left := {each for each in before - after.deciding if voice in after.before.get(each, set())}:
        yield RuleFault(flaw=Flaw.LEAVES_NOTHING, values={"day": voice.days.first}, rules=tuple(_oldest_first(left)))


def _oldest_first(voices: Iterable[Voice]) -> list[RoutingRule]:
    return sorted((each.rule for each in voices), key=lambda rule: rule.pk or 0)
