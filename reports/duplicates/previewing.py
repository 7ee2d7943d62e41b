"""What other settings would change: recent reports compared anew, and nothing stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from reports.duplicates.candidates import find_candidates
from reports.duplicates.facts import Facts, facts_of
from reports.duplicates.score import Score, score
from reports.duplicates.settings import Settings
from reports.models import Report
from reports.models.report import ReportQuerySet

MOST: Final = 200  # of the newest reports: a page waits for them
EXAMPLES: Final = 10

Verdict = str  # linked, suggested, or nothing


@dataclass(frozen=True, slots=True)
class Change:
    """A pair of which the two settings say other things; references and scores, before and after."""

    one: str
    other: str
    before: Verdict
    after: Verdict
    score_before: float
    score_after: float


@dataclass(slots=True)
class Preview:
    """How many pairs of recent reports would be linked and suggested, and those that differ."""

    reports: int = 0
    pairs: int = 0
    linked_before: int = 0
    linked_after: int = 0
    suggested_before: int = 0
    suggested_after: int = 0
    links_made: int = 0
    links_gone: int = 0
    examples: list[Change] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """One more pair."""
        self.pairs += 1
        self.linked_before += change.before == "linked"
        self.linked_after += change.after == "linked"
        self.suggested_before += change.before == "suggested"
        self.suggested_after += change.after == "suggested"
        self.links_made += change.after == "linked" != change.before
        self.links_gone += change.before == "linked" != change.after
        if change.before != change.after:
            self.examples.append(change)


def preview(*, reports: ReportQuerySet, before: Settings, after: Settings) -> Preview:
    """Compare the newest of these reports with what had come before each, by the one settings and by the other."""
    found = Preview()
    for row in reports.newest_first()[:MOST]:
        found.reports += 1
        for change in _changes(row, before, after):
            found.add(change)
    found.examples.sort(key=lambda change: -abs(change.score_after - change.score_before))
    del found.examples[EXAMPLES:]
    return found


def _changes(row: Report, before: Settings, after: Settings) -> Iterator[Change]:
    asked = facts_of([row.pk])[row.pk]
    near = {
        number: find_candidates(facts=asked, settings=settings, city_id=row.root_id, before=row.received_at)
        for number, settings in enumerate((before, after))
    }
    others = facts_of({*near[0], *near[1]})
    names = dict(Report.objects.filter(pk__in=others).values_list("pk", "reference"))
    for key, other in others.items():
        first = _judged(asked, other, before, compared=key in near[0])
        second = _judged(asked, other, after, compared=key in near[1])
        if (first[0], second[0]) != ("", ""):
            yield Change(row.reference, names[key], first[0], second[0], first[1], second[1])


def _judged(one: Facts, other: Facts, settings: Settings, *, compared: bool) -> tuple[Verdict, float]:
    if not compared:
        return "", 0.0
    found = score(one, other, settings=settings)
    return _verdict(found, one, other, settings), found.value


def _verdict(found: Score, one: Facts, other: Facts, settings: Settings) -> Verdict:
    profile = settings.pair(one.category, other.category)
    if found.kind == "recurrence" or found.value < profile.suggest_from:
        return ""
    return "linked" if found.value >= profile.link_from else "suggested"
