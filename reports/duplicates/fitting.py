"""Weights from labelled pairs: logistic regression that keeps near the weights it began with, and keeps their signs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.clustering import Edge, tops
from reports.duplicates.labels import Labels
from reports.duplicates.nearness import Place, meters
from reports.duplicates.pairing import Pairing
from reports.duplicates.replay import clusters_among, groups_of
from reports.duplicates.rows import Floats, Ints, Rows
from reports.duplicates.score import CONTRADICTIONS, ENOUGH, IDENTITY, kind_of, signals_of
from reports.duplicates.settings import Profile, Settings
from reports.models.duplicate_settings import MOST_WEIGHT, WEIGHT_SIGNS

NAMES: Final = tuple(WEIGHT_SIGNS)
SIGNS: Final = np.array(list(WEIGHT_SIGNS.values()))
FOLDS: Final = 5
PULLS: Final = (1.0, 3.0, 10.0, 30.0, 100.0)  # how strongly weights are held to those at the beginning
THRESHOLDS: Final = tuple(round(0.2 + 0.02 * step, 2) for step in range(38))
FEWEST: Final = 20  # pairs of one problem
SCENE_M: Final = 500.0  # what is nearer to each other is never parted between fitting and proving
M_PER_LAT: Final = 110_000  # metres in a degree of latitude, at least
_STEPS: Final = 60
# What counts up to a limit (`score.evidence`); the rest counts in full.
_LIKE: Final = np.array([name not in CONTRADICTIONS | IDENTITY for name in NAMES])


class TooFewLabels(Exception):
    """There are not enough labelled pairs to learn from; the text says how many."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Labelled pairs: signals, what their profiles add beside the default's weights (in two columns: to what counts up
    to a limit, and to what counts in full), whether it is one problem."""

    one: Ints
    other: Ints
    signals: Floats
    offset: Floats
    same: Floats
    scene: Ints


@dataclass(frozen=True, slots=True)
class Fitted:
    """The settings with new weights and a new threshold, and how they did on scenes that they had not seen."""

    settings: Settings
    pull: float
    log_loss: float
    curve: list[tuple[float, float, float]]
    """For each threshold, precision and recall of pairs within clusters, cross-validated."""
    examples: int
    positives: int


def fit(rows: Rows, labels: Labels, *, settings: Settings) -> Fitted:
    """Fit the default's weights; those that a category's profile sets apart stay as far from them as they were.

    Raises TooFewLabels.
    """
    examples = examples_of(rows, labels, settings=settings)
    start = np.array([settings.default.weights[name] for name in NAMES])
    by_pull = {pull: proven(examples, start, pull) for pull in PULLS}
    losses = {pull: _log_loss(examples.same, values) for pull, values in by_pull.items()}
    pull = min(losses, key=lambda each: losses[each])
    curve = [(limit, *cluster_accuracy(rows, labels, examples, by_pull[pull], limit, settings)) for limit in THRESHOLDS]
    link_from = max(curve, key=lambda point: (round(_f1(point[1], point[2]), 3), point[0]))[0]
    weights = fit_weights(examples, start, pull)
    return Fitted(
        settings=_with_weights(settings, weights, link_from),
        pull=pull,
        log_loss=losses[pull],
        curve=curve,
        examples=len(examples.same),
        positives=int(examples.same.sum()),
    )


def examples_of(rows: Rows, labels: Labels, *, settings: Settings) -> Examples:
    """All labelled pairs that would be compared and where the earlier one was still open. Raises TooFewLabels."""
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
    scenes = _scenes(rows, pairs)
    return Examples(
        one=pairs[:, 0],
        other=pairs[:, 1],
        signals=np.array([signals for signals, _offset in measured]),
        offset=np.array([offset for _signals, offset in measured]),
        same=same,
        scene=scenes,
    )


def _ends(pairing: Pairing, chunk: Ints) -> tuple[Ints, Ints]:
    pairs = pairing.pairs(chunk)
    return pairs.later, pairs.earlier


def _measured(rows: Rows, settings: Settings, one: int, other: int) -> tuple[list[float], tuple[float, float]]:
    first, second = rows.facts(one), rows.facts(other)
    profile = settings.pair(first.category, second.category)
    found = list(signals_of(first, second, settings=settings, profile=profile))
    apart = np.array([profile.weights[name] - settings.default.weights[name] for name in NAMES]) * found
    return found, (float(apart[_LIKE].sum()), float(apart[~_LIKE].sum()))


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


def proven(examples: Examples, start: Floats, pull: float) -> Floats:
    """The probability of each pair by weights that were fitted without its scene."""
    scenes = np.unique(examples.scene)
    fold = dict(zip(np.random.default_rng(1).permutation(scenes).tolist(), np.arange(len(scenes)) % FOLDS, strict=True))
    folds = np.array([fold[int(scene)] for scene in examples.scene])
    values = np.zeros(len(folds))
    for number in range(FOLDS):
        held = folds == number
        weights = fit_weights(_some(examples, ~held), start, pull)
        values[held] = _chance(_odds(_some(examples, held), weights)[0])
    return values


def _some(examples: Examples, which: NDArray[np.bool_]) -> Examples:
    return Examples(*(getattr(examples, name)[which] for name in Examples.__dataclass_fields__))


def fit_weights(examples: Examples, start: Floats, pull: float) -> Floats:
    """The most likely weights, those of the wrong sign held at zero one after the other."""
    free = np.ones(len(start), np.bool_)
    weights = start.copy()
    for _round in range(len(start)):
        weights = _newton(examples, start, pull, free)
        wrong = free & (SIGNS * weights < 0)
        if not wrong.any():
            break
        free &= ~wrong
    return np.clip(weights, -MOST_WEIGHT, MOST_WEIGHT)


def _newton(examples: Examples, start: Floats, pull: float, free: NDArray[np.bool_]) -> Floats:
    weights = np.where(free, start, 0.0)
    held = np.full(int(free.sum()), pull)
    if free[0]:
        held[0] = min(pull, 0.1)  # how many of all pairs are of one problem is another thing in each file
    for _step in range(_STEPS):
        odds, signals = _odds(examples, weights)
        signals = signals[:, free]
        chance = _chance(odds)
        slope = signals.T @ (chance - examples.same) + held * (weights - start)[free]
        bend = (signals * (chance * (1 - chance))[:, None]).T @ signals + np.diag(held)
        step = np.linalg.solve(bend, slope)
        weights[free] -= step
        if np.abs(step).max() < 1e-7:
            break
    return weights


def _odds(examples: Examples, weights: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the odds of each pair, and by which signals it still moves: not by those at their limit."""
    alike = examples.signals[:, _LIKE] @ weights[_LIKE] + examples.offset[:, 0]
    apart = examples.signals[:, ~_LIKE] @ weights[~_LIKE] + examples.offset[:, 1]
    moving = np.where(_LIKE & (alike >= ENOUGH)[:, None], 0.0, examples.signals)
    return np.minimum(ENOUGH, alike) + apart, moving


def cluster_accuracy(
    rows: Rows, labels: Labels, examples: Examples, values: Floats, limit: float, settings: Settings
) -> tuple[float, float]:
    """Precision and recall of the pairs within the clusters that links from a threshold on make."""
    linked = values >= limit
    links = np.column_stack([examples.one[linked], examples.other[linked], values[linked]]).astype(np.float64)
    found = [
        members
        for group in groups_of(links)
        for members in clusters_among(
            rows, [Edge(int(one), int(other), float(value)) for one, other, value in links[group]], settings
        )
    ]
    return pair_accuracy([sorted(members) for members in found], labels.problem)


def pair_accuracy(clusters: Sequence[Sequence[int]], problem: dict[int, str]) -> tuple[float, float]:
    """Precision and recall of the pairs within clusters, among the labelled rows."""
    together, right = 0, 0
    for members in clusters:
        told = [problem[row] for row in members if row in problem]
        together += _pairs_of(len(told))
        right += _pairs_within(told)
    all_right = _pairs_within(list(problem.values()))
    return (right / together if together else 1.0), (right / all_right if all_right else 1.0)


def _pairs_within(names: Sequence[str]) -> int:
    _names, counts = np.unique(np.array(names, dtype=object).astype(str), return_counts=True)
    return sum(_pairs_of(int(count)) for count in counts)


def _pairs_of(count: int) -> int:
    return count * (count - 1) // 2


def _with_weights(settings: Settings, weights: Floats, link_from: float) -> Settings:
    new = {name: round(float(weight), 2) for name, weight in zip(NAMES, weights, strict=True)}
    shift = {name: new[name] - settings.default.weights[name] for name in NAMES}
    profiles = {
        code: replace(
            profile,
            weights={name: _signed(name, round(weight + shift[name], 2)) for name, weight in profile.weights.items()},
        )
        for code, profile in settings.profiles.items()
    }
    return settings.with_(
        default=_linking_from(replace(settings.default, weights=new), link_from),
        profiles={code: _linking_from(profile, link_from) for code, profile in profiles.items()},
    )


def _linking_from(profile: Profile, limit: float) -> Profile:
    return replace(profile, link_from=limit, suggest_from=min(profile.suggest_from, limit))


def _signed(name: str, weight: float) -> float:
    sign = WEIGHT_SIGNS[name]
    return weight if sign * weight >= 0 else 0.0


def _chance(odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return found


def _log_loss(same: Floats, values: Floats) -> float:
    kept = np.clip(values, 1e-6, 1 - 1e-6)
    return float(-(same * np.log(kept) + (1 - same) * np.log(1 - kept)).mean())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
