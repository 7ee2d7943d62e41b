"""Which service level speaks for a report, and how much working time it gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A service level, as much of it as deciding needs. `level` is None for all of the city; `rank` is the level's."""

    id: int
    until: str
    category_id: int | None
    group_id: int | None
    level: str | None
    code: str | None
    rank: int
    seconds: int  # of working time
    first: date
    until_day: date  # without that day

    @property
    def order(self) -> tuple[int, int, str]:
        """The lower, the sooner it is asked."""
        kind = 0 if self.category_id else 1 if self.group_id else 2
        return kind, -self.rank, self.level or ""

    def speaks_for(self, *, category_id: int, group_id: int, codes: Mapping[str, str], on: date) -> bool:
        """Whether it is about this category, in one of these jurisdictions (codes by level), on this day."""
        if self.category_id not in (None, category_id) or self.group_id not in (None, group_id):
            return False
        return (self.level is None or codes.get(self.level) == self.code) and self.first <= on < self.until_day


def first_that_speaks(
    promises: Sequence[Promise], *, category_id: int, group_id: int, codes: Mapping[str, str], on: date
) -> Promise | None:
    """The most specific of these promises, which are in their order."""
    asked = {"category_id": category_id, "group_id": group_id, "codes": codes, "on": on}
    return next((each for each in promises if each.speaks_for(**asked)), None)  # type: ignore[arg-type]
