"""Who goes before whom: the rules of a city heard against each other in every case that tells them apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import groupby, pairwise, product
from typing import NamedTuple

from jurisdictions.models import Category, Level, RoutingRule
from jurisdictions.rules.register import Days, Register, days_of

WEEK = 7
NOT_STORED = 2**63  # a rule that has no key yet is the youngest


class Moment(NamedTuple):
    """What conditions ask about: ISO weekday, time of the city's day (None: a bare day), way in ("": unknown)."""

    weekday: int
    clock: time | None
    source: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Voice:
    """A rule as it competes with others, on days of which there is at least one."""

    rule: RoutingRule
    level: Level
    days: Days

    @property
    def order(self) -> tuple[int, int, int]:
        """How specific, how many conditions, the level's rank: the greater goes first."""
        rule = self.rule
        specificity = 2 if rule.category_id else 1 if rule.group_id else 0
        conditions = (rule.from_time is not None) + bool(rule.weekdays) + bool(rule.sources)
        return specificity, conditions, self.level.rank

    def is_about(self, category: Category | None) -> bool:
        """Whether the rule speaks of a category; None is the question without one."""
        if self.rule.category_id:
            return category is not None and self.rule.category_id == category.pk
        if self.rule.group_id:
            return category is not None and self.rule.group_id == category.group_id
        return True

    def speaks_at(self, moment: Moment) -> bool:
        """Whether the conditions of the rule hold."""
        rule = self.rule
        return (
            (not rule.weekdays or moment.weekday in rule.weekdays)
            and (not rule.sources or moment.source in rule.sources)
            and _in_span(moment.clock, rule.from_time, rule.until_time)
        )


def _in_span(clock: time | None, first: time | None, until: time | None) -> bool:
    if first is None or until is None:
        return True
    if clock is None:
        return False
    return first <= clock < until if first < until else clock >= first or clock < until


def voices_of(rules: Iterable[RoutingRule]) -> list[Voice]:
    """The rules that hold on any day, as they compete; each rule's level must be known to it."""
    return [Voice(rule=rule, level=rule.level, days=days) for rule in rules if (days := days_of(rule))]


def in_order(voices: Iterable[Voice]) -> list[Voice]:
    """The voices as they are asked; among equals, each level by itself, the older rule first."""
    return sorted(voices, key=_place)


def _place(voice: Voice) -> tuple[int, ...]:
    return (*(-each for each in voice.order), voice.level.pk, voice.rule.pk or NOT_STORED)


def meet(one: Voice, other: Voice, *, categories: Sequence[Category]) -> bool:
    """Whether there is a day, a category (or none) and a moment at which both speak."""
    days = Days(max(one.days.first, other.days.first), min(one.days.until, other.days.until))
    if days.first >= days.until:
        return False
    about = any(one.is_about(each) and other.is_about(each) for each in [None, *categories])
    together = moments([one, other], days)
    return about and any(one.speaks_at(each) and other.speaks_at(each) for each in together)


@dataclass(kw_only=True)
class Outcome:
    """Who decides anywhere at all, who went before whom, and which two stand equal where both would decide."""

    deciding: set[Voice] = field(default_factory=set)
    before: dict[Voice, set[Voice]] = field(default_factory=dict)
    equal: set[tuple[Voice, Voice]] = field(default_factory=set)


def hear(register: Register, voices: Sequence[Voice], *, during: Days) -> Outcome:
    """Let the rules compete in each case that the days, categories and conditions of any of them tell apart."""
    outcome = Outcome()
    heard: set[tuple[Days, frozenset[Voice]]] = set()
    for category in [None, *register.categories]:
        about = [each for each in voices if each.is_about(category) and each.days.overlap(during)]
        for days in _spells(register, about, during):
            present = [each for each in about if each.days.overlap(days)]
            for moment in moments(present, days):
                speaking = frozenset(each for each in present if each.speaks_at(moment))
                if speaking and (days, speaking) not in heard:
                    heard.add((days, speaking))
                    _Hearing(register, days, outcome).hold(speaking)
    return outcome


def _spells(register: Register, voices: Iterable[Voice], during: Days) -> Iterator[Days]:
    """The days cut wherever a rule or a boundary begins or ends."""
    changing = [each.days for each in voices] + [each.days for each in register.ground]
    cuts = {during.first, during.until} | {day for days in changing for day in days}
    return (Days(*pair) for pair in pairwise(sorted(day for day in cuts if during.first <= day <= during.until)))


def moments(voices: Iterable[Voice], days: Days) -> Iterator[Moment]:
    """One moment for each case that the conditions of these rules tell apart within the days."""
    rules = [each.rule for each in voices]
    weekdays = weekdays_within(days) if any(rule.weekdays for rule in rules) else {days.first.isoweekday()}
    clocks = {time.min} | {each for rule in rules for each in (rule.from_time, rule.until_time) if each}
    sources = {""} | {each for rule in rules for each in rule.sources}
    return (Moment(*case) for case in product(weekdays, [None, *clocks], sources))


def weekdays_within(days: Days) -> set[int]:
    """The ISO weekdays that fall into the days."""
    length = min((days.until - days.first).days, WEEK)
    return {(days.first + timedelta(days=step)).isoweekday() for step in range(length)}


class _Hearing:
    """One case: what ground each rule takes of what those before it left."""

    def __init__(self, register: Register, days: Days, outcome: Outcome) -> None:
        self.register = register
        self.days = days
        self.outcome = outcome
        self.taken: dict[int, Voice] = {}
        self.closing: set[Voice] = set()  # together they took all of a level that fills the city

    def hold(self, speaking: Iterable[Voice]) -> None:
        """Ask the rules in their order; those equal but for their level ask for other ground and do not compete."""
        for _order, peers in groupby(in_order(speaking), key=lambda voice: voice.order):
            levels = [list(each) for _level, each in groupby(peers, key=lambda voice: voice.level.pk)]
            for rivals in levels:
                self._compete(rivals)
            if not self.closing:
                for rivals in levels:
                    self._close(rivals[0].level)

    def _compete(self, rivals: list[Voice]) -> None:
        """Rules of one level that nothing but their age tells apart."""
        free: dict[Voice, set[int]] = {}
        for voice in rivals:
            wanted = self._reach(voice)
            free[voice] = set() if self.closing else wanted - self.taken.keys()
            if wanted and not free[voice]:
                self._note_before(voice, wanted)
            for other in free:
                if other.rule.function_id != voice.rule.function_id and free[other] & free[voice]:
                    self.outcome.equal.add((other, voice))
        for voice in rivals:
            if mine := free[voice] - self.taken.keys():
                self.outcome.deciding.add(voice)
                self.taken |= dict.fromkeys(mine, voice)
            elif free[voice]:
                self._note_before(voice, free[voice])

    def _note_before(self, voice: Voice, wanted: set[int]) -> None:
        before = self.outcome.before.setdefault(voice, set())
        before |= {self.taken[place] for place in wanted if place in self.taken} or self.closing

    def _reach(self, voice: Voice) -> set[int]:
        """The ground on which the rule leads to a department."""
        return self.register.served(level_id=voice.level.pk, function_id=voice.rule.function_id, days=self.days)

    def _close(self, level: Level) -> None:
        """Once all ground of a level that fills the city is taken, nothing is left for whoever comes later."""
        grounds = self.register.grounds(level_id=level.pk, days=self.days)
        if grounds and grounds <= self.taken.keys() and self.register.fills(level, on=self.days.first):
            self.closing = {self.taken[each] for each in grounds}
