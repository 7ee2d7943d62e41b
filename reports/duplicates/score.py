"""How likely two reports tell of one problem: the evidence added up, and each part of it named."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from reports.duplicates.facts import Facts
from reports.duplicates.features import Features, features_of
from reports.duplicates.settings import Profile, Settings
from reports.duplicates.signals import Signals, signals

DECIMALS: Final = 3
ENOUGH: Final = 3.0  # odds of 20 to 1
CONTRADICTIONS: Final = frozenset(
    {"other_landmark", "other_number", "other_side", "other_state", "other_thing", "other_fault", "other_look"}
    | {"denied", "other_street"}
)
IDENTITY: Final = frozenset({"photo", "person"})
Kind = Literal["duplicate", "recurrence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How likely, from 0 to 1, the same in either order, with what it was made of.

    `kind` is a recurrence where the earlier report was closed before the later one came.
    """

    value: float
    features: Mapping[str, Any]
    kind: Kind


def score(one: Facts, other: Facts, *, settings: Settings) -> Score:
    """Compare two reports."""
    profile = settings.pair(one.category, other.category)
    found = signals_of(one, other, settings=settings, profile=profile)
    return Score(
        value=value_of_evidence(evidence(found, profile)),
        features=Features(lambda: features_of(one, other, found=found, profile=profile, settings=settings)),
        kind=kind_of(one, other),
    )


def value_of(one: Facts, other: Facts, *, settings: Settings) -> float:
    """The value of the score alone."""
    profile = settings.pair(one.category, other.category)
    return value_of_evidence(evidence(signals_of(one, other, settings=settings, profile=profile), profile))


def signals_of(one: Facts, other: Facts, *, settings: Settings, profile: Profile) -> Signals:
    """The signals of a pair, on the scale of the profile."""
    return signals(one, other, scale_m=profile.scale_m, settings=settings)


def evidence(found: Signals, profile: Profile) -> float:
    """The logarithm of the odds: what place, time and words say for one problem is worth `ENOUGH` at most, so that a
    contradiction counts in full however near two reports are; who told it, and photos, come on top."""
    weights = profile.weights
    alike = against = sure = 0.0
    for name, value in zip(Signals._fields, found, strict=True):
        if value:
            if name in CONTRADICTIONS:
                against += weights[name] * value
            elif name in IDENTITY:
                sure += weights[name] * value
            else:
                alike += weights[name] * value
    return min(ENOUGH, alike) + against + sure


def kind_of(one: Facts, other: Facts) -> Kind:
    """Whether the later of the two came after the earlier one had been closed."""
    first, second = (one, other) if one.at <= other.at else (other, one)
    return "recurrence" if first.closed_at is not None and first.closed_at <= second.at else "duplicate"


def odds_of_value(value: float) -> float:
    """The logarithm of the odds that a score stands for; of 0 and 1 those next to them."""
    value = min(1 - 0.5 * 10**-DECIMALS, max(0.5 * 10**-DECIMALS, value))
    return math.log(value / (1 - value))


def value_of_evidence(odds: float) -> float:
    """The probability that these odds make, as scores have it."""
    return round(1 / (1 + math.exp(-max(-50.0, min(50.0, odds)))), DECIMALS)
