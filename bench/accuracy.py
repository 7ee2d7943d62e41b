"""How right a way to find duplicates is, by labeled reports: what `script/bench quality` prints, and tests hold.

Reports of Chicago with labels of its own system (where CITY_EYE_SHARED_DATA names them), and the Persian set. Needs
Django set up.
"""

import csv
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from reports.duplicates.fitting import pair_accuracy
from reports.duplicates.nearness import meters
from reports.duplicates.replay import match_rows
from reports.duplicates.rows import Rows, read_rows
from reports.duplicates.settings import Settings
from reports.duplicates.shipped import shipped_settings

ROOT = Path(__file__).resolve().parents[1]
PERSIAN = ROOT / "fixtures" / "duplicates_fa.csv"
AUTHORS = ROOT / "fixtures" / "duplicates_fa_authors.csv"
FITTED_AUTHORS, LAST_AUTHORS = ("2", "3", "4", "6", "7", "9", "10", "11"), ("5", "8")
RADII = (1, 10, 25, 50, 100, 200, 250)
DAY_S = 86_400.0


@dataclass(frozen=True)
class Rival:
    """A rule by which others call two reports of one category the same."""

    name: str
    radius_m: float
    within_s: float = float("inf")
    open_only: bool = True


RIVALS = (
    *(Rival(f"radius {radius} m", radius) for radius in RADII),
    Rival("FixMyStreet: 250 m, open", 250),
    Rival("Mark-a-Spot: 500 m, 30 days, closed ones too", 500, 30 * DAY_S, open_only=False),
    Rival("Austin: 46 m, 3 hours", 46, 3 * 3600.0),
)


@dataclass(frozen=True)
class Point:
    """How many were told, and how rightly."""

    told: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


# -- Chicago: was an earlier report, still open, rightly suggested? ---------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A file of Chicago's. `by_parent`: a repeat is one whose parent is in the file; else what is labeled so."""

    title: str
    name: str
    by_parent: bool

    @property
    def path(self) -> Path | None:
        """Where it lies, if it does."""
        folder = os.environ.get("CITY_EYE_SHARED_DATA", "")
        path = Path(folder) / "duplicates" / self.name
        return path if folder and path.is_file() else None


JANUARY = Sample(title="Chicago, 1–2 January 2021, all categories", name="chicago_jan2021.csv", by_parent=True)
POTHOLES = Sample(title="Chicago, potholes, 7–18 December 2018", name="chicago_potholes_dec2018.csv", by_parent=False)


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """What came of a file: whether each row is a repeat, what each rival told, our best scores, and our links."""

    truth: Mapping[int, bool]
    rivals: Mapping[str, Point]
    scores: Mapping[int, float]
    linked: Point

    def from_(self, limit: float) -> Point:
        """What is told from a score on."""
        return _report_level({row for row, score in self.scores.items() if score >= limit}, self.truth)

    def beside_radii(self) -> dict[int, float]:
        """At the recall of each fixed radius, our precision less the best of the radii that find as much."""
        curve = [self.from_(limit) for limit in sorted({*self.scores.values()})]
        radii = {radius: self.rivals[f"radius {radius} m"] for radius in RADII}
        found = {}
        for radius, rival in radii.items():
            best = max(each.precision for each in radii.values() if each.recall >= rival.recall)
            ours = max((each.precision for each in curve if each.recall >= rival.recall - 1e-9), default=0.0)
            found[radius] = ours - best
        return found


def suggestions(sample: Sample, *, rivals: tuple[Rival, ...] = RIVALS) -> Suggestions:
    """Compare a file by the shipped settings, which nobody tuned to it. Raises FileNotFoundError."""
    settings, path = shipped_settings(), sample.path
    if path is None:
        raise FileNotFoundError(sample.name)
    with read_rows(path, settings=settings) as rows:
        truth = _truth(path, rows, by_parent=sample.by_parent)
        matches = match_rows(rows, settings=settings, processes=1)
        told = {rival.name: _report_level(_told_by(rows, rival), truth) for rival in rivals}
        known = [row for row in truth if matches.best[row, 0] >= 0 and not matches.recurs[row, 0]]
        scores = {row: float(matches.scores[row, 0]) for row in known}
        linked = _report_level({row for row in truth if matches.linked[row]}, truth)
    return Suggestions(truth=truth, rivals=told, scores=scores, linked=linked)


def _truth(path: Path, rows: Rows, *, by_parent: bool) -> dict[int, bool]:
    """Whether each row repeats one that is in the file; repeats of what is not there are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        given = {line["id"]: line for line in csv.DictReader(file)}
    numbers = [(row, given[rows.id(row)]) for row in range(len(rows))]
    if not by_parent:
        return {row: line["is_duplicate"] == "1" for row, line in numbers}
    lost = {row for row, line in numbers if line["is_duplicate"] == "1" and line["parent_id"] not in given}
    return {row: line["parent_id"] in given for row, line in numbers if row not in lost}


def _told_by(rows: Rows, rival: Rival) -> set[int]:
    """The rows that the rule would have told of an earlier one."""
    order = np.lexsort((np.arange(len(rows)), rows.at))
    return {
        int(later)
        for place, later in enumerate(order)
        if any(_says(rows, int(later), int(earlier), rival) for earlier in order[:place])
    }


def _says(rows: Rows, later: int, earlier: int, rival: Rival) -> bool:
    if rows.category[later] != rows.category[earlier]:
        return False
    if rival.open_only and rows.closed_at[earlier] <= rows.at[later]:
        return False
    if rows.at[later] - rows.at[earlier] > rival.within_s:
        return False
    here, there = ((rows.lon[row], rows.lat[row]) for row in (later, earlier))
    return meters(here, there) <= rival.radius_m


def _report_level(told: set[int], truth: Mapping[int, bool]) -> Point:
    told = {row for row in told if row in truth}
    right = sum(truth[row] for row in told)
    return Point(len(told), right / max(1, len(told)), right / max(1, sum(truth.values())))


# -- The Persian set: which pairs are one problem? ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the set: its rows, and the problem that each tells of."""

    rows: Rows
    problem: dict[int, str]

    def by(self, settings: Settings) -> Point:
        """Our clusters by these settings."""
        groups: dict[int, list[int]] = {}
        for row, cluster in enumerate(match_rows(self.rows, settings=settings, processes=1).cluster.tolist()):
            groups.setdefault(cluster, []).append(row)
        told = sum(len(each) * (len(each) - 1) // 2 for each in groups.values())
        return Point(told, *pair_accuracy(list(groups.values()), self.problem))

    def told_twice(self) -> list[list[str]]:
        """What is said of each problem that at least two reports tell of in words."""
        said: dict[str, list[str]] = {}
        for row, problem in self.problem.items():
            if words := self.rows.facts(row).words:
                said.setdefault(problem, []).append(words)
        return [texts for texts in said.values() if len(texts) > 1]

    def told_by(self, rival: Rival) -> Point:
        """What a rival says of each pair."""
        rows, problem = self.rows, self.problem
        pairs = list(combinations(sorted(problem, key=lambda row: (rows.at[row], row)), 2))
        told = [(one, other) for one, other in pairs if _says(rows, other, one, rival)]
        right = sum(problem[one] == problem[other] for one, other in told)
        same = sum(problem[one] == problem[other] for one, other in pairs)
        return Point(len(told), right / max(1, len(told)), right / max(1, same))


@contextmanager
def persian(split: str) -> Iterator[Part]:
    """One part of the first author's set (`fit`, by which weights were chosen, or `final`)."""
    with _read(PERSIAN, {"split": split}) as part:
        yield part


@contextmanager
def by_author(author: str) -> Iterator[Part]:
    """The reports of one of the other authors; nobody looked at the last ones'."""
    with _read(AUTHORS, {"author": author}) as part:
        yield part


@contextmanager
def _read(path: Path, wanted: Mapping[str, str]) -> Iterator[Part]:
    with _alone(path, wanted) as (file, labels), read_rows(file, settings=shipped_settings()) as rows:
        yield Part(rows=rows, problem={row: labels[rows.id(row)] for row in range(len(rows))})


def with_links_from(settings: Settings, limit: float) -> Settings:
    """The same, linking from another score on."""
    return settings.with_(
        default=replace(settings.default, link_from=limit),
        profiles={code: replace(each, link_from=limit) for code, each in settings.profiles.items()},
    )


@contextmanager
def _alone(path: Path, wanted: Mapping[str, str]) -> Iterator[tuple[Path, dict[str, str]]]:
    """The reports of one part in a file of their own, without what gives the answer; and the answers."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if all(line[name] == value for name, value in wanted.items())]
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as part:
        names = [name for name in lines[0] if name not in {"problem", "split", "author"}]
        out = csv.DictWriter(part, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(lines)
        part.flush()
        yield Path(part.name), {line["id"]: line["problem"] for line in lines}
