"""Who answers for a point and a category?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench import questions
from bench.contests import Contest, Contestant, Ground, Question, at, recorded, some
from bench.guard import same_route
from bench.statements import Recording
from jurisdictions.routing_query import find_ground

MODULE: Final = find_ground.__module__
BARE: Final = "/bare/rows"


@dataclass(frozen=True, kw_only=True)
class RouteQuestion:
    """The route of one point."""

    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that the bare view's rows say what our answer says. Raises Different."""
        for address in some(self.recordings):
            same_route(ground.ours.fetch(address), ground.bare.fetch(BARE + address))

    def contest(self, ground: Ground) -> Contest:
        """The limits: no work, no Django, nothing but the statement."""
        addresses = list(self.recordings)
        return Contest(
            title=f"Point to route ({len(addresses)} places of reports, random categories)",
            contestants=[
                Contestant(name="null view", client=ground.http(ground.bare, ["/null"])),
                Contestant(name="bare SQL, the routing statement", client=ground.sql(self.recordings)),
                Contestant(
                    name="bare view, the routing statement",
                    client=ground.http(ground.bare, at(BARE, addresses)),
                    goal=0.7,
                ),
                Contestant(name="City Eye", client=ground.http(ground.ours, addresses)),
            ],
        )


def all_questions() -> list[Question]:
    """What is asked about routes. Raises Unrecordable."""
    return [RouteQuestion(recordings=recorded(questions.routes(), module=MODULE))]
