"""Departments or rules from a table (CSV), as offices keep them in spreadsheets."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from jurisdictions.loading.files import CannotLoad, Entry
from persian.normalize import fold, to_ascii_digits

DEPARTMENT_COLUMNS = ("code", "name_fa", "name_en", "function", "level", "jurisdiction", "active")
RULE_COLUMNS = ("category", "group", "function", "level", "from", "until", "weekdays", "sources", "note")
_WORDS = ("name_fa", "name_en", "note")  # all else is codes, which a Persian keyboard may have typed
_LISTS = ("weekdays", "sources")
_FLAGS = {"yes": True, "true": True, "1": True, "بله": True, "no": False, "false": False, "0": False, "خیر": False}
_BETWEEN = re.compile(r"[\s,،;؛|+/]+")
_PERSIAN_HEADERS = {
    "کد": "code",
    "نام فارسی": "name_fa",
    "نام انگلیسی": "name_en",
    "وظیفه": "function",
    "سطح": "level",
    "محدوده": "jurisdiction",
    "فعال": "active",
    "موضوع": "category",
    "گروه": "group",
    "از ساعت": "from",
    "تا ساعت": "until",
    "روزهای هفته": "weekdays",
    "راه دریافت": "sources",
    "یادداشت": "note",
}


@dataclass(frozen=True, kw_only=True)
class Table(Entry):
    """The rows of a table, in the place of a JSON file that holds one list."""

    key: str
    rows: list[Entry]

    def entries(self, key: str) -> list[Entry]:
        """The rows, each named by its line."""
        return self.rows if key == self.key else []


def read_table(path: Path) -> Table:
    """The departments or rules of a CSV file in UTF-8, by the names (English or Persian) in its first line.

    Cells may be parted by commas, semicolons or tabs; an empty cell says nothing. Raises CannotLoad.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise CannotLoad(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CannotLoad(f"{path.name} is no UTF-8 text: save the sheet as “CSV UTF-8”.") from error
    try:
        return _table(text, path.name)
    except csv.Error as error:
        raise CannotLoad(f"{path.name} is no table: {error}.") from error


def _table(text: str, name: str) -> Table:
    first = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    header = [_column(cell) for cell in next(reader, [])]
    key = "departments" if "name_fa" in header else "rules"
    known = DEPARTMENT_COLUMNS if key == "departments" else RULE_COLUMNS
    for column in header:
        if column not in known or header.count(column) > 1:
            raise CannotLoad(f"{name}, line 1: “{column}” is no column of {key}, or stands twice: {', '.join(known)}.")
    if not {"function", "level"} <= set(header):
        raise CannotLoad(f"{name}, line 1: The first line names the columns: {', '.join(known)}.")
    rows = [_row(cells, header, f"{name}, line {reader.line_num}") for cells in reader if any(map(str.strip, cells))]
    return Table(values={key: rows}, where=name, key=key, rows=rows)


def _column(cell: str) -> str:
    return _PERSIAN_HEADERS.get(fold(cell), cell.strip().lower())


def _row(cells: list[str], header: list[str], where: str) -> Entry:
    if len(cells) > len(header):
        raise CannotLoad(f"{where}: There are more cells than columns.")
    given: Iterable[tuple[str, str]] = zip(header, map(str.strip, cells), strict=False)
    return Entry(values={column: _value(column, cell) for column, cell in given if cell}, where=where)


def _value(column: str, cell: str) -> Any:
    if column in _WORDS:
        return cell
    if column in _LISTS:
        return [each for each in _BETWEEN.split(to_ascii_digits(cell)) if each]
    return _FLAGS.get(fold(cell), cell) if column == "active" else to_ascii_digits(cell)
