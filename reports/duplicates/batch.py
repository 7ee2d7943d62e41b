"""All reports of a city linked and clustered in one go: what the worker does one by one, ground by ground.

The result is that of the reports coming one after the other, in any order. What is done is marked on each report, so an
interrupted run goes on where it stopped. Reports that lie together are read and compared together, by several processes
and without a lock; each is then linked and clustered under the lock of the city, if nothing has changed meanwhile.
"""

import multiprocessing
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, connections, transaction
from django.db.models import Exists, OuterRef

from jurisdictions.models import Jurisdiction
from reports.duplicates.comparing import Compared, compare
from reports.duplicates.components import TooLarge
from reports.duplicates.current import current_settings
from reports.duplicates.facts import Facts, facts_of
from reports.duplicates.linking import Found, Pair, compared, in_city
from reports.duplicates.locking import lock_cities
from reports.duplicates.reclustering import place, recluster
from reports.duplicates.score import Score
from reports.duplicates.settings import Settings
from reports.models import DuplicateLink, Report, Unsought
from reports.searches import ask_for_searches, take_up

TOGETHER: Final = 8_000  # reports that are read and compared together
AT_ONCE: Final = 500  # reports in one transaction: nobody waits longer than that for the city
FEW: Final = 2_000  # that one process does sooner than two
FORGOTTEN_AT_ONCE: Final = 10_000

# What lies together stands together: points are ordered along a curve that fills the plane.
_WAITING: Final = """
SELECT id FROM reports_report
WHERE root_id = %s AND id IN (SELECT report_id FROM reports_unsought) ORDER BY location, id"""

Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


def forget(*, city: Jurisdiction, progress: Progress | None = None) -> int:
    """Have every report of a city looked at again; how many. What people decided stays."""
    done = last = 0
    waiting = Unsought.objects.filter(report=OuterRef("pk"))
    rows = Report.objects.filter(~Exists(waiting), root=city).order_by("pk")
    total = rows.count()
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE]):
        ask_for_searches(keys)
        done += len(keys)
        last = keys[-1]
        if progress:
            progress(done, total)
    return done


def cluster_all(
    *,
    city: Jurisdiction,
    clock: Clock,
    progress: Progress | None = None,
    most: int | None = None,
    processes: int = 2,
) -> int:
    """Link and cluster what of a city waits for it, at `most` so many; how many. Others may file and handle meanwhile.

    With several processes, neither within a transaction nor with other threads under way: they are forked.
    """
    waiting = _waiting(city)[:most]
    work = _Work(city_id=city.pk, settings=current_settings(), clock=clock)
    pieces = (waiting[start : start + TOGETHER].tolist() for start in range(0, len(waiting), TOGETHER))
    alone = len(waiting) < FEW or processes < 2
    done = 0
    for count in _in_turn(work, pieces) if alone else _at_once(work, pieces, processes):
        done += count
        if progress:
            progress(done, len(waiting))
    return done


def _waiting(city: Jurisdiction) -> "array[int]":
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_WAITING, [city.pk])
        return array("q", (key for (key,) in cursor))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What all pieces have in common."""

    city_id: int
    settings: Settings
    clock: Clock

    def do(self, piece: Sequence[int]) -> Iterator[int]:
        """Compare reports that lie together, then write down what came of it; how many, each time some are done."""
        found = compare(piece, city_id=self.city_id, settings=self.settings)
        for start in range(0, len(piece), AT_ONCE):
            keys = piece[start : start + AT_ONCE]
            _write(keys, found, self, at=self.clock())
            yield len(keys)


def _in_turn(work: _Work, pieces: Iterable[Sequence[int]]) -> Iterator[int]:
    for piece in pieces:
        yield from work.do(piece)


def _at_once(work: _Work, pieces: Iterable[Sequence[int]], processes: int) -> Iterator[int]:
    connections.close_all()  # what is forked must not share them
    _shared["work"] = work
    with multiprocessing.get_context("fork").Pool(processes, _forget_connections) as pool:
        yield from pool.imap_unordered(_do_shared, pieces)


def _forget_connections() -> None:
    """In a process just forked: connections it has inherited all the same are others', and not to be talked on.

    Which ones a thread has depends on whether an event loop runs in it, and none runs in a process just forked.
    """
    for each in connections.all(initialized_only=True):
        each.connection = None


_shared: dict[str, Any] = {}


def _do_shared(piece: Sequence[int]) -> int:
    return sum(_shared["work"].do(piece))


@transaction.atomic
def _write(keys: Sequence[int], found: Compared, work: _Work, *, at: datetime) -> None:
    """Link and cluster these reports by what was found of them; compared anew where anything has changed since."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")  # what a power cut takes waits again
    lock_cities([work.city_id])
    take_up(keys)
    if not found.still_holds(keys):
        found = compare(keys, city_id=work.city_id, settings=work.settings)
    cluster_of = dict(Report.objects.filter(pk__in=keys, root=work.city_id).values_list("pk", "duplicate_cluster"))
    if moved_away := set(keys) - cluster_of.keys():
        ask_for_searches(moved_away)
    touched = _link(cluster_of.keys(), found, work, at=at)
    for key, cluster_id in cluster_of.items():
        if cluster_id is not None:  # it may have to leave
            touched.setdefault(key, set())
    _place(touched, work.settings, at=at)


def _link(keys: Collection[int], found: Compared, work: _Work, *, at: datetime) -> dict[int, set[int]]:
    """Write the links of these reports; for each whose cluster may change by it the others of whom that is true."""
    judged = found.of(keys)
    links = {(each.first_id, each.second_id): each for each in DuplicateLink.objects.touching(list(keys))}
    known = _known(keys, [pair for pair in links if pair not in judged], work)
    made = Found()
    touched: dict[int, set[int]] = {}
    for pair in sorted(links.keys() | judged.keys()):
        likeness, state = judged[pair] if pair in judged else _anew(pair, known, work.settings)
        if made.judge(pair, links.get(pair), likeness, state, at=at):
            for own, other in (pair, pair[::-1]):
                if own in keys:
                    touched.setdefault(own, set()).add(other)
    made.write()
    return touched


def _known(keys: Collection[int], pairs: Sequence[Pair], work: _Work) -> dict[int, Facts]:
    """What is known of both ends of links that nothing was found of: too far apart by now, or too unlike."""
    ends = {key for pair in pairs for key in pair}
    here = {key for key in ends if key in keys}
    return facts_of(here | set(in_city(ends - here, work.city_id))) if ends else {}


def _anew(pair: Pair, known: Mapping[int, Facts], settings: Settings) -> tuple[Score | None, str | None]:
    one, other = (known.get(key) for key in pair)
    return compared(one, other, settings) if one else (None, None)


def _place(touched: Mapping[int, set[int]], settings: Settings, *, at: datetime) -> None:
    if not touched:
        return
    try:
        everybody = {*touched, *set().union(*touched.values())}
        recluster(touched=everybody, at=at, settings=settings)
    except TooLarge:
        for key, others in touched.items():
            place(key, touched=others, at=at, settings=settings)
