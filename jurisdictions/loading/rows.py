"""Make rows of reference data as a file says, and count what that changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import override

from jurisdictions.loading.files import Entry

Row = TypeVar("Row", bound=models.Model)

Say = Callable[[str], object]

NAMES = ("code", "name_fa", "name_en")


def names_of(entry: Entry) -> dict[str, Any]:
    """The two names of an entry."""
    return {"name_fa": entry.text("name_fa"), "name_en": entry.text("name_en", "")}


def find(model: type[Row], code: str, entry: Entry) -> Row:
    """The row with that code. Raises CannotLoad where there is none."""
    found = model._default_manager.filter(code=code).first()
    if found is None:
        raise entry.refused(f"There is no {model._meta.verbose_name_raw} “{code}”.")
    return found


@dataclass(kw_only=True)
class Ledger:
    """What a load has done so far; `say` is told a line about each part, and about each difference if `in_detail`."""

    say: Say
    in_detail: bool = False
    changed: bool = False
    _counts: dict[str, int] = field(default_factory=dict)
    _details: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1, *, name: str = "") -> None:
        """Note that so many rows are new, changed, ended or the same; `name` is what a line in detail calls it."""
        self._counts[what] = self._counts.get(what, 0) + number
        self.changed = self.changed or (what != "same" and number > 0)
        if self.in_detail and name and what != "same":
            self._details.append(f"    {what}: {name}")

    def close(self, part: str) -> None:
        """Tell what was done about a part, and begin the next."""
        counts = [f"{number} {what}" for what, number in self._counts.items() if number]
        for line in [f"  {part}: {', '.join(counts) or 'none'}", *self._details]:
            self.say(line)
        self._counts, self._details = {}, []

    def put(
        self, model: type[Row], entry: Entry, *, key: dict[str, Any], values: dict[str, Any], name: str = ""
    ) -> Row:
        """The row that `key` names, made or changed to have these values. Raises CannotLoad."""
        row = model._default_manager.filter(**key).first()
        if row is not None and all(getattr(row, name) == value for name, value in values.items()):
            self.count("same")
            return row
        self.count("changed" if row else "new", name=name)
        row = row or model(**key)
        for name, value in values.items():
            setattr(row, name, value)
        _check(row, entry)
        row.save()
        return row


def _check(row: models.Model, entry: Entry) -> None:
    with override("en"):
        try:
            row.full_clean()
        except ValidationError as error:
            name, said = next(iter(error.message_dict.items()))
            about = "" if name == NON_FIELD_ERRORS else f"{name}: "
            raise entry.refused(about + " ".join(said)) from error
