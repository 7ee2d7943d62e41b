"""Which reports are there? Pages of the list: in a box, the newest, one deep in a walk, and one that the client has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from bench import questions
from bench.clients import if_none_match
from bench.contests import Contest, Contestant, Ground, Question, at, recorded, some
from bench.guard import Different, same_page
from bench.outside import COLLECTION, PYGEOAPI, TIPG
from bench.questions import PAGE, REPORTS
from bench.statements import Recording
from geo.pages import read_page

MODULE: Final = read_page.__module__
BARE: Final = "/bare/page"
DRF_GIS: Final = "/drf-gis"
PEERS: Final = {TIPG: f"/collections/{COLLECTION}/items", PYGEOAPI: "/collections/reports/items"}


@dataclass(frozen=True, kw_only=True)
class PageQuestion:
    """A page of the list. `with_peers`: by those as well that have a server of their own."""

    title: str
    recordings: Mapping[str, Recording]
    with_peers: bool = False

    def compare(self, ground: Ground) -> None:
        """See that everybody gives our features. Raises Different."""
        for address in some(self.recordings):
            page = ground.ours.fetch(address)
            same_page(page, ground.bare.fetch(BARE + address))
            same_page(page, ground.bare.fetch(DRF_GIS + address), within=_box(address))
            for name, server in ground.peers.items() if self.with_peers else ():
                same_page(page, server.fetch(_theirs(name, address)))

    def contest(self, ground: Ground) -> Contest:
        """The limits, and the peers."""
        addresses = list(self.recordings)
        peers = [
            each
            for name in (PEERS if self.with_peers else ())
            for each in ground.peer(
                name, f"{name}, not counting", [_theirs(name, each) for each in addresses], goal=2.5, slow=True
            )
        ]
        return Contest(
            title=self.title,
            contestants=[
                Contestant(name="bare SQL", client=ground.sql(self.recordings)),
                Contestant(
                    name="bare view, the same SQL", client=ground.http(ground.bare, at(BARE, addresses)), goal=0.8
                ),
                *peers,
                Contestant(
                    name="drf-gis, GeoFeatureModelSerializer",
                    client=ground.http(ground.bare, at(DRF_GIS, addresses), slow=True),
                    goal=7,
                ),
                Contestant(name="City Eye", client=ground.http(ground.ours, addresses)),
            ],
            notes=ground.notes(*PEERS) if self.with_peers else (),
        )


def _box(address: str) -> tuple[float, ...] | None:
    given = dict(parse_qsl(urlsplit(address).query)).get("bbox")
    return tuple(map(float, given.split(","))) if given else None


def _theirs(name: str, address: str) -> str:
    """A peer's address for a page of ours; none of them orders by itself."""
    return f"{PEERS[name]}?{urlsplit(address).query}&sortby=-received_at&f={'geojson' if name == TIPG else 'json'}"


@dataclass(frozen=True, kw_only=True)
class DeepQuestion:
    """A page far down a walk by keys, beside the first one of as many reports."""

    first: str
    deep: str
    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that the bare view gives the features of both."""
        for address in self.recordings:
            same_page(ground.ours.fetch(address), ground.bare.fetch(BARE + address))

    def contest(self, ground: Ground) -> Contest:
        """Page 1 is what the other is to be as fast as."""
        bare = ground.http(ground.bare, [BARE + self.deep])
        size = questions.deep_size()
        return Contest(
            title=f"Page {questions.DEEP} of a walk by keys through the newest reports, {size:,} a page",
            contestants=[
                Contestant(name="City Eye, page 1", client=ground.http(ground.ours, [self.first]), goal=0.9),
                Contestant(name=f"bare view, the SQL of page {questions.DEEP}", client=bare),
                Contestant(name=f"City Eye, page {questions.DEEP}", client=ground.http(ground.ours, [self.deep])),
            ],
        )


@dataclass(frozen=True, kw_only=True)
class KeptQuestion:
    """A page that the client has already."""

    addresses: list[str]

    @property
    def recordings(self) -> Mapping[str, Recording]:
        """Nobody else is asked."""
        return {}

    def compare(self, ground: Ground) -> None:
        """See that 304 is the answer, without a body, and only to who has the page. Raises Different."""
        for address in some(self.addresses):
            _status, etag, _page = ground.ours.ask(address)
            if (found := ground.ours.ask(address, if_none_match([etag])))[::2] != (304, b""):
                raise Different(f"{address} with {etag} is answered with {found[0]}")
            if (status := ground.ours.ask(address, if_none_match(['"another"']))[0]) != 200:
                raise Different(f"{address} with another ETag is answered with {status}")

    def contest(self, ground: Ground) -> Contest:
        """The page itself is what 304 is to be cheaper than."""
        whole = ground.http(ground.ours, self.addresses)
        etags = [ground.ours.ask(address)[1] for address in self.addresses]
        return Contest(
            title=f"A page of {PAGE:,} reports in a box that the client has (If-None-Match)",
            contestants=[
                Contestant(name="City Eye, the page", client=whole, goal=3.3),
                Contestant(name="City Eye, 304", client=replace(whole, etags=etags)),
            ],
        )


def all_questions() -> list[Question]:
    """What is asked about pages. Raises Unrecordable."""
    boxes = questions.boxes()
    first, deep = questions.first_and_deep()
    return [
        PageQuestion(
            title=f"Page of {PAGE:,} reports in a box that holds {questions.candidates():,} (random boxes)",
            recordings=recorded(boxes, module=MODULE),
            with_peers=True,
        ),
        PageQuestion(
            title=f"Page of the newest {PAGE:,} reports",
            recordings=recorded([f"{REPORTS}?limit={PAGE}"], module=MODULE),
        ),
        DeepQuestion(first=first, deep=deep, recordings=recorded([first, deep], module=MODULE)),
        KeptQuestion(addresses=boxes),
    ]
