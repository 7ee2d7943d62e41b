"""Reports of a file as the service would have seen them: each compared with what had come before, then clustered."""

import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reports.duplicates.bounds import Bounds, kinds_of, read_texts
from reports.duplicates.clustering import Edge, clusters_of, tops
from reports.duplicates.pairing import Pairing, Pairs
from reports.duplicates.reconciling import reconciled
from reports.duplicates.rows import Floats, Ints, Rows
from reports.duplicates.score import value_of
from reports.duplicates.settings import Settings
from reports.duplicates.sifting import LEFT_OUT, sifted

BEST: Final = 5
FEW: Final = 5_000  # rows that one process does sooner than two

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Matches:
    """What came of it, row by row: the best earlier rows with their scores (-1 and 0 where there are fewer), which of
    them had been closed before (recurrences), and the cluster by its earliest row (the row itself where it is alone).
    """

    best: NDArray[np.int32]
    scores: NDArray[np.float32]
    recurs: NDArray[np.bool_]
    cluster: Ints
    linked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Part:
    """The comparisons of a chunk: the best of each row, and the links."""

    rows: Ints
    best: NDArray[np.int32]
    scores: NDArray[np.float32]
    recurs: NDArray[np.bool_]
    links: NDArray[np.float64]  # later, earlier, score


def match_rows(rows: Rows, *, settings: Settings, processes: int = 2, advance: Advance = lambda _done: None) -> Matches:
    """Compare each row with those before it; only what was open then is linked. `advance` hears how many are done."""
    matches = _empty(len(rows))
    links = []
    pairing = Pairing(rows, settings)
    with ExitStack() as stack:
        for part in _parts(stack, pairing, rows, settings, 1 if len(rows) < FEW else processes):
            matches.best[part.rows] = part.best
            matches.scores[part.rows] = part.scores
            matches.recurs[part.rows] = part.recurs
            matches.linked[part.links[:, 0].astype(np.int64)] = True
            links.append(part.links)
            advance(len(part.rows))
    _cluster(rows, np.concatenate(links) if links else np.empty((0, 3)), settings, matches.cluster)
    return matches


def _empty(count: int) -> Matches:
    return Matches(
        best=np.full((count, BEST), -1, np.int32),
        scores=np.zeros((count, BEST), np.float32),
        recurs=np.zeros((count, BEST), np.bool_),
        cluster=np.arange(count),
        linked=np.zeros(count, np.bool_),
    )


def _parts(stack: ExitStack, pairing: Pairing, rows: Rows, settings: Settings, processes: int) -> Iterable[_Part]:
    chunks = pairing.chunks()
    if processes < 2:
        return (_compare(pairing=pairing, rows=rows, settings=settings, chunk=chunk) for chunk in chunks)
    # Forked, so that the arrays are shared and not copied.
    _shared.update(pairing=pairing, rows=rows, settings=settings)
    stack.callback(_shared.clear)
    pool = stack.enter_context(multiprocessing.get_context("fork").Pool(processes))
    return pool.imap_unordered(_compare_shared, chunks)


_shared: dict[str, Any] = {}


def _compare_shared(chunk: Ints) -> _Part:
    return _compare(chunk=chunk, **_shared)


def _compare(*, pairing: Pairing, rows: Rows, settings: Settings, chunk: Ints) -> _Part:
    pairs = pairing.pairs(chunk)
    later, earlier, metres = pairs.later, pairs.earlier, pairs.metres
    places = np.empty(int(chunk.max()) + 1, np.int64)
    places[chunk] = np.arange(len(chunk))
    at = places[later]  # what lies near each other is compared one after the other
    recurs = rows.closed_at[earlier] <= rows.at[later]
    limits = _link_from(rows, settings, later, earlier)
    ends, facts = (later.tolist(), earlier.tolist()), rows.facts
    values = sifted(
        later=at,
        recurs=recurs,
        most=_most(rows, settings, pairs),
        limits=limits,
        best=BEST,
        value=lambda pair: value_of(facts(ends[0][pair]), facts(ends[1][pair]), settings=settings),
    )
    best = _best(chunk, at, earlier, metres, values, recurs)
    linked = (values >= limits) & ~recurs
    links = np.column_stack([later[linked], earlier[linked], values[linked]]).astype(np.float64)
    return _Part(chunk, *best, links)


def _most(rows: Rows, settings: Settings, pairs: Pairs) -> Floats:
    """What no score of these pairs exceeds, once their texts have been read."""
    read = np.unique(np.concatenate([pairs.later, pairs.earlier]))
    told = read_texts(read, [rows.facts(row) for row in read.tolist()], count=len(rows), settings=settings)
    return Bounds(rows, settings).of(pairs.later, pairs.earlier, pairs.metres, told=told)


def _link_from(rows: Rows, settings: Settings, later: Ints, earlier: Ints) -> Floats:
    """The score from which on each pair is linked."""
    kinds, which = kinds_of(rows, later, earlier)
    return np.array([settings.pair(*kind).link_from for kind in kinds], np.float64)[which]


def _best(
    chunk: Ints, later: Ints, earlier: Ints, metres: Floats, values: Floats, recurs: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.bool_]]:
    """The best few of each row: what was open first, then by score, then the nearer."""
    order = np.lexsort((metres, -values, recurs, later))
    order = order[values[order] != LEFT_OUT]
    later, earlier, values, recurs = later[order], earlier[order], values[order], recurs[order]
    starts = np.flatnonzero(np.r_[True, later[1:] != later[:-1]]) if len(later) else np.empty(0, np.int64)
    rank = np.arange(len(later)) - np.repeat(starts, np.diff(np.r_[starts, len(later)]))
    kept = rank < BEST
    best = np.full((len(chunk), BEST), -1, np.int32)
    scores, again = np.zeros((len(chunk), BEST), np.float32), np.zeros((len(chunk), BEST), np.bool_)
    row, rank = later[kept], rank[kept]
    best[row, rank], scores[row, rank], again[row, rank] = earlier[kept], values[kept], recurs[kept]
    return best, scores, again


def _cluster(rows: Rows, links: NDArray[np.float64], settings: Settings, cluster: Ints) -> None:
    """Write the earliest row of each row's cluster; each group that links hold together is clustered by itself."""
    for group in groups_of(links):
        edges = [Edge(int(one), int(other), float(score)) for one, other, score in links[group]]
        for members in clusters_among(rows, edges, settings):
            cluster[list(members)] = min(members, key=lambda key: (rows.at[key], key))


def clusters_among(rows: Rows, edges: Sequence[Edge[int]], settings: Settings) -> list[frozenset[int]]:
    """The clusters of rows that hang together by these links."""
    keys = {key for edge in edges for key in (edge.one, edge.other)}
    caps = {key: settings.profile(rows.categories[rows.category[key]]).cap_m for key in keys}
    ranks = {key: float(rows.at[key]) for key in keys}
    edges = reconciled(edges, facts=lambda some: {key: rows.facts(key) for key in some}, settings=settings)
    places = {key: (float(rows.lon[key]), float(rows.lat[key])) for key in keys}
    return clusters_of(edges=edges, places=places, cap_m=caps, ranks=ranks)


def groups_of(links: NDArray[np.float64]) -> list[Ints]:
    """The numbers of the links (one, other, score) of each group that hangs together."""
    if not len(links):
        return []
    ones = links[:, 0].astype(np.int64).tolist()
    top_of = tops(zip(ones, links[:, 1].astype(np.int64).tolist(), strict=True))
    found = np.array([top_of[one] for one in ones], np.int64)
    order = np.argsort(found, kind="stable")
    bounds = np.flatnonzero(np.r_[True, found[order][1:] != found[order][:-1]])
    return np.split(order, bounds[1:])
