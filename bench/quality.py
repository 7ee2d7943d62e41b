"""How well duplicates are found, beside what others do: `script/bench quality`.

Reports of Chicago with labels of its own system (where CITY_EYE_SHARED_DATA names them), and the Persian sets of five
authors: `fit` chose weights and words, `final` and the fifth author nobody looked at meanwhile.
"""

import csv
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import django
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PERSIAN = ROOT / "fixtures" / "duplicates_fa.csv"
AUTHORS = ROOT / "fixtures" / "duplicates_fa_authors.csv"
LAST_AUTHOR = "5"
RADII = (1, 10, 25, 50, 100, 200, 250)
DAY_S = 86_400.0


def main() -> str | None:
    """A sentence where there is nothing to show, None after the tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    shared = os.environ.get("CITY_EYE_SHARED_DATA", "")
    folder = Path(shared) / "duplicates" if shared else None
    if folder is not None and folder.is_dir():
        chicago("Chicago, 1–2 January 2021, all categories", folder / "chicago_jan2021.csv", by_parent=True)
        chicago("Chicago, potholes, 7–18 December 2018", folder / "chicago_potholes_dec2018.csv", by_parent=False)
    else:
        print("Without CITY_EYE_SHARED_DATA there are no reports of Chicago to show.\n")
    persian("fit", lambda line: line["split"] == "fit")
    for author in ("2", "3", "4"):
        persian(f"author {author} (fit)", _by(author), AUTHORS)
    if "--no-final" not in sys.argv:
        persian("final", lambda line: line["split"] == "final")
        persian(f"author {LAST_AUTHOR} (final)", _by(LAST_AUTHOR), AUTHORS)
    return None


def _by(author: str) -> Callable[[Mapping[str, str]], bool]:
    return lambda line: line["author"] == author


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


# -- Chicago: was an earlier report, still open, rightly suggested? ---------------------------------------------------


def chicago(title: str, path: Path, *, by_parent: bool) -> None:
    """One file: rivals, our curve, our links, and how far the curve is below the best of the fixed radii."""
    from reports.duplicates.replay import match_rows
    from reports.duplicates.rows import read_rows
    from reports.duplicates.shipped import shipped_settings

    settings = shipped_settings()
    with read_rows(path, settings=settings) as rows:
        truth = _truth(path, rows, by_parent=by_parent)
        matches = match_rows(rows, settings=settings, processes=1)
        points = {rival.name: _report_level(_told_by(rows, rival), truth) for rival in RIVALS}
        known = [row for row in truth if matches.best[row, 0] >= 0 and not matches.recurs[row, 0]]
        scores = {row: float(matches.scores[row, 0]) for row in known}
        linked = {row for row in truth if matches.linked[row]}
    print(f"{title}: {len(truth)} reports, {sum(truth.values())} repeats of a report in the file")
    print(f"{'':<48}{'told':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
    for name, point in points.items():
        _line(name, point)
    for limit in (0.7, 0.5, 0.3, 0.2, 0.15, 0.1, 0.08, 0.05, 0.03, 0.02, 0.01):
        _line(f"City Eye, suggested from {limit}", _report_level({r for r, s in scores.items() if s >= limit}, truth))
    _line("City Eye, linked at once", _report_level(linked, truth))
    print(f"  Below the best fixed radius at its recall: {_below(points, scores, truth)}\n")


def _truth(path: Path, rows: Any, *, by_parent: bool) -> dict[int, bool]:
    """Whether each row repeats one that is in the file; repeats of what is not there are left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        given = {line["id"]: line for line in csv.DictReader(file)}
    numbers = [(row, given[rows.id(row)]) for row in range(len(rows))]
    if not by_parent:
        return {row: line["is_duplicate"] == "1" for row, line in numbers}
    lost = {row for row, line in numbers if line["is_duplicate"] == "1" and line["parent_id"] not in given}
    return {row: line["parent_id"] in given for row, line in numbers if row not in lost}


def _told_by(rows: Any, rival: Rival) -> set[int]:
    """The rows that the rule would have told of an earlier one."""
    order = np.lexsort((np.arange(len(rows)), rows.at))
    return {
        int(later)
        for place, later in enumerate(order)
        if any(_says(rows, int(later), int(earlier), rival) for earlier in order[:place])
    }


def _says(rows: Any, later: int, earlier: int, rival: Rival) -> bool:
    from reports.duplicates.nearness import meters

    if rows.category[later] != rows.category[earlier]:
        return False
    if rival.open_only and rows.closed_at[earlier] <= rows.at[later]:
        return False
    if rows.at[later] - rows.at[earlier] > rival.within_s:
        return False
    here, there = ((rows.lon[row], rows.lat[row]) for row in (later, earlier))
    return meters(here, there) <= rival.radius_m


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


def _report_level(told: set[int], truth: Mapping[int, bool]) -> Point:
    told = {row for row in told if row in truth}
    right = sum(truth[row] for row in told)
    return Point(len(told), right / max(1, len(told)), right / max(1, sum(truth.values())))


def _below(points: Mapping[str, Point], scores: Mapping[int, float], truth: Mapping[int, bool]) -> str:
    """At the recall of each fixed radius, our precision less its own; the worst of them first."""
    curve = [_report_level({r for r, s in scores.items() if s >= limit}, truth) for limit in sorted({*scores.values()})]
    worst = []
    for radius in RADII:
        rival = points[f"radius {radius} m"]
        ours = max((each.precision for each in curve if each.recall >= rival.recall - 1e-9), default=0.0)
        worst.append((ours - rival.precision, radius))
    return ", ".join(f"{difference:+.3f} ({radius} m)" for difference, radius in sorted(worst))


# -- The Persian set: which pairs are one problem? ---------------------------------------------------------------------


def persian(title: str, chosen: Callable[[Mapping[str, str]], bool], path: Path = PERSIAN) -> None:
    """One part of a set: rivals by pairs, our clusters by the shipped settings, and, of `fit`, cross-validated."""
    from reports.duplicates.rows import read_rows
    from reports.duplicates.shipped import shipped_settings

    settings = shipped_settings()
    with _part(path, chosen) as (part, labels), read_rows(part, settings=settings) as rows:
        problem = {row: labels[rows.id(row)] for row in range(len(rows))}
        print(
            f"Persian set, {title}: {len(rows)} reports of {len(set(problem.values()))} problems; pairs of one problem"
        )
        print(f"{'':<48}{'told':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
        for rival in RIVALS:
            _line(f"{rival.name}, one category", _pairs_told(rows, problem, rival))
        for limit in (0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9):
            _line(f"City Eye, links from {limit}", _clustered(rows, problem, _with_links_from(settings, limit)))
        _line(f"City Eye as shipped (links from {settings.default.link_from})", _clustered(rows, problem, settings))
        if title == "fit":
            _cross_validated(rows, problem, settings)
    print()


def _with_links_from(settings: Any, limit: float) -> Any:
    return settings.with_(
        default=replace(settings.default, link_from=limit),
        profiles={code: replace(each, link_from=limit) for code, each in settings.profiles.items()},
    )


def _clustered(rows: Any, problem: dict[int, str], settings: Any) -> Point:
    from reports.duplicates.fitting import pair_accuracy
    from reports.duplicates.replay import match_rows

    groups: dict[int, list[int]] = {}
    for row, cluster in enumerate(match_rows(rows, settings=settings, processes=1).cluster.tolist()):
        groups.setdefault(cluster, []).append(row)
    told = sum(len(each) * (len(each) - 1) // 2 for each in groups.values())
    return Point(told, *pair_accuracy(list(groups.values()), problem))


def _cross_validated(rows: Any, problem: dict[int, str], settings: Any) -> None:
    from reports.duplicates.fitting import fit
    from reports.duplicates.labels import Labels

    fitted = fit(rows, Labels(problem=problem), settings=settings)
    print(
        f"  Weights fitted anew, each scene by those of others (pull {fitted.pull:g}, log loss {fitted.log_loss:.3f}):"
    )
    for limit, precision, recall in fitted.curve[::5]:
        _line(f"City Eye, cross-validated, links from {limit}", Point(0, precision, recall))


@contextmanager
def _part(path: Path, chosen: Callable[[Mapping[str, str]], bool]) -> Iterator[tuple[Path, dict[str, str]]]:
    """The reports of one part in a file of their own, without what gives the answer; and the answers."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if chosen(line)]
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as part:
        names = [name for name in lines[0] if name not in {"problem", "split", "author"}]
        out = csv.DictWriter(part, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(lines)
        part.flush()
        yield Path(part.name), {line["id"]: line["problem"] for line in lines}


def _pairs_told(rows: Any, problem: Mapping[int, str], rival: Rival) -> Point:
    pairs = list(combinations(sorted(problem, key=lambda row: (rows.at[row], row)), 2))
    told = [(one, other) for one, other in pairs if _says(rows, other, one, rival)]
    right = sum(problem[one] == problem[other] for one, other in told)
    same = sum(problem[one] == problem[other] for one, other in pairs)
    return Point(len(told), right / max(1, len(told)), right / max(1, same))


def _line(name: str, point: Point) -> None:
    told = f"{point.told:>6}" if point.told else " " * 6
    print(f"  {name:<46}{told}{point.precision:>11.3f}{point.recall:>8.3f}{point.f1:>7.3f}")


if __name__ == "__main__":
    sys.exit(main())
