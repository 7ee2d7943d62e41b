"""The report of an import for people, for programs, and for maps."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from geo.files import Feature, write_features
from geo.shapes import Fault
from jurisdictions.boundaries import GroundChange
from jurisdictions.importing.report import ImportReport, Judged, Outcome, Verdict

_SHOWN = 20  # rows of a list; all of them are in the files
_ENDINGS = {
    Outcome.STORED: "Stored.",
    Outcome.SAME: "Nothing has changed: this very set is there.",
    Outcome.DRY_RUN: "Dry run: nothing is stored.",
    Outcome.REFUSED: "Nothing is stored.",
}


def report_as_text(report: ImportReport) -> str:
    """A page for a terminal."""
    head = [
        f"{report.file}: {report.format}, {report.crs}, {report.features} features",
        f"{report.level} of {report.city} from {report.first_day}, {report.source}",
        *report.notes,
    ]
    lines = [*head, "", *_fault_lines(report), "", *_change_lines(report), "", _ENDINGS[report.outcome]]
    return "\n".join(lines)


def _fault_lines(report: ImportReport) -> list[str]:
    if not report.faults:
        return ["Faults: none."]
    rows = [_fault_row(each) for verdict in Verdict for each in report.of_verdict(verdict)]
    counts = [f"{len(found)} {verdict}" for verdict in Verdict if (found := report.of_verdict(verdict))]
    title = f"Faults ({', '.join(counts)}; tolerance {report.tolerance_m:g} m):"
    return [title, *_table(("", "fault", "width m", "area m²", "of", "where (lon, lat)", ""), rows)]


def _fault_row(judged: Judged) -> tuple[str, ...]:
    fault = judged.fault
    codes = ", ".join(fault.codes[:4]) + (" …" if len(fault.codes) > 4 else "")
    where = _where(fault)
    return (
        str(judged.verdict),
        str(fault.kind),
        f"{fault.width_m:,.1f}",
        f"{fault.area_m2:,.0f}",
        codes,
        where,
        fault.reason,
    )


def _where(fault: Fault) -> str:
    if fault.geometry.is_empty:
        return "-"
    place = fault.geometry.representative_point()
    return f"{place.x:.5f}, {place.y:.5f}"


def _change_lines(report: ImportReport) -> list[str]:
    if report.outcome is Outcome.REFUSED:
        return ["Difference: not looked for."]
    if report.followed is None:
        return [f"Difference: these are the first boundaries of the level, {report.jurisdictions} of them."]
    if not report.changes:
        return [f"Difference from the set of {report.followed}: none."]
    gone = [change.code for change in report.changes if change.has_vanished]
    new = [change.code for change in report.changes if change.is_new]
    title = f"Difference from the set of {report.followed} ({len(report.changes)} change):"
    rows = [_change_row(change) for change in report.changes]
    lists = [f"New: {', '.join(new)}"] * bool(new) + [f"Vanished: {', '.join(gone)}"] * bool(gone)
    return [title, *_table(("code", "name", "gained m²", "lost m²", ""), rows), *lists]


def _change_row(change: GroundChange) -> tuple[str, ...]:
    word = "new" if change.is_new else "vanishes" if change.has_vanished else ""
    name = change.jurisdiction.name("en")
    return change.code, name, f"{change.gained_m2:,.0f}", f"{change.lost_m2:,.0f}", word


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    shown = [head, *rows[:_SHOWN]]
    widths = [max(len(row[column]) for row in shown) for column in range(len(head))]
    more = [f"  … and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return [_line(row, widths) for row in shown] + more


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(_cell(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(cell: str, width: int) -> str:
    is_number = cell.replace(",", "").replace(".", "").isdigit()
    return cell.rjust(width) if is_number else cell.ljust(width)


def report_as_json(report: ImportReport) -> dict[str, Any]:
    """All of it without the shapes, ready for json.dumps."""
    return {
        "file": report.file,
        "format": report.format,
        "crs": report.crs,
        "features": report.features,
        "city": report.city,
        "level": report.level,
        "first_day": report.first_day.isoformat(),
        "source": report.source,
        "tolerance_m": report.tolerance_m,
        "outcome": str(report.outcome),
        "jurisdictions": report.jurisdictions,
        "notes": report.notes,
        "faults": [_fault_values(each) for each in report.faults],
        "followed": report.followed.isoformat() if report.followed else None,
        "changes": [_change_values(change) for change in report.changes],
    }


def _fault_values(judged: Judged) -> dict[str, Any]:
    fault = judged.fault
    return {
        "kind": str(fault.kind),
        "verdict": str(judged.verdict),
        "codes": list(fault.codes),
        "area_m2": round(fault.area_m2, 1),
        "width_m": round(fault.width_m, 2),
        "reason": fault.reason,
    }


def _change_values(change: GroundChange) -> dict[str, Any]:
    return {
        "code": change.code,
        "gained_m2": round(change.gained_m2, 1),
        "lost_m2": round(change.lost_m2, 1),
        "new": change.is_new,
        "vanished": change.has_vanished,
    }


def write_report_map(path: Path, report: ImportReport) -> None:
    """Write the ground of each fault, and what each jurisdiction gains and loses, as GeoJSON. Raises OSError."""
    features = [*_fault_features(report.faults), *_change_features(report.changes)]
    about = {"name": path.stem, "file": report.file, "first_day": report.first_day.isoformat()}
    write_features(path, features, about=about)


def _fault_features(faults: Iterable[Judged]) -> Iterator[Feature]:
    for number, judged in enumerate(faults, start=1):
        if not judged.fault.geometry.is_empty:
            yield Feature(id=f"fault-{number}", properties=_fault_values(judged), geometry=judged.fault.geometry)


def _change_features(changes: Iterable[GroundChange]) -> Iterator[Feature]:
    for change in changes:
        for kind, ground, area in (
            ("gained", change.gained, change.gained_m2),
            ("lost", change.lost, change.lost_m2),
        ):
            if not ground.is_empty:
                properties = {"kind": kind, "codes": [change.code], "area_m2": round(area, 1)}
                yield Feature(id=f"{kind}-{change.code}", properties=properties, geometry=ground)
