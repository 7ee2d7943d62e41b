"""One made-up report after the other: what, where, when, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point

from jurisdictions.models import Category, Moderation
from reports.contacts import NewContact
from reports.seeding.phrases import Phrases
from reports.seeding.places import Ground, HotSpot
from reports.workflow import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A later status of the report, with the office's note."""

    status: Status
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReport:
    """A report to be submitted, and what is to be done with it afterwards."""

    category: Category
    location: Point
    description: str
    language: str
    address: str
    accuracy_m: float | None
    reported_at: datetime
    received_at: datetime
    contact: NewContact
    steps: tuple[Step, ...]
    is_published: bool


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans report number n of a seed, the same whatever else is planned; on `until` there are none."""

    seed: int
    until: date
    days: int
    time_zone: ZoneInfo
    categories: Sequence[Category]
    ground: Ground
    phrases: Phrases

    def plan(self, number: int) -> PlannedReport:
        """Report `number`."""
        random = Random(f"{self.seed}:{number}")  # noqa: S311  # the same seed must give the same report
        received_at = self._moment(random)
        near = self.ground.hot_spot(random) if random.random() < 0.45 else None
        category = self._category(random, received_at.month, near)
        street, location = self.ground.place(random, near)
        language = self._language(random, category, street.name_en)
        name = street.name_en if language == "en" else street.name_fa
        return PlannedReport(
            category=category,
            location=location,
            description=self.phrases.text(random, category=category.code, language=language, street=name),
            language=language,
            address=name if random.random() < 0.2 else "",
            accuracy_m=random.choice([None, 4.0, 6.0, 8.0, 12.0, 20.0, 35.0]),
            reported_at=received_at - timedelta(seconds=random.randint(1, 240)),
            received_at=received_at,
            contact=self._contact(random, number),
            steps=tuple(self._steps(random, received_at)),
            is_published=category.moderation != Moderation.NEVER and random.random() < 0.6,
        )

    def _moment(self, random: Random) -> datetime:
        days = [self.until - timedelta(days=back) for back in range(1, self.days + 1)]
        day = random.choices(days, weights=[self.phrases.weekdays[each.weekday()] for each in days])[0]
        hour = random.choices(range(24), weights=self.phrases.hours)[0]
        clock = time(hour, random.randrange(60), random.randrange(60), tzinfo=self.time_zone)
        return datetime.combine(day, clock)

    def _category(self, random: Random, month: int, near: HotSpot | None) -> Category:
        """A category by its weight; around a hot spot mostly one of the few that make it hot."""
        topics = [self.phrases.about(category.code) for category in self.categories]
        weights = [0.0 if topic.months and month not in topic.months else topic.weight for topic in topics]
        if near and random.random() < 0.6:
            hot = Random(near.mood).choices(self.categories, weights=weights, k=3)  # noqa: S311
            return random.choice(hot)
        return random.choices(self.categories, weights=weights)[0]

    def _language(self, random: Random, category: Category, street: str) -> str:
        has_english = bool(street) and "en" in self.phrases.about(category.code).sentences
        return "en" if has_english and random.random() < 0.1 else "fa"

    def _contact(self, random: Random, number: int) -> NewContact:
        """One in a hundred leaves a name and a way to be reached, none of which anybody has."""
        if random.random() >= 0.01:
            return NewContact()
        phone = f"+1202555{random.randint(100, 199):04}" if random.random() < 0.4 else ""
        name = random.choice(self.phrases.people)
        return NewContact(name=name, phone=phone, email=f"reporter-{number}@example.com")

    def _steps(self, random: Random, received_at: datetime) -> list[Step]:
        """What became of it, as far as it became so before `until`."""
        neglected = 8 if random.random() < 0.1 else 1
        steps = [self._step(random, Status.IN_PROGRESS, received_at, random.expovariate(1 / 2) * neglected)]
        if random.random() < 0.05:
            steps.append(self._step(random, Status.WAITING, steps[-1].at, random.expovariate(1 / 3)))
        last = Status.REJECTED if random.random() < 0.09 else Status.RESOLVED
        steps.append(self._step(random, last, steps[-1].at, random.expovariate(1 / 7) * neglected))
        end = datetime.combine(self.until, time(), tzinfo=self.time_zone)
        return [step for step in steps if step.at < end]

    def _step(self, random: Random, status: Status, after: datetime, days: float) -> Step:
        """A step at an hour at which offices work, on a later day than the one before."""
        day = after.date() + timedelta(days=1 + int(days))
        clock = time(random.randint(7, 14), random.randrange(60), random.randrange(60), tzinfo=self.time_zone)
        return Step(status=status, at=datetime.combine(day, clock), note=self.phrases.note(random, status=status))
