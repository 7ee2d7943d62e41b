"""What a contest is: a question, those who answer it side by side, and what City Eye is to reach."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bench.clients import HTTP, SQL, Client
from bench.servers import Server
from bench.statements import Recording, record


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One row of the table. Goals: City Eye `goal` times as fast, or its median at most `most_ms` above this one's."""

    name: str
    client: Client
    goal: float | None = None
    most_ms: float | None = None


@dataclass(frozen=True, kw_only=True)
class Contest:
    """Contestants that answer the same question, City Eye the last; `notes` are lines below the table."""

    title: str
    contestants: Sequence[Contestant]
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where everybody is: City Eye, the server of the bare views, peers, and how many connections ask at once.

    `anew` is City Eye that keeps nothing of what it has answered. `missing` says of each peer that is not here why.
    """

    ours: Server
    anew: Server
    bare: Server
    connections: int
    peers: Mapping[str, Server] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)

    def http(self, server: Server, addresses: Sequence[str], *, slow: bool = False) -> HTTP:
        """A client for these questions."""
        return HTTP(server=server, addresses=addresses, connections=self.connections, slow=slow)

    def sql(self, recordings: Mapping[str, Recording]) -> SQL:
        """Bare loops over the statements that do the work."""
        statements = [each.main for each in recordings.values()]
        return SQL(url=os.environ["DATABASE_URL"], statements=statements, connections=self.connections)

    def peer(
        self, name: str, label: str, addresses: Sequence[str], *, goal: float, slow: bool = False
    ) -> list[Contestant]:
        """The peer's row, where it is here."""
        if (found := self.peers.get(name)) is None:
            return []
        return [Contestant(name=label, client=self.http(found, addresses, slow=slow), goal=goal)]

    def notes(self, *names: str) -> list[str]:
        """A line for each of these peers that is not here."""
        return [f"{name}: {self.missing[name]}" for name in names if name in self.missing]


class Question(Protocol):
    """What is asked, and who may answer."""

    @property
    def recordings(self) -> Mapping[str, Recording]:
        """What our code did for each address."""

    def compare(self, ground: Ground) -> None:
        """See that all give the same data. Raises Different or NotServing."""

    def contest(self, ground: Ground) -> Contest:
        """Those who take part."""


def recorded(addresses: Sequence[str], *, module: str) -> dict[str, Recording]:
    """What our code does for each of the addresses. Raises Unrecordable."""
    return {address: record(address, module=module) for address in addresses}


def some(addresses: Mapping[str, Recording] | Sequence[str]) -> list[str]:
    """Those whose answers are compared."""
    return list(addresses)[::20]


def at(prefix: str, addresses: Mapping[str, Recording] | Sequence[str]) -> list[str]:
    """The addresses of a bare view: its prefix, then ours."""
    return [prefix + address for address in addresses]
