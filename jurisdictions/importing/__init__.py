"""Import the boundaries of any city from any file: read, place, judge, mend, put in force, and tell what was found."""

from jurisdictions.importing.acts import import_boundaries
from jurisdictions.importing.order import (
    CannotImport,
    Columns,
    FileWanted,
    Limits,
    NewCity,
    NewLevel,
    Order,
    ParentColumn,
)
from jurisdictions.importing.report import ImportReport
from jurisdictions.importing.writing import report_as_json, report_as_text, write_report_map

__all__ = [
    "CannotImport",
    "Columns",
    "FileWanted",
    "ImportReport",
    "Limits",
    "NewCity",
    "NewLevel",
    "Order",
    "ParentColumn",
    "import_boundaries",
    "report_as_json",
    "report_as_text",
    "write_report_map",
]
