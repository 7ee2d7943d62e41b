"""How many reports are where, over the whole city? One connection: what counts is how long one answer takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bench import questions
from bench.again import AgainQuestion
from bench.contests import Contest, Contestant, Ground, Question, at, recorded, some
from bench.guard import same_count
from bench.outside import SUPERCLUSTER
from bench.statements import Recording
from bench.supercluster import Supercluster, start
from reports.density.counted import counted

MODULE: Final = counted.__module__
BARE: Final = "/bare/rows"
TITLE: Final = "Clusters of the whole city"
ZOOM: Final = 11
MOST_BYTES: Final = 30_000


@dataclass(frozen=True, kw_only=True)
class CityQuestion:
    """All clusters of the city. `most_ms`: how much longer than a view that does nothing they may take."""

    title: str
    recordings: Mapping[str, Recording]
    most_ms: float
    in_memory: bool = False

    def compare(self, ground: Ground) -> None:
        """See that our clusters count what the rows of the statement count. Raises Different."""
        for address in some(self.recordings):
            same_count(ground.anew.fetch(address), ground.bare.fetch(BARE + address))

    def contest(self, ground: Ground) -> Contest:
        """The limits, and clusters that are kept in memory."""
        alone = replace(ground, connections=1)
        addresses = list(self.recordings)
        null = alone.http(ground.bare, ["/null"])
        bare = alone.http(ground.bare, at(BARE, addresses))
        peer, notes = self._peer(ground)
        return Contest(
            title=f"{self.title}, zoom {ZOOM}, one connection",
            contestants=[
                Contestant(name="null view", client=null, most_ms=self.most_ms),
                Contestant(name="bare SQL", client=alone.sql(self.recordings)),
                Contestant(name="bare view, the same SQL, its rows as JSON", client=bare),
                *peer,
                Contestant(name="City Eye, nothing kept", client=alone.http(ground.anew, addresses)),
            ],
            notes=[*notes, _size(max(len(ground.anew.fetch(address)) for address in addresses))],
        )

    def _peer(self, ground: Ground) -> tuple[Sequence[Contestant], Sequence[str]]:
        if not self.in_memory:
            return [], []
        if SUPERCLUSTER in ground.missing:
            return [], ground.notes(SUPERCLUSTER)
        made: Supercluster = start(box=questions.city(), zoom=ZOOM, places=questions.places_as_json())
        note = f"{SUPERCLUSTER}: {made.load_ms:,.0f} ms to load before the first answer, {made.megabytes:,.0f} MB"
        return [Contestant(name=f"{SUPERCLUSTER}, the query in node's memory", client=made)], [note]


def _size(octets: int) -> str:
    verdict = "reached" if octets <= MOST_BYTES else "missed"
    return (
        f"City Eye's largest answer, not compressed: {octets / 1000:.1f} kB; goal: ≤ {MOST_BYTES // 1000} kB {verdict}"
    )


def all_questions() -> list[Question]:
    """What is asked about clusters. Raises Unrecordable."""
    whole = recorded([questions.city_wide(ZOOM)], module=MODULE)
    return [
        CityQuestion(title=TITLE, recordings=whole, most_ms=5, in_memory=True),
        AgainQuestion(title=f"{TITLE}, zoom {ZOOM}, one connection", recordings=whole, most_ms=5, connections=1),
        CityQuestion(
            title=f"{TITLE} by category and status",
            recordings=recorded(questions.city_wide_filtered(ZOOM), module=MODULE),
            most_ms=20,
        ),
    ]
