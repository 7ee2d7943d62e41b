"""What an import found and did."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from geo.shapes import Fault
from jurisdictions.boundaries import GroundChange


class Verdict(StrEnum):
    """What is done about a fault."""

    STOPS = "stops"
    MENDED = "mended"
    ACCEPTED = "accepted"
    NOTED = "noted"


class Outcome(StrEnum):
    """How an import ended."""

    STORED = "stored"
    SAME = "same"
    DRY_RUN = "dry run"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A fault and what is done about it."""

    fault: Fault
    verdict: Verdict


@dataclass(kw_only=True)
class ImportReport:
    """Grows while the import goes on: the file, what is new, the faults with their verdicts, the ground that changes.

    `notes` are sentences for a person. `followed` is the first day of the set in force before, if there was one.
    """

    file: str
    city: str
    level: str
    first_day: date
    source: str
    tolerance_m: float
    format: str = ""
    crs: str = ""
    features: int = 0
    jurisdictions: int = 0
    notes: list[str] = field(default_factory=list)
    faults: list[Judged] = field(default_factory=list)
    followed: date | None = None
    changes: list[GroundChange] = field(default_factory=list)
    outcome: Outcome = Outcome.REFUSED

    def of_verdict(self, verdict: Verdict) -> list[Judged]:
        """The faults with that verdict, widest first."""
        found = [each for each in self.faults if each.verdict is verdict]
        return sorted(found, key=lambda each: (-each.fault.width_m, each.fault.kind, each.fault.codes))
