"""Departments from a file, one by one or by a pattern for a whole level, and the functions they have."""

from collections.abc import Iterator, Sequence
from typing import Any

from jurisdictions.loading.files import Entry
from jurisdictions.loading.rows import NAMES, Ledger, find, names_of
from jurisdictions.models import Department, Function, Jurisdiction, Level


def load_functions(entries: Sequence[Entry], *, ledger: Ledger) -> None:
    """Make the functions of the file."""
    for entry in entries:
        ledger.put(Function, entry.only(*NAMES), key={"code": entry.text("code")}, values=names_of(entry))
    ledger.close("Functions")


def load_departments(entries: Sequence[Entry], *, root: Jurisdiction, ledger: Ledger) -> None:
    """Make the departments of the file; raises CannotLoad for one that has no jurisdiction.

    An entry names a `level`, and with it every jurisdiction of that level or the one whose code stands in
    `jurisdiction`. In the department's code and names {code}, {name_fa} and {name_en} stand for the jurisdiction's.
    """
    for entry in entries:
        function = find(
            Function, entry.only("function", "level", "jurisdiction", "active", *NAMES).text("function"), entry
        )
        for jurisdiction in _jurisdictions(entry, root):
            values = _values(entry, jurisdiction) | {"root": root}
            key = {"jurisdiction": jurisdiction, "function": function}
            ledger.put(Department, entry, key=key, values=values, name=values["code"])
    ledger.close("Departments")


def _jurisdictions(entry: Entry, root: Jurisdiction) -> Iterator[Jurisdiction]:
    level = find(Level, entry.text("level"), entry)
    found = Jurisdiction.objects.of_city(root).at_level(level.code).order_by("pk")
    if code := entry.text("jurisdiction", ""):
        found = found.filter(code=code)
    if not found:
        raise entry.refused(f"The city has no {level.code} {code}".rstrip() + ".")
    yield from found


def _values(entry: Entry, jurisdiction: Jurisdiction) -> dict[str, Any]:
    """What the entry says of one department; whether it is active only where the entry says so."""
    given = {"code": entry.text("code")} | names_of(entry)
    values: dict[str, Any] = {name: _filled(text, jurisdiction) for name, text in given.items()}
    return values | ({"is_active": entry.flag("active")} if "active" in entry.values else {})


def _filled(pattern: str, jurisdiction: Jurisdiction) -> str:
    for name in NAMES:
        pattern = pattern.replace(f"{{{name}}}", getattr(jurisdiction, name))
    return pattern
