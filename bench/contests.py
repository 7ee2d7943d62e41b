"""Who is measured against whom, question by question, and what City Eye is to reach."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import questions
from bench.clients import HTTP, SQL
from bench.guard import same_page, same_route
from bench.servers import Server
from bench.statements import Recording, record
from geo.features import read_features
from jurisdictions.routing_query import find_ground

ROUTE, REPORTS = "/api/v1/route", "/api/v1/reports"
ROUTING, LISTING = find_ground.__module__, read_features.__module__


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One row of the table. `goal`: City Eye is to be at least that many times as fast."""

    name: str
    client: HTTP | SQL
    goal: float | None = None


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Contestants that answer the same question, City Eye the last."""

    title: str
    contestants: Sequence[Contestant]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where everybody is: City Eye, the server of the bare views and peers, and how many connections ask at once."""

    ours: Server
    bare: Server
    connections: int

    def http(self, server: Server, path: str, queries: Sequence[str], *, slow: bool = False) -> HTTP:
        """A client for these questions."""
        addresses = [f"{path}?{query}" for query in queries]
        return HTTP(server=server, addresses=addresses, connections=self.connections, slow=slow)

    def sql(self, recordings: Mapping[str, Recording]) -> SQL:
        """Bare loops over the statements that do the work."""
        statements = [each.main for each in recordings.values()]
        return SQL(url=os.environ["DATABASE_URL"], statements=statements, connections=self.connections)


@dataclass(frozen=True, kw_only=True)
class RouteQuestion:
    """Who answers for a point and a category?"""

    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that the bare view's rows say what our answer says. Raises Different."""
        for query in list(self.recordings)[::20]:
            same_route(ground.ours.fetch(f"{ROUTE}?{query}"), ground.bare.fetch(f"/bare/route?{query}"))

    def contest(self, ground: Ground) -> Contest:
        """The limits: no work, no Django, nothing but the statement."""
        queries = list(self.recordings)
        return Contest(
            title=f"Point to route ({len(queries)} places of reports, random categories)",
            contestants=[
                Contestant(name="null view", client=ground.http(ground.bare, "/null", queries)),
                Contestant(name="bare SQL, the routing statement", client=ground.sql(self.recordings)),
                Contestant(
                    name="bare view, the routing statement",
                    client=ground.http(ground.bare, "/bare/route", queries),
                    goal=0.7,
                ),
                Contestant(name="City Eye", client=ground.http(ground.ours, ROUTE, queries)),
            ],
        )


@dataclass(frozen=True, kw_only=True)
class PageQuestion:
    """Which reports are there?"""

    title: str
    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that bare view and peer give our features. Raises Different."""
        for query in list(self.recordings)[::20]:
            page = ground.ours.fetch(f"{REPORTS}?{query}")
            for other in ("bare", "drf-gis"):
                same_page(page, ground.bare.fetch(f"/{other}/reports?{query}"))

    def contest(self, ground: Ground) -> Contest:
        """The limits, and the peer."""
        queries = list(self.recordings)
        return Contest(
            title=self.title,
            contestants=[
                Contestant(name="bare SQL", client=ground.sql(self.recordings)),
                Contestant(
                    name="bare view, the same SQL",
                    client=ground.http(ground.bare, "/bare/reports", queries),
                    goal=0.8,
                ),
                Contestant(
                    name="drf-gis, GeoFeatureModelSerializer",
                    client=ground.http(ground.bare, "/drf-gis/reports", queries, slow=True),
                    goal=7,
                ),
                Contestant(name="City Eye", client=ground.http(ground.ours, REPORTS, queries)),
            ],
        )


Question = RouteQuestion | PageQuestion


def all_questions() -> list[Question]:
    """The questions of the bench, with what our code does for each recorded. Raises Unrecordable."""
    size = f"{questions.PAGE:,}"
    in_a_box = f"Page of {size} reports in a box that holds {questions.candidates():,} (random boxes)"
    return [
        RouteQuestion(recordings=_recorded(ROUTE, questions.routes(), ROUTING)),
        PageQuestion(title=in_a_box, recordings=_recorded(REPORTS, questions.boxes(), LISTING)),
        PageQuestion(
            title=f"Page of the newest {size} reports",
            recordings=_recorded(REPORTS, questions.newest(), LISTING),
        ),
    ]


def _recorded(path: str, queries: Sequence[str], module: str) -> dict[str, Recording]:
    return {query: record(f"{path}?{query}", module=module) for query in queries}
