"""Files of reports given to `match_duplicates`, and what came of it."""

import csv
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command

from reports.management.commands import match_duplicates

HEADER = "id,created_at,closed_at,category,lon,lat,accuracy_m,address,description"
LON, LAT = 59.58, 36.30


def line(key, *, at="2026-11-01T08:00:00Z", closed="", category="pothole", x=0.0, y=0.0, text="") -> str:
    """A report some metres from a corner."""
    lon, lat = LON + x / 89_800, LAT + y / 111_000
    return f"{key},{at},{closed},{category},{lon:.7f},{lat:.7f},,,{text}"


class Matched:
    """The rows of OUT, and what was said."""

    def __init__(self, folder: Path, text: str | bytes, *options: str, encoding: str = "utf-8") -> None:
        (folder / "in.csv").write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        self.said, self.told, self.failure = StringIO(), StringIO(), None
        try:
            call_command(
                match_duplicates.Command(),
                str(folder / "in.csv"),
                str(folder / "out.csv"),
                *options,
                stdout=self.told,
                stderr=self.said,
            )
        except CommandError as error:
            self.failure = error
        out = folder / "out.csv"
        lines = out.read_text().splitlines() if out.exists() else []
        self.rows = {row["id"]: row for row in csv.DictReader(lines)}

    def __getitem__(self, key: str) -> dict[str, str]:
        return self.rows[key]
