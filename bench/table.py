"""The table: each row's speed, and how City Eye stands to it, round by round."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.clients import Speed

HEAD: tuple[str, ...] = ("", "answers a second", "median ms", "CPU ms", "City Eye ÷ it", "goal")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One that was measured. Goals: City Eye `goal` times as fast, or its median at most `most_ms` above this one's."""

    name: str
    rounds: Sequence[Speed]
    goal: float | None = None
    most_ms: float | None = None


@dataclass(frozen=True, kw_only=True)
class Section:
    """Rows that answer the same question, City Eye's the last; `notes` stand below them."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table with columns of its own, for what is more than speeds: names in the first, numbers in the others."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


Part = Section | Sheet


def ratios(ours: Row, other: Row) -> list[float]:
    """Ours through theirs, each round by itself: what disturbed a round disturbed both."""
    return [mine.per_second / theirs.per_second for mine, theirs in zip(ours.rounds, other.rounds, strict=True)]


def cells(row: Row, ours: Row) -> tuple[str, ...]:
    """A row's cells: medians, with the least and the most in brackets."""
    speeds = [each.per_second for each in row.rounds]
    answers = f"{_number(median(speeds))} ({_number(min(speeds))}–{_number(max(speeds))})"
    middle = f"{median(each.median_ms for each in row.rounds):.1f}"
    costs = [each.cpu_ms for each in row.rounds if each.cpu_ms is not None]
    cpu = f"{median(costs):.2f}" if costs else ""
    if row is ours:
        return row.name, answers, middle, cpu, "", ""
    found = ratios(ours, row)
    ratio = f"{median(found):.2f} ({min(found):.2f}–{max(found):.2f})"
    return row.name, answers, middle, cpu, ratio, _goal(row, ours)


def _goal(row: Row, ours: Row) -> str:
    """What City Eye is to reach beside this row, and whether it does."""
    if row.goal:
        return f"≥ {row.goal:g} {'reached' if median(ratios(ours, row)) >= row.goal else 'missed'}"
    if row.most_ms:
        above = median(mine.median_ms - theirs.median_ms for mine, theirs in zip(ours.rounds, row.rounds, strict=True))
        return f"≤ {row.most_ms:g} ms above it: {above:.1f} {'reached' if above <= row.most_ms else 'missed'}"
    return ""


def plain(parts: Sequence[Part]) -> str:
    """Sections in one table of columns of fixed width, then each sheet in its own."""
    sections = [part for part in parts if isinstance(part, Section)]
    blocks = [(section, [cells(row, section.rows[-1]) for row in section.rows]) for section in sections]
    every = [HEAD, *(row for _, rows in blocks for row in rows)]
    widths = [max(len(row[column]) for row in every) for column in range(len(HEAD))]
    lines = [_line(HEAD, widths)] if sections else []
    for section, rows in blocks:
        lines += ["", section.title, *(_line(row, widths) for row in rows), *(f"  {note}" for note in section.notes)]
    for sheet in (part for part in parts if isinstance(part, Sheet)):
        lines += ["", sheet.title, *_sheet_lines(sheet), *(f"  {note}" for note in sheet.notes)]
    return "\n".join(lines if sections else lines[1:])


def _sheet_lines(sheet: Sheet) -> list[str]:
    every = [sheet.head, *sheet.rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(sheet.head))]
    aligned = (
        "  ".join(
            [f"{row[0]:<{widths[0]}}", *(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in every
    )
    return [f"  {line}".rstrip() for line in aligned]


def markdown(parts: Sequence[Part]) -> str:
    """The same as a table of Markdown for each part."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, Section):
            head, rule = HEAD, "|---|--:|--:|--:|--:|---|"
            rows: Sequence[Sequence[str]] = [cells(row, part.rows[-1]) for row in part.rows]
        else:
            head, rule, rows = tuple(part.head), f"|---|{'--:|' * (len(part.head) - 1)}", part.rows
        lines += ["", f"**{part.title}**", "", f"| {' | '.join(head)} |", rule]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        lines += [line for note in part.notes for line in ("", note)]
    return "\n".join(lines[1:])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Names to the left, numbers to the right, goals to the left."""
    name, *numbers, goal = row
    middle = (f"{cell:>{width}}" for cell, width in zip(numbers, widths[1:-1], strict=True))
    return "  ".join([f"  {name:<{widths[0]}}", *middle, goal]).rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
