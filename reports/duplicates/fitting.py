"""Weights from labeled pairs: logistic regression that keeps near the weights it began with, and keeps their signs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.clustering import Edge
from reports.duplicates.examples import LIKE, NAMES, Examples, examples_of, weights_of
from reports.duplicates.labels import Labels
from reports.duplicates.replay import clusters_among, groups_of
from reports.duplicates.rows import Floats, Ints, Rows
from reports.duplicates.score import CONTRADICTIONS, ENOUGH, IDENTITY
from reports.duplicates.settings import Profile, Settings
from reports.models.duplicate_settings import MOST_WEIGHT, WEIGHT_SIGNS

SIGNS: Final = np.array(list(WEIGHT_SIGNS.values()))
FOLDS: Final = 5
PULLS: Final = (1.0, 3.0, 10.0, 30.0, 100.0)  # how strongly weights are held to those at the beginning
FIRM: Final = CONTRADICTIONS | IDENTITY  # what must outweigh any nearness, and what files have little of
FIRMER: Final = 10.0
THRESHOLDS: Final = tuple(round(0.2 + 0.02 * step, 2) for step in range(38))
_BASE, _SILENT = NAMES.index("base"), NAMES.index("silent")
_STEPS: Final = 60
_STRIDE: Final = 1.0  # by which a weight moves at most in a step: what counts to a limit has edges


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


@dataclass(frozen=True, slots=True)
class Proof:
    """The fold of each example, the weights that were fitted without each fold, and the chance that these give to each
    example of it."""

    fold: Ints
    weights: list[Floats]
    chance: Floats


def fit(rows: Rows, labels: Labels, *, settings: Settings) -> Fitted:
    """Fit the default's weights; those that a category's profile sets for itself stay. Raises TooFewLabels."""
    examples = examples_of(rows, labels, settings=settings)
    start = weights_of(settings.default)
    proofs = {pull: proven(examples, start, pull) for pull in PULLS}
    losses = {pull: log_loss(examples.same, proof.chance) for pull, proof in proofs.items()}
    pull = min(losses, key=lambda each: losses[each])
    curve = _curve(rows, labels, examples, proofs[pull], settings)
    link_from = max(curve, key=lambda point: (round(_f1(point[1], point[2]), 3), point[0]))[0]
    return Fitted(
        settings=with_weights(settings, fit_weights(examples, start, pull), link_from=link_from),
        pull=pull,
        log_loss=losses[pull],
        curve=curve,
        examples=len(examples.same),
        positives=int(examples.same.sum()),
    )


def proven(examples: Examples, start: Floats, pull: float) -> Proof:
    """The chance of each pair by weights that were fitted without its scene."""
    scenes = np.unique(examples.scene)
    fold_of = dict(
        zip(np.random.default_rng(1).permutation(scenes).tolist(), np.arange(len(scenes)) % FOLDS, strict=True)
    )
    fold = np.array([fold_of[int(scene)] for scene in examples.scene])
    weights = [fit_weights(examples.some(fold != number), start, pull) for number in range(FOLDS)]
    chance = np.zeros(len(fold))
    for number, fitted in enumerate(weights):
        chance[fold == number] = chances(examples.some(fold == number), fitted)
    return Proof(fold=fold, weights=weights, chance=chance)


def fit_weights(examples: Examples, start: Floats, pull: float, *, firm: Collection[str] = FIRM) -> Floats:
    """The most likely weights, those of the wrong sign held at zero one after the other; `firm` are those that are held
    more strongly to what they are at the beginning.

    Where no example lacks a text, `silent` makes up for what `base` has changed, as far as its sign allows.
    """
    held = pull * np.where([name in firm for name in NAMES], FIRMER, 1.0)
    held[_BASE] = min(pull, 0.1)  # how many of all pairs are of one problem is another thing in each file
    free = np.ones(len(start), np.bool_)
    weights = start.copy()
    for _round in range(len(start)):
        weights = _newton(examples, start, held, free)
        wrong = free & (SIGNS * weights < 0)
        if not wrong.any():
            break
        free &= ~wrong
    if not examples.signals[:, _SILENT].any():  # what place and time say by themselves, no example has shown
        weights[_SILENT] = min(0.0, weights[_SILENT] - (weights[_BASE] - start[_BASE]))
    return np.clip(weights, -MOST_WEIGHT, MOST_WEIGHT)


def _newton(examples: Examples, start: Floats, held: Floats, free: NDArray[np.bool_]) -> Floats:
    weights = np.where(free, start, 0.0)
    held = held[free]
    for _step in range(_STEPS):
        odds, signals = _odds(examples, weights)
        signals = signals[:, free]
        chance = _chance(odds)
        slope = signals.T @ (chance - examples.same) + held * (weights - start)[free]
        bend = (signals * (chance * (1 - chance))[:, None]).T @ signals + np.diag(held)
        step = np.clip(np.linalg.solve(bend, slope), -_STRIDE, _STRIDE)
        weights[free] -= step
        if np.abs(step).max() < 1e-7:
            break
    return weights


def _odds(examples: Examples, weights: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the odds of each pair, and by which signals it still moves: not by those at their limit."""
    alike = examples.signals[:, LIKE] @ weights[LIKE] + examples.own[:, 0]
    apart = examples.signals[:, ~LIKE] @ weights[~LIKE] + examples.own[:, 1]
    moving = np.where(LIKE & (alike >= ENOUGH)[:, None], 0.0, examples.signals)
    return np.minimum(ENOUGH, alike) + apart, moving


def chances(examples: Examples, weights: Floats) -> Floats:
    """How likely each pair is one problem, from 0 to 1, by these weights of the default."""
    return _chance(_odds(examples, weights)[0])


def _curve(
    rows: Rows, labels: Labels, examples: Examples, proof: Proof, settings: Settings
) -> list[tuple[float, float, float]]:
    """Thresholds with the precision and recall of the clusters that links from them on make, each scene by the weights
    that were fitted without it."""
    without = [with_weights(settings, weights, link_from=settings.default.link_from) for weights in proof.weights]
    return [(limit, *_accuracy(rows, labels, examples, proof, without, limit)) for limit in THRESHOLDS]


def _accuracy(
    rows: Rows, labels: Labels, examples: Examples, proof: Proof, without: Sequence[Settings], limit: float
) -> tuple[float, float]:
    linked = np.flatnonzero(proof.chance >= limit)
    links = np.column_stack([examples.one[linked], examples.other[linked], proof.chance[linked]]).astype(np.float64)
    found = [
        sorted(members)
        for group in groups_of(links)
        for members in clusters_among(
            rows,
            [Edge(int(one), int(other), float(value)) for one, other, value in links[group]],
            without[proof.fold[linked[group[0]]]],
        )
    ]
    return pair_accuracy(found, labels.problem)


def pair_accuracy(clusters: Sequence[Sequence[int]], problem: dict[int, str]) -> tuple[float, float]:
    """Precision and recall of the pairs within clusters, among the labeled rows."""
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


def with_weights(settings: Settings, weights: Floats, *, link_from: float) -> Settings:
    """The settings with other weights of the default, to the hundredth, and links from another score on; what a
    profile sets for itself stays."""
    before = settings.default.weights
    new = {name: round(float(weight), 2) for name, weight in zip(NAMES, weights, strict=True)}

    def of(profile: Profile) -> Profile:
        own = {name: weight for name, weight in profile.weights.items() if weight != before[name]}
        limit = min(profile.suggest_from, link_from)
        return replace(profile, weights=new | own, link_from=link_from, suggest_from=limit)

    profiles: Mapping[str, Profile] = {code: of(profile) for code, profile in settings.profiles.items()}
    return settings.with_(default=of(settings.default), profiles=profiles)


def _chance(odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return found


def log_loss(same: Floats, values: Floats) -> float:
    """The mean surprise at what is so, in nats."""
    kept = np.clip(values, 1e-6, 1 - 1e-6)
    return float(-(same * np.log(kept) + (1 - same) * np.log(1 - kept)).mean())


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
