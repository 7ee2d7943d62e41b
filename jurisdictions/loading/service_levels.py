"""Service levels from a file: how long what may take, for a category, a group or everything, somewhere in a city."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jurisdictions.loading.files import Entry
from jurisdictions.loading.rows import Ledger, find
from jurisdictions.models import Category, CategoryGroup, Jurisdiction, Level, ServiceLevel, Unit, Until
from jurisdictions.service_levels import end_level

_KEYS = ("until", "category", "group", "level", "jurisdiction", "hours", "days", "note")


def load_service_levels(file: Entry, *, root: Jurisdiction, begins: date, ledger: Ledger) -> None:
    """Let the city's service levels hold as the file says, from the day `begins` on. Raises CannotLoad.

    One that gives another time now ends on that day and its successor begins: what came in before keeps its own.
    Service levels that the file does not name stay.
    """
    named: set[tuple[Any, ...]] = set()
    for entry in file.entries("service_levels"):
        case = _case(entry.only(*_KEYS), root)
        if tuple(case.values()) in named:
            raise entry.refused("There is another service level for the same.")
        named.add(tuple(case.values()))
        _load(entry, case, root, begins, ledger)
    ledger.close("Service levels")


def _case(entry: Entry, root: Jurisdiction) -> dict[str, Any]:
    """What a service level speaks of."""
    until = entry.text("until", Until.RESOLVE)
    if until not in Until.values:
        raise entry.refused(f"“until” is one of {', '.join(Until.values)}.")
    return {
        "until": until,
        "category": find(Category, entry.text("category"), entry) if "category" in entry.values else None,
        "group": find(CategoryGroup, entry.text("group"), entry) if "group" in entry.values else None,
        "jurisdiction": _jurisdiction(entry, root) if "jurisdiction" in entry.values else None,
    }


def _jurisdiction(entry: Entry, root: Jurisdiction) -> Jurisdiction:
    level, code = find(Level, entry.text("level"), entry), entry.text("jurisdiction")
    found = Jurisdiction.objects.of_city(root).filter(level=level, code=code).first()
    if found is None:
        raise entry.refused(f"The city has no {level.code} {code}.")
    return found


def _amount(entry: Entry) -> dict[str, Any]:
    given = [unit for unit in Unit.values if unit in entry.values]
    if len(given) != 1:
        raise entry.refused(f"Give one of {', '.join(Unit.values)}.")
    [unit] = given
    value = entry.values[unit]
    try:
        amount = Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    except InvalidOperation:
        amount = None
    if amount is None:
        raise entry.refused(f"“{unit}” must be a number.")
    return {"amount": amount, "unit": unit}


def _load(entry: Entry, case: dict[str, Any], root: Jurisdiction, begins: date, ledger: Ledger) -> None:
    amount, values = _amount(entry), {"note": entry.text("note", "")}
    rivals = ServiceLevel.objects.filter(root=root, in_force__overlap=(begins, None), **case).order_by("pk")
    same = rivals.filter(in_force__endswith__isnull=True, **amount).first()
    name = f"{case['until']} {entry.where}"
    if same is not None and rivals.count() == 1:
        ledger.put(ServiceLevel, entry, key={"pk": same.pk}, values=values, name=name)
        return
    _end_all(rivals, begins, ledger)
    key = {"root": root, "in_force": (begins, None)} | case
    ledger.put(ServiceLevel, entry, key=key, values=amount | values, name=name)


def _end_all(levels: Iterable[ServiceLevel], begins: date, ledger: Ledger) -> None:
    for each in levels:
        end_level(level=each, on=begins)
        ledger.count("ended", name=str(each))
