"""What texts tell, as arrays: enough to say of many pairs at once what they cannot have in common.

Words are single bits of 64: two words may have the same one, so what has no bit in common has no word in common, and
nothing follows from the other case.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.facts import Facts
from reports.duplicates.settings import Settings
from reports.duplicates.signals import SPOKEN, SURE
from reports.duplicates.text import Evoked

Bits = NDArray[np.uint64]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

OPPOSED: Final = ("side", "state", "thing", "look")  # kinds whose sides exclude each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Texts one below the other. `said` is how much is told, 0 to 1; `topics` of what it makes one think, as vectors
    whose products are `signals.across_topic`; `sides` the groups named on each axis, by the axis.
    """

    said: Floats
    words: Bits
    landmarks: Bits
    placed: NDArray[np.bool_]
    """Whether it names a place that is known as one, beside what its own category is called by."""
    numbers: Bits
    in_text: NDArray[np.bool_]
    sides: dict[str, Bits]
    topics: NDArray[np.float32]

    @classmethod
    def of(cls, reports: Sequence[Facts], *, settings: Settings) -> Self:
        """Read the texts of these reports."""
        read, numbers = settings.lexicon.read, settings.lexicon.numbers
        tellings = [read(each.words) for each in reports]
        houses = [numbers(each.words, each.address) for each in reports]
        axes = sorted({axis for each in tellings for axis in each.sides if settings.lexicon.kind_of(axis) in OPPOSED})
        return cls(
            said=np.array([min(1.0, each.total / SPOKEN) for each in tellings], np.float64),
            words=_bits(each.weights for each in tellings),
            landmarks=_bits(each.landmarks for each in tellings),
            placed=np.array(
                [
                    any(key.startswith("#") for key in told.landmarks - settings.topic(each.category))
                    for told, each in zip(tellings, reports, strict=True)
                ],
                np.bool_,
            ),
            numbers=_bits(each.told | each.given for each in houses),
            in_text=np.array([bool(each.told) for each in houses], np.bool_),
            sides={axis: _bits(each.sides.get(axis, ()) for each in tellings) for axis in axes},
            topics=_topics([each.evoked for each in tellings]),
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
