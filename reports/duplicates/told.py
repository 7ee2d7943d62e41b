"""What texts tell, as arrays: enough to say of many pairs at once what they cannot have in common.

Words are single bits of 64: two words may have the same one, so what has no bit in common has no word in common, and
nothing follows from the other case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.beside import known, placed
from reports.duplicates.facts import Facts
from reports.duplicates.settings import Settings
from reports.duplicates.signals import SPOKEN, SURE
from reports.duplicates.text import NUMBER_WEIGHT, UNKNOWN_WEIGHT, WEIGHTS, Evoked, Telling

Bits = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LIGHT: Final = WEIGHTS["thing"]
HEAVIEST: Final = max(*WEIGHTS.values(), UNKNOWN_WEIGHT, NUMBER_WEIGHT)
_NONE: Final[frozenset[str]] = frozenset()
OPPOSED: Final = ("side", "state", "thing", "look")  # kinds whose sides exclude each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Texts one below the other. `said` is how much is told, 0 to 1; `topics` of what it makes one think, as vectors
    whose products are `signals.across_topic`; `meanings` their directions, and whether they have one; `sides` the
    groups named on each axis, by the axis.
    """

    said: Floats
    words: Bits
    telling: Bits
    """Words that say more than `LIGHT`, beside what its own category is called by."""
    landmarks: Bits
    beside: Bits
    """What it is beside, by text or address."""
    placed: NDArray[np.bool_]
    """Whether it says so of a place that is known as one, beside what its own category is called by."""
    numbers: Bits
    in_text: NDArray[np.bool_]
    sides: dict[str, Bits]
    about: dict[str, NDArray[np.bool_]]
    """Whether on an axis it names what its category is about."""
    topics: NDArray[np.float32]
    meanings: NDArray[np.float32]
    meant: NDArray[np.bool_]

    @classmethod
    def of(cls, reports: Sequence[Facts], *, settings: Settings) -> Self:
        """Read the texts of these reports."""
        read, numbers = settings.lexicon.read, settings.lexicon.numbers
        tellings = [read(each.words) for each in reports]
        addresses = [read(each.address) for each in reports]
        beside = [placed(told, address) for told, address in zip(tellings, addresses, strict=True)]
        houses = [numbers(each.words, each.address) for each in reports]
        axes = sorted({axis for each in tellings for axis in each.sides if settings.lexicon.kind_of(axis) in OPPOSED})
        return cls(
            said=np.array([min(1.0, each.total / SPOKEN) for each in tellings], np.float64),
            words=_bits({*told.weights, *given.weights} for told, given in zip(tellings, addresses, strict=True)),
            telling=_bits(
                {key for key, weight in told.weights.items() if weight > LIGHT} - settings.topic(each.category)
                for told, each in zip(tellings, reports, strict=True)
            ),
            landmarks=_bits(each.landmarks for each in tellings),
            beside=_bits(beside),
            placed=np.array(
                [
                    bool(each.words) and known(keys - settings.topic(each.category))
                    for keys, each in zip(beside, reports, strict=True)
                ],
                np.bool_,
            ),
            numbers=_bits(each.told | each.given for each in houses),
            in_text=np.array([bool(each.told) for each in houses], np.bool_),
            sides={axis: _bits(each.sides.get(axis, ()) for each in tellings) for axis in axes},
            about={
                axis: np.array(
                    [
                        not told.sides.get(axis, _NONE).isdisjoint(settings.topic(each.category))
                        for told, each in zip(tellings, reports, strict=True)
                    ],
                    np.bool_,
                )
                for axis in axes
                if settings.lexicon.kind_of(axis) == "thing"
            },
            topics=_topics([each.evoked for each in tellings]),
            meanings=_meanings(tellings),
            meant=np.array([len(each.meaning) > 0 for each in tellings], np.bool_),
        )


def _bits(sets: Iterable[Iterable[str]]) -> Bits:
    return np.array([_mask(keys) for keys in sets], np.uint64)


def _mask(keys: Iterable[str]) -> int:
    mask = 0
    for key in keys:
        mask |= 1 << (hash(key) & 63)
    return mask


def _topics(evoked: Sequence[Evoked]) -> NDArray[np.float32]:
    codes = {code: place for place, code in enumerate(sorted({code for each in evoked for code in each.topics}))}
    found = np.zeros((len(evoked), max(1, len(codes))), np.float32)
    for row, each in enumerate(evoked):
        if each.topics:
            sure = min(1.0, each.total / SURE) / each.norm
            for code, share in each.topics.items():
                found[row, codes[code]] = share * sure
    return found


def _meanings(tellings: Sequence[Telling]) -> NDArray[np.float32]:
    found = np.zeros((len(tellings), max((len(each.meaning) for each in tellings), default=0)), np.float32)
    for row, each in enumerate(tellings):
        if len(each.meaning):
            found[row] = each.meaning
    return found
