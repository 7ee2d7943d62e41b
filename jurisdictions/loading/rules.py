"""Routing rules from a file: category or group to a function at a level of a city."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jurisdictions.loading.files import Entry, read_json
from jurisdictions.loading.rows import Ledger, find
from jurisdictions.models import (
    Category,
    CategoryGroup,
    Department,
    Function,
    Jurisdiction,
    Level,
    RoutingRule,
)


@dataclass(frozen=True, kw_only=True)
class _About:
    """What a rule speaks of: a category, a group or (neither) everything, at one level."""

    category: Category | None
    group: CategoryGroup | None
    level: Level


def load_rules(path: Path, *, root: Jurisdiction, on: date, ledger: Ledger) -> None:
    """Let the city's rules be in force as the file says.

    In a city without rules they hold from the file's first day. Later a rule that goes to another
    function ends on the day `on`, and its successor begins on it: what was decided before keeps its rule.
    Raises CannotLoad for a rule that stands twice or leads to no department, and for a category that no
    rule answers.
    """
    file = read_json(path).only("first_day", "rules")
    begins = on if root.routing_rules.exists() else file.day("first_day")
    seen: set[_About] = set()
    for entry in file.entries("rules"):
        about = _about(entry.only("category", "group", "function", "level", "note"))
        if about in seen:
            raise entry.refused("There is another rule for the same category or group and level.")
        seen.add(about)
        _load_rule(entry, about, root, begins, ledger)
    ledger.close("Routing rules")
    _refuse_unanswered(file, root, on)


def _about(entry: Entry) -> _About:
    category = find(Category, entry.text("category"), entry) if "category" in entry.values else None
    group = find(CategoryGroup, entry.text("group"), entry) if "group" in entry.values else None
    return _About(category=category, group=group, level=find(Level, entry.text("level"), entry))


def _load_rule(entry: Entry, about: _About, root: Jurisdiction, begins: date, ledger: Ledger) -> None:
    function = find(Function, entry.text("function"), entry)
    if not Department.objects.filter(root=root, function=function).exists():
        raise entry.refused(f"No department of the city has the function {function.code}.")
    key = {"root": root, "category": about.category, "group": about.group, "level": about.level}
    values = {"function": function, "note": entry.text("note", "")}
    open_ended = RoutingRule.objects.filter(in_force__endswith__isnull=True, in_force__isempty=False)
    current = open_ended.filter(**key).first()
    if current is not None and current.function_id != function.pk:
        _end(current, on=begins)
        ledger.count("ended")
        current = None
    if current is None:
        ledger.put(RoutingRule, entry, key=key | {"in_force": (begins, None)}, values=values)
    else:
        ledger.put(RoutingRule, entry, key={"pk": current.pk}, values=values)


def _end(rule: RoutingRule, *, on: date) -> None:
    first_day = rule.in_force.lower
    last = on if first_day is None else max(first_day, on)  # one that began that very day holds on none
    rule.in_force = (first_day, last)
    rule.save(update_fields=["in_force"])


def _refuse_unanswered(file: Entry, root: Jurisdiction, on: date) -> None:
    answered = root.routing_rules.in_force(on=on)
    if answered.filter(category=None, group=None).exists():
        return
    left = Category.objects.active().exclude(pk__in=answered.exclude(category=None).values("category"))
    unanswered = left.exclude(group__in=answered.exclude(group=None).values("group")).order_by("code").first()
    if unanswered:
        raise file.refused(f"No rule answers the category {unanswered.code}.")
