"""One run: record what our code asks of the database, see that all give the same, then time them in turns."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from django.db import connection

from bench import (
    agreement,
    batches,
    clusters,
    deadlines,
    desk,
    duplicates,
    exact,
    growth,
    outside,
    pages,
    parts,
    photos,
    points,
    processor,
    rerouting,
    routing,
    tiles,
    writes,
)
from bench.clients import Speed
from bench.contests import Contest, Contestant, Ground
from bench.installing import FOLDER
from bench.outside import PYGEOAPI, SUPERCLUSTER, TIPG, VECTORTILES
from bench.servers import server
from bench.statements import save
from bench.table import Part, Row, Section

STRIDE = 37  # so that a slow one, which answers few questions a round, gets others in the next
SERVED: Final = {"routing": routing, "page": pages, "tiles": tiles, "clusters": clusters}
IN_PROCESS: Final[Mapping[str, tuple[str, Callable[[], Sequence[Part]]]]] = {
    "rerouting": ("Rerouting every report, in a copy of the database", rerouting.sheets),
    "deadlines": ("Reckoning all deadlines anew, in a copy of the database", deadlines.sheets),
    "points": ("Routing points in the process", points.sections),
    "growth": ("Routing points among ever more polygons", growth.sections),
    "agreement": ("Asking the index and the routing query about the same points", agreement.sheets),
    "duplicates": ("Comparing new reports and files of them with all there are", duplicates.sheets),
    "million": ("Comparing all reports with each other, by both commands", batches.million),
    "parts": ("Whole shapes or parts of them", parts.sheets),
    "processor": ("Asking one at a time, in this process", processor.sheets),
    "desk": ("Asking for inboxes and taking steps, in a copy of the database", desk.sheets),
    "exact": ("Counting while writers change reports, in a copy of the database", exact.sheets),
}
PEERS: Final = {"page": (TIPG, PYGEOAPI), "tiles": (TIPG, VECTORTILES), "clusters": (SUPERCLUSTER,)}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how wide to measure, and which parts of it all."""

    connections: int
    rounds: int
    seconds: int
    parts: Sequence[str]


def say(text: str) -> None:
    """Progress, beside the table."""
    print(f"==> {text}", file=sys.stderr, flush=True)


def measure(plan: Plan) -> list[Part]:
    """The parts of the table. Raises Different, Failed, NotServing or Unrecordable."""
    made: list[Part] = []
    if any(part in SERVED for part in plan.parts):
        made += _served(plan)
    if "writes" in plan.parts:
        say("Writing, into a copy of the database")
        with writes.contests(plan.connections) as contests:
            made += _sections(contests, plan, notes=writes.folded)
    if "photos" in plan.parts:
        say("Filing reports with photos, into a copy of the database")
        with photos.contests(plan.connections) as contests:
            made += _sections(contests, plan)
    for name, (text, measure_part) in IN_PROCESS.items():
        if name in plan.parts:
            say(text)
            made += measure_part()
    return made


def _served(plan: Plan) -> list[Section]:
    """What is asked over HTTP."""
    wanted = [name for part in plan.parts for name in PEERS.get(part, ())]
    say("Seeing to the peers (the first time they are installed, below .local/bench)")
    missing = outside.installed(dict.fromkeys(wanted))
    say("Recording the statements of our endpoints")
    asked = [question for name, part in SERVED.items() if name in plan.parts for question in part.all_questions()]
    save({address: recording for question in asked for address, recording in question.recordings.items()})
    outside.make_view()
    connection.close()  # what is forked later must not share it
    with ExitStack() as stack:
        ground = _ground(stack, plan, wanted, missing)
        say("Comparing the answers")
        for question in asked:
            question.compare(ground)
        contests = [question.contest(ground) for question in asked]
        connection.close()
        return _sections(contests, plan)


def _ground(stack: ExitStack, plan: Plan, wanted: Sequence[str], missing: dict[str, str]) -> Ground:
    beside = {"PYTHONPATH": str(FOLDER / "vectortiles")}
    return Ground(
        ours=stack.enter_context(server("ours", settings="config.settings", probe="/healthz")),
        anew=stack.enter_context(
            server("anew", settings="config.settings", probe="/healthz", environment={"MAP_MEMORY_BYTES": "0"})
        ),
        bare=stack.enter_context(server("bare", settings="bench.settings", probe="/null", environment=beside)),
        connections=plan.connections,
        peers=outside.serve(stack, wanted, missing),
        missing=missing,
    )


def _sections(contests: Sequence[Contest], plan: Plan, *, notes: Callable[[], str] | None = None) -> list[Section]:
    """Everybody once to get warm, then round by round, in turns: what disturbs the machine meets all of them.

    `notes` are taken after the last turn, for the last of the sections.
    """
    everybody = [each for contest in contests for each in contest.contestants]
    say("Getting warm")
    for each in everybody:
        each.client.run(seconds=1, offset=0)
    timed: list[list[Speed]] = []
    for number in range(1, plan.rounds + 1):
        say(f"Round {number} of {plan.rounds}")
        timed.append([each.client.run(seconds=plan.seconds, offset=number * STRIDE) for each in everybody])
    speeds = dict(zip(map(id, everybody), zip(*timed, strict=True), strict=True))
    last = [notes()] if notes else []
    return [
        Section(
            title=contest.title,
            rows=[_row(each, speeds[id(each)]) for each in contest.contestants],
            notes=[*contest.notes, *(last if contest is contests[-1] else ())],
        )
        for contest in contests
    ]


def _row(contestant: Contestant, rounds: Sequence[Speed]) -> Row:
    return Row(name=contestant.name, rounds=rounds, goal=contestant.goal, most_ms=contestant.most_ms)
