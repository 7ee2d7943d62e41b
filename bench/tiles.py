"""Vector tiles: reports one by one at zoom 14, and clusters at zooms 10 to 12."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bench import questions
from bench.again import AgainQuestion
from bench.contests import Contest, Contestant, Ground, Question, at, recorded, some
from bench.guard import Different, read_tile, same_count, same_tile
from bench.outside import COLLECTION, TIPG, VECTORTILES
from bench.questions import TILES
from bench.statements import Recording
from geo.tiles import read_points
from reports.density.counted import counted

SINGLES, CLUSTERED = 14, (10, 11, 12)
POINTS_MODULE: Final = read_points.__module__
CLUSTERS_MODULE: Final = counted.__module__
BARE_PACKED, BARE_ROWS = "/bare/packed", "/bare/rows"
CLUSTERS: Final = f"Tile of clusters, zooms {CLUSTERED[0]} to {CLUSTERED[-1]}"
NAME: Final = "City Eye, nothing kept"
ALL, FIRST = 1_000_000, 10_000  # features that TiPg is to put into a tile


@dataclass(frozen=True, kw_only=True)
class SinglesQuestion:
    """A tile of single reports with three attributes."""

    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that everybody's tile has our reports, and the bare view as many. Raises Different."""
        for address in some(self.recordings):
            ours = read_tile(ground.anew.fetch(address))
            references = ground.bare.fetch(BARE_PACKED + address).rpartition(b"\n")[2]
            if len(references.split(b"\x1f")) != len(ours):
                raise Different(f"{address} has {len(ours)} reports, and another number in the rows")
            if VECTORTILES not in ground.missing:
                same_tile(ours, read_tile(ground.bare.fetch(_of_vectortiles(address))))
            if TIPG in ground.peers:
                same_tile(ours, read_tile(ground.peers[TIPG].fetch(_of_tipg(address, ALL))))

    def contest(self, ground: Ground) -> Contest:
        """The limits, and the peers."""
        addresses = list(self.recordings)
        held = [len(read_tile(ground.anew.fetch(address))) for address in some(addresses)]
        contestants = [
            Contestant(name="bare SQL", client=ground.sql(self.recordings)),
            Contestant(
                name="bare view, the same SQL, its bytes as they come",
                client=ground.http(ground.bare, at(BARE_PACKED, addresses)),
            ),
            *ground.peer(TIPG, TIPG, [_of_tipg(address, ALL) for address in addresses], goal=1.5),
        ]
        if VECTORTILES not in ground.missing:
            theirs = ground.http(ground.bare, [_of_vectortiles(address) for address in addresses])
            contestants.append(Contestant(name=VECTORTILES, client=theirs, goal=3))
        contestants.append(Contestant(name=NAME, client=ground.http(ground.anew, addresses)))
        return Contest(
            title=f"Tile of zoom {SINGLES}, each report with 3 attributes ({min(held):,} to {max(held):,} reports)",
            contestants=contestants,
            notes=ground.notes(TIPG, VECTORTILES),
        )


@dataclass(frozen=True, kw_only=True)
class ClusteredQuestion:
    """A tile of clusters."""

    recordings: Mapping[str, Recording]

    def compare(self, ground: Ground) -> None:
        """See that our clusters count what the rows of the statement count. Raises Different."""
        for address in some(self.recordings):
            count = sum(each["count"] for each in read_tile(ground.anew.fetch(address)))
            same_count(count, ground.bare.fetch(BARE_ROWS + address))

    def contest(self, ground: Ground) -> Contest:
        """The limits, and what a peer does in the place of counting."""
        addresses = list(self.recordings)
        return Contest(
            title=CLUSTERS,
            contestants=[
                Contestant(name="null view", client=ground.http(ground.bare, ["/null"])),
                Contestant(name="bare SQL", client=ground.sql(self.recordings)),
                Contestant(
                    name="bare view, the same SQL, its rows as JSON",
                    client=ground.http(ground.bare, at(BARE_ROWS, addresses)),
                    goal=0.8,
                ),
                *ground.peer(
                    TIPG,
                    f"{TIPG}: {FIRST:,} features, the rest left out",
                    [_of_tipg(address, FIRST) for address in addresses],
                    goal=100,
                    slow=True,
                ),
                Contestant(name=NAME, client=ground.http(ground.anew, addresses)),
            ],
            notes=ground.notes(TIPG),
        )


def _of_tipg(address: str, limit: int) -> str:
    place = _place(address)
    return f"/collections/{COLLECTION}/tiles/WebMercatorQuad/{place}?properties=reference,category,status&limit={limit}"


def _of_vectortiles(address: str) -> str:
    return f"/vectortiles/{_place(address)}"


def _place(address: str) -> str:
    return address.removeprefix(f"{TILES}/").removesuffix(".mvt")


def all_questions() -> list[Question]:
    """What is asked about tiles. Raises Unrecordable."""
    clustered = recorded(questions.tiles(CLUSTERED), module=CLUSTERS_MODULE)
    return [
        SinglesQuestion(recordings=recorded(questions.tiles([SINGLES]), module=POINTS_MODULE)),
        ClusteredQuestion(recordings=clustered),
        AgainQuestion(title=CLUSTERS, recordings=clustered, goal=0.8),
    ]
