"""What an import is asked to do, and the refusal to do it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from geo.shapes import FaultKind

if TYPE_CHECKING:
    from jurisdictions.importing.report import ImportReport

Say = Callable[[str], object]

TOLERANCE_M = 5.0
"""Faults up to this wide are nobody's intention: about what a good phone knows of its place."""

ENCLAVE_M = 200.0
"""A hole at least this wide inside a city is another body's ground rather than a fault of drawing."""


class CannotImport(Exception):
    """Nothing was stored; the text says why and what to do. `report` tells of the faults where they are the reason."""

    def __init__(self, sentence: str, *, report: "ImportReport | None" = None) -> None:
        super().__init__(sentence)
        self.report = report


@dataclass(frozen=True, kw_only=True)
class FileWanted:
    """A file, and what it may not say about itself: the layer, the coordinate system, the encoding, the axes' order."""

    path: Path
    layer: str = ""
    crs: str = ""
    encoding: str = ""
    swap_axes: bool = False


@dataclass(frozen=True, kw_only=True)
class NewCity:
    """What a city needs that is not there yet; without `metric_srid` the UTM zone around its middle is taken."""

    name_fa: str = ""
    name_en: str = ""
    time_zone: str = ""
    metric_srid: int | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NewLevel:
    """What a level needs that is not there yet; None stands for the default."""

    name_fa: str = ""
    name_en: str = ""
    rank: int | None = None
    closes_gaps: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The properties of the file that hold the code and the names."""

    code: str = ""
    name_fa: str = ""
    name_en: str = ""


@dataclass(frozen=True, kw_only=True)
class ParentColumn:
    """A level whose jurisdictions may be parents: by the property that holds their code, else by ground in common."""

    level: str
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How wide (metres) a fault may be to be mended, how wide a hole must be to be meant, and the faults accepted.

    With `clip` whatever reaches beyond the parent is cut off, however wide.
    """

    tolerance_m: float = TOLERANCE_M
    enclave_m: float = ENCLAVE_M
    accepted: frozenset[FaultKind] = frozenset()
    clip: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """One import. `buffer_m` makes corridors of lines; with `dissolve` features of one code are one jurisdiction.

    With `with_city` the city's own ground becomes the union of the shapes, by the same act; with `rename`
    jurisdictions that exist get the names and the parent of the file. `unnamed` is the name, with {code} in it, of
    features that have none.
    """

    file: FileWanted
    city: str
    level: str
    columns: Columns
    first_day: date
    source: str
    new_city: NewCity = field(default_factory=NewCity)
    new_level: NewLevel = field(default_factory=NewLevel)
    parents: tuple[ParentColumn, ...] = ()
    limits: Limits = field(default_factory=Limits)
    buffer_m: float = 0.0
    dissolve: bool = False
    with_city: bool = False
    rename: bool = False
    unnamed: str = ""
    dry_run: bool = False
