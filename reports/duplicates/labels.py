"""Which rows of a file tell of one problem, as people have said: from a CSV file of ids with problems or parents."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reports.duplicates.rows import Rows

PROBLEMS: Final = ("problem", "cluster", "problem_id")
PARENTS: Final = ("parent_id", "parent", "duplicate_of", "parent_sr_number")
SHOWN: Final = 5


class UnusableLabels(Exception):
    """The labels cannot be used; the text says why and where."""


@dataclass(slots=True)
class Labels:
    """The problem of each labeled row; ids that the file of reports does not have, and ids without it that are parents
    only: their reports are known to be repeats, of something that nobody can see."""

    problem: dict[int, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    orphans: int = 0


def read_labels(path: Path, *, rows: Rows) -> Labels:
    """The labels of rows: `id` with `problem`, or with `parent_id` (empty for what repeats nothing).

    Raises UnusableLabels for a file without these columns, an id with two different answers, and none that is known.
    """
    given = _given(path)
    numbers = {rows.id(row): row for row in range(len(rows))}
    labels = Labels(unknown=[key for key in given.answers if key not in numbers])
    known = {key: answer for key, answer in given.answers.items() if key in numbers}
    if not known:
        raise UnusableLabels(f"None of the ids of {path.name} is in the file of reports.")
    problems = known if given.by_problem else _by_parents(known, labels)
    labels.problem = {numbers[key]: problem for key, problem in problems.items() if key in numbers}
    return labels


@dataclass(frozen=True, slots=True)
class _Given:
    answers: Mapping[str, str]
    by_problem: bool


def _given(path: Path) -> _Given:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(file)
            columns = {(name or "").strip().casefold(): name for name in lines.fieldnames or ()}
            column = next((columns[name] for name in (*PROBLEMS, *PARENTS) if name in columns), None)
            if "id" not in columns or column is None:
                raise UnusableLabels(f"{path.name} has no columns id and problem, or id and parent_id.")
            by_problem = column.strip().casefold() in PROBLEMS
            return _Given(_answers(path, lines, columns["id"], column, by_problem=by_problem), by_problem)
    except OSError as error:
        raise UnusableLabels(f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableLabels(f"{path.name} is no CSV in UTF-8: {error}.") from error


def _answers(
    path: Path, lines: "csv.DictReader[str]", id_name: str, column: str, *, by_problem: bool
) -> dict[str, str]:
    answers: dict[str, str] = {}
    for line in lines:
        key, answer = (line.get(id_name) or "").strip(), (line.get(column) or "").strip()
        if not key or (by_problem and not answer):
            continue
        if answers.setdefault(key, answer) != answer:
            where = f"{path.name}, line {lines.line_num}"
            raise UnusableLabels(f"{where}: {key} was given “{answers[key]}” before, and “{answer}” here.")
    return answers


def _by_parents(answers: Mapping[str, str], labels: Labels) -> dict[str, str]:
    """Problems by their first reports: parents of parents lead there, however they go round."""
    problems: dict[str, str] = {}
    for key in answers:
        seen, at = {key}, key
        while (parent := answers.get(at, "")) and parent not in seen:
            seen.add(parent)
            at = parent
        problems[key] = min(seen) if parent else at
    labels.orphans = sum(problem not in answers for problem in problems.values())
    return problems
