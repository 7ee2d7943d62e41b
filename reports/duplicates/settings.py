"""By what reports are compared: a profile for each category, kin categories, and the words that mean the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from persian.normalize import fold
from reports.duplicates.lexicon import REMEMBERED, Lexicon, WordGroup
from reports.duplicates.meaning import NO_MEANINGS, Meanings
from reports.duplicates.text import Telling

LIKELY: Final = 0.7  # the kinship of a category with what it is plainly about


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the reports of a category are compared. Metres and days are limits; the two scores go from 0 to 1."""

    radius_m: float
    window_days: float
    scale_m: float
    suggest_from: float
    link_from: float
    cap_m: float
    weights: Mapping[str, float]


class Settings:
    """All that scores depend on beside the reports; never changed once made."""

    def __init__(
        self,
        *,
        default: Profile,
        profiles: Mapping[str, Profile],
        kinship: Mapping[frozenset[str], float],
        words: Iterable[WordGroup],
        meanings: Meanings = NO_MEANINGS,
        names: Mapping[str, tuple[str, ...]] | None = None,
        also: Mapping[str, str] | None = None,
        version: str = "",
    ) -> None:
        self.version: Final = version
        self.default: Final = default
        self.profiles: Final = dict(profiles)
        self.words: Final = tuple(words)
        self.meanings: Final = meanings
        self.lexicon: Final = Lexicon(self.words, meanings)
        self.names: Final = dict(names or {})
        self.also: Final = dict(also or {})
        self._codes: dict[str, str] = {}
        self._topics: dict[str, frozenset[str]] = {}
        self._named = dict(kinship)
        self._kin: dict[str, frozenset[str]] = {}
        for pair in kinship:
            for code in pair:
                self._kin[code] = self._kin.get(code, frozenset()) | pair
        self._pairs: dict[tuple[str, str], Profile] = {}
        self._relations: dict[tuple[str, str], tuple[float, frozenset[str]]] = {}
        self.kin_topics = lru_cache(maxsize=REMEMBERED)(self._kin_topics)

    def profile(self, category: str) -> Profile:
        """The profile of a category; of one that nobody has heard of, the default."""
        return self.profiles.get(category, self.default)

    def kinship(self, one: str, other: str) -> float:
        """1 for the same category, 0 for two that have nothing in common.

        A category that nobody has heard of is kin to those about the same thing if its name is that thing and nothing
        else: “asphalt” to potholes.
        """
        return self.relation(one, other)[0]

    def _how_kin(self, one: str, other: str) -> float:
        if one == other:
            return 1.0
        pair = frozenset((one, other))
        if pair in self._named:
            return self._named[pair]
        return 0.0 if pair <= self.names.keys() else self._likely(one, other)

    def _likely(self, one: str, other: str) -> float:
        bare = all(code in self.names or self._things(code) == self.topic(code) for code in (one, other))
        return LIKELY if bare and self._things(one) & self._things(other) else 0.0

    def relation(self, one: str, other: str) -> tuple[float, frozenset[str]]:
        """The kinship of two categories, and the words by which either is called."""
        found = self._relations.get((one, other))
        if found is None:
            found = self._how_kin(one, other), self.topic(one) | self.topic(other)
            self._relations[one, other] = self._relations[other, one] = found
        return found

    def _kin_topics(self, words: str) -> Mapping[str, float]:
        """How kin each category is to those of which a folded text makes one think, on the average."""
        evoked = self.lexicon.read(words).evoked
        near: dict[str, float] = {}
        for code, share in evoked.topics.items():
            for kin in sorted(self.kin_of(code)):
                near[kin] = near.get(kin, 0.0) + share * self.kinship(code, kin)
        return {code: value / evoked.total for code, value in near.items()}

    def topic(self, category: str) -> frozenset[str]:
        """The keys of the words by which the category itself is called: that a report has them says nothing."""
        if category not in self._topics:
            self._topics[category] = frozenset(self._called(category).weights)
        return self._topics[category]

    def _things(self, category: str) -> frozenset[str]:
        sides = self._called(category).sides
        things = (keys for axis, keys in sides.items() if self.lexicon.kind_of(axis) == "thing")
        return frozenset().union(*things)

    def _called(self, category: str) -> Telling:
        names = self.names.get(category, (category.replace("-", " "),))
        return self.lexicon.read(fold(" ".join(names)))

    def code_of(self, name: str) -> str:
        """The category that is meant by a code or a name in any spelling; what nobody has heard of means itself."""
        if not self._codes:
            self._codes.update({_key(name): code for name, code in self.also.items() if code in self.names})
            self._codes.update({_key(each): code for code, names in self.names.items() for each in (code, *names)})
        return self._codes.get(_key(name), name)

    def kin_of(self, category: str) -> frozenset[str]:
        """The categories that are named as kin, this one among them."""
        return self._kin.get(category, frozenset()) | {category}

    @property
    def kinships(self) -> Mapping[frozenset[str], float]:
        """All pairs of kin categories that were named."""
        return self._named

    def pair(self, one: str, other: str) -> Profile:
        """The profile for comparing reports of two categories, the same in either order: the wider limits, the
        stricter scores, and the mean of what is weighed."""
        key = (one, other) if one <= other else (other, one)
        if key not in self._pairs:
            self._pairs[key] = _mixed(self.profile(key[0]), self.profile(key[1]))
        return self._pairs[key]

    def with_(
        self,
        *,
        default: Profile | None = None,
        profiles: Mapping[str, Profile] | None = None,
        meanings: Meanings | None = None,
        names: Mapping[str, tuple[str, ...]] | None = None,
    ) -> "Settings":
        """The same with other profiles, directions of words, or names of categories."""
        return Settings(
            default=default or self.default,
            profiles=self.profiles if profiles is None else profiles,
            kinship=self._named,
            words=self.words,
            meanings=self.meanings if meanings is None else meanings,
            names=self.names if names is None else names,
            also=self.also,
            version=self.version,
        )


def _key(name: str) -> str:
    return fold(name).replace("_", " ").replace("-", " ")


def _mixed(one: Profile, other: Profile) -> Profile:
    if one is other:
        return one
    return replace(
        one,
        radius_m=max(one.radius_m, other.radius_m),
        window_days=max(one.window_days, other.window_days),
        scale_m=(one.scale_m + other.scale_m) / 2,
        suggest_from=max(one.suggest_from, other.suggest_from),
        link_from=max(one.link_from, other.link_from),
        cap_m=max(one.cap_m, other.cap_m),
        weights={name: (weight + other.weights[name]) / 2 for name, weight in one.weights.items()},
    )
