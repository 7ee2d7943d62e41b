"""Routing rules from a file: category or group, under conditions, to a function at a level of a city."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, NamedTuple

from django.utils.translation import override

from jurisdictions.loading.files import Entry
from jurisdictions.loading.rows import Ledger, find
from jurisdictions.models import Category, CategoryGroup, Function, Jurisdiction, Level, RoutingRule, Source
from jurisdictions.rules import end, faults_of_rules
from jurisdictions.weekdays import read_weekday
from persian.normalize import to_ascii_digits

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, kw_only=True)
class _Case:
    """What a rule speaks of (a category, a group or, with neither, everything), at which level, and when."""

    category: Category | None
    group: CategoryGroup | None
    level: Level
    from_time: time | None
    until_time: time | None
    weekdays: tuple[int, ...]
    sources: tuple[str, ...]

    @property
    def values(self) -> dict[str, Any]:
        """The columns of a rule."""
        return vars(self) | {"weekdays": list(self.weekdays), "sources": list(self.sources)}


class _Loaded(NamedTuple):
    entry: Entry
    rule: RoutingRule
    is_new: bool


def load_rules(
    file: Entry,
    *,
    root: Jurisdiction,
    begins: date,
    ledger: Ledger,
    end_others: bool = False,
    answer_all: bool = True,
) -> None:
    """Let the city's rules be in force as the file says, from the day `begins` on.

    One that leads to another function now ends on that day, and its successor begins: what was decided before keeps
    its rule. Rules that the file does not name stay, or end as well. Raises CannotLoad for a rule that stands twice
    or is faulty, and for a category that no rule answers (any, or one that was answered before).
    """
    unanswered_before = set() if answer_all else _unanswered(root, begins)
    cases: set[_Case] = set()
    loaded = []
    for entry in file.entries("rules"):
        case = _case(entry)
        if case in cases:
            raise entry.refused("There is another rule for the same category or group, level and conditions.")
        cases.add(case)
        loaded.append(_load_rule(entry, case, root, begins, ledger))
    if end_others:
        _end_all(_from(root, begins).exclude(pk__in=[each.rule.pk for each in loaded]), begins, ledger)
    ledger.close("Routing rules")
    _check(loaded, root, begins, ledger)
    for category in sorted(_unanswered(root, begins) - unanswered_before):
        raise file.refused(f"No rule answers the category {category}.")


def _case(entry: Entry) -> _Case:
    entry.only("category", "group", "function", "level", "from", "until", "weekdays", "sources", "note")
    category = find(Category, entry.text("category"), entry) if "category" in entry.values else None
    group = find(CategoryGroup, entry.text("group"), entry) if "group" in entry.values else None
    return _Case(
        category=category,
        group=group,
        level=find(Level, entry.text("level"), entry),
        from_time=_clock(entry, "from"),
        until_time=_clock(entry, "until"),
        weekdays=tuple(sorted({_weekday(entry, each) for each in entry.items("weekdays", [])})),
        sources=tuple(sorted({_source(entry, each) for each in entry.items("sources", [])})),
    )


def _clock(entry: Entry, key: str) -> time | None:
    if key not in entry.values:
        return None
    found = _CLOCK.fullmatch(to_ascii_digits(entry.text(key)))
    if found is None or (int(found[1]) == 24 and int(found[2])):
        raise entry.refused(f"“{key}” is no time such as 22:00.")
    return time(int(found[1]) % 24, int(found[2]))


def _weekday(entry: Entry, given: object) -> int:
    try:
        return read_weekday(str(given))
    except ValueError as error:
        raise entry.refused(f"“{given}” is no weekday: 1 is Monday, 7 is Sunday.") from error


def _source(entry: Entry, given: object) -> str:
    code = to_ascii_digits(str(given))
    if code not in Source.values:
        raise entry.refused(f"“{given}” is no way in; known are {', '.join(Source.values)}.")
    return code


def _load_rule(entry: Entry, case: _Case, root: Jurisdiction, begins: date, ledger: Ledger) -> _Loaded:
    function = find(Function, entry.text("function"), entry)
    key = {"root": root} | case.values
    values = {"function": function, "note": entry.text("note", "")}
    rivals = _from(root, begins).filter(**key)
    current = rivals.filter(function=function, in_force__endswith__isnull=True).first()
    if current is not None and rivals.count() == 1:
        rule = ledger.put(RoutingRule, entry, key={"pk": current.pk}, values=values, name=_described(current))
        return _Loaded(entry, rule, is_new=False)
    _end_all(rivals, begins, ledger)
    new = RoutingRule(function=function, **key)
    key |= {"in_force": (begins, None)}
    return _Loaded(entry, ledger.put(RoutingRule, entry, key=key, values=values, name=_described(new)), is_new=True)


def _from(root: Jurisdiction, begins: date) -> Any:
    """The city's rules that hold on the day or later."""
    return root.routing_rules.filter(in_force__overlap=(begins, None)).order_by("pk")


def _end_all(rules: Iterable[RoutingRule], begins: date, ledger: Ledger) -> None:
    for rule in rules:
        end(rule=rule, on=begins)
        ledger.count("ended", name=_described(rule))


def _described(rule: RoutingRule) -> str:
    """A rule in codes, as files write them."""
    subject = rule.category or rule.group
    conditions = [
        f"{rule.from_time:%H:%M}-{rule.until_time:%H:%M}" if rule.from_time and rule.until_time else "",
        "weekdays " + ",".join(map(str, rule.weekdays)) if rule.weekdays else "",
        "by " + ",".join(rule.sources) if rule.sources else "",
    ]
    to = f"{subject.code if subject else '*'} to {rule.function.code} at {rule.level.code}"
    return "; ".join(filter(None, [to, *conditions]))


def _check(loaded: list[_Loaded], root: Jurisdiction, begins: date, ledger: Ledger) -> None:
    """Refuse new rules that are faulty; of the others, and of what is only odd, tell."""
    faults = faults_of_rules(root, on=begins)
    with override("en"):
        for entry, rule, is_new in loaded:
            for fault in faults.get(rule.pk, []):
                if fault.is_error and is_new:
                    raise entry.refused(str(fault))
                ledger.say(f"  {entry.where}: {fault}")


def _unanswered(root: Jurisdiction, on: date) -> set[str]:
    """The codes of the active categories for which no rule speaks on a day."""
    answered = root.routing_rules.in_force(on=on)
    if answered.filter(category=None, group=None).exists():
        return set()
    left = Category.objects.active().exclude(pk__in=answered.exclude(category=None).values("category"))
    left = left.exclude(group__in=answered.exclude(group=None).values("group"))
    return set(left.values_list("code", flat=True))
