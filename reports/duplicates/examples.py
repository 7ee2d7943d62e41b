"""Labeled pairs of reports, in the numbers that weights are learned from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.clustering import tops
from reports.duplicates.labels import Labels
from reports.duplicates.nearness import Place, meters
from reports.duplicates.pairing import Pairing
from reports.duplicates.rows import Floats, Ints, Rows
from reports.duplicates.score import CONTRADICTIONS, IDENTITY, kind_of, signals_of
from reports.duplicates.settings import Profile, Settings
from reports.models.duplicate_settings import WEIGHT_SIGNS

NAMES: Final = tuple(WEIGHT_SIGNS)
# What counts up to a limit (`score.evidence`); the rest counts in full.
LIKE: Final = np.array([name not in CONTRADICTIONS | IDENTITY for name in NAMES])
FEWEST: Final = 20  # pairs of one problem
SCENE_M: Final = 500.0  # what is nearer to each other is never parted between fitting and proving
M_PER_LAT: Final = 110_000  # metres in a degree of latitude, at least


class TooFewLabels(Exception):
    """There are not enough labeled pairs to learn from; the text says how many."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Labeled pairs, a line each: their two rows, their signals as far as the default's weights hold for them, what
    weights that profiles set for themselves add (in two columns: to what counts up to a limit, and to what counts in
    full), whether they are one problem, and their scene."""

    one: Ints
    other: Ints
    signals: Floats
    own: Floats
    same: Floats
    scene: Ints

    def some(self, which: NDArray[np.bool_]) -> "Examples":
        """Those of them for which it holds."""
        return Examples(*(getattr(self, each.name)[which] for each in fields(self)))


def joined(several: Sequence[Examples]) -> Examples:
    """All of them, in which rows and scenes no longer tell apart what came of different files."""
    return Examples(*(np.concatenate([getattr(one, each.name) for one in several]) for each in fields(Examples)))


def examples_of(rows: Rows, labels: Labels, *, settings: Settings) -> Examples:
    """All labeled pairs that would be compared and where the earlier one was still open. Raises TooFewLabels."""
    pairing = Pairing(rows, settings)
    found = [
        (later, earlier)
        for chunk in pairing.chunks()
        for later, earlier in zip(*(each.tolist() for each in _ends(pairing, chunk)), strict=True)
        if later in labels.problem and earlier in labels.problem
        if kind_of(rows.facts(later), rows.facts(earlier)) == "duplicate"
    ]
    same = np.array([labels.problem[one] == labels.problem[other] for one, other in found], np.float64)
    if same.sum() < FEWEST or len(same) - same.sum() < FEWEST:
        raise TooFewLabels(
            f"Of {len(same)} pairs that are near enough {int(same.sum())} tell of one problem: "
            f"it takes {FEWEST} that do, and as many that do not."
        )
    pairs = np.array(found, np.int64)
    measured = [_measured(rows, settings, one, other) for one, other in found]
    return Examples(
        one=pairs[:, 0],
        other=pairs[:, 1],
        signals=np.array([signals for signals, _own in measured]),
        own=np.array([own for _signals, own in measured]),
        same=same,
        scene=_scenes(rows, pairs),
    )


def _ends(pairing: Pairing, chunk: Ints) -> tuple[Ints, Ints]:
    pairs = pairing.pairs(chunk)
    return pairs.later, pairs.earlier


def _measured(rows: Rows, settings: Settings, one: int, other: int) -> tuple[Floats, tuple[float, float]]:
    first, second = rows.facts(one), rows.facts(other)
    profile = settings.pair(first.category, second.category)
    found = np.array(signals_of(first, second, settings=settings, profile=profile))
    default = weights_of(settings.default)
    shares = (_shares(settings, first.category) + _shares(settings, second.category)) / 2
    own = (weights_of(profile) - shares * default) * found
    return found * shares, (float(own[LIKE].sum()), float(own[~LIKE].sum()))


def _shares(settings: Settings, category: str) -> Floats:
    """1 for each weight of the default that holds for a category, 0 for each that its profile sets for itself."""
    shares: Floats = (weights_of(settings.profile(category)) == weights_of(settings.default)).astype(np.float64)
    return shares


def weights_of(profile: Profile) -> Floats:
    """The weights in the order of `NAMES`."""
    return np.array([profile.weights[name] for name in NAMES])


def _scenes(rows: Rows, pairs: Ints) -> Ints:
    """The scene of each pair: rows that are near each other, however far the chain goes, are in one."""
    places = {row: (float(rows.lon[row]), float(rows.lat[row])) for row in np.unique(pairs).tolist()}
    scene_of = tops(_within_a_scene(places))
    return np.array([scene_of[row] for row in pairs[:, 0].tolist()], np.int64)


def _within_a_scene(places: Mapping[int, Place]) -> Iterator[tuple[int, int]]:
    """The rows that are near each other; each is near itself."""
    ordered = sorted(places, key=lambda row: places[row][1])
    for number, row in enumerate(ordered):
        yield row, row
        for other in ordered[number + 1 :]:
            if (places[other][1] - places[row][1]) * M_PER_LAT > SCENE_M:
                break
            if meters(places[row], places[other]) <= SCENE_M:
                yield row, other
