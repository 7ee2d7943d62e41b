"""What a process has answered before, and nothing has changed since: it remembers the answer, and asks if it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.contests import Contest, Contestant, Ground, at, some
from bench.guard import Different
from bench.statements import Recording

BARE = "/bare/rows"
NAME = "bare view, the same SQL as for an answer made anew, its rows as JSON"


@dataclass(frozen=True, kw_only=True)
class AgainQuestion:
    """The same addresses again and again. Goals as in a row of the table; `connections`: as many as usual, or so many.

    Elsewhere nothing is kept: there each answer is made.
    """

    title: str
    recordings: Mapping[str, Recording]
    goal: float | None = None
    most_ms: float | None = None
    connections: int | None = None

    def compare(self, ground: Ground) -> None:
        """See that what is kept is what is made anew. Raises Different."""
        for address in some(self.recordings):
            made = ground.anew.fetch(address)
            if any(ground.ours.fetch(address) != made for _ in range(4)):
                raise Different(f"{address} is answered otherwise from memory")

    def contest(self, ground: Ground) -> Contest:
        """The limits."""
        ground = replace(ground, connections=self.connections or ground.connections)
        addresses = list(self.recordings)
        null = ground.http(ground.bare, ["/null"])
        bare = ground.http(ground.bare, at(BARE, addresses))
        return Contest(
            title=f"{self.title}, asked again while nothing has changed",
            contestants=[
                Contestant(name="null view", client=null, most_ms=self.most_ms),
                Contestant(name=NAME, client=bare, goal=self.goal),
                Contestant(name="City Eye", client=ground.http(ground.ours, addresses)),
            ],
        )
