"""One run: record what our code asks of the database, see that all give the same, then time them in turns."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from django.db import connection

from bench import points
from bench.clients import Speed
from bench.contests import Contest, Contestant, Ground, all_questions
from bench.servers import server
from bench.statements import save
from bench.table import Row, Section

STRIDE = 37  # so that a slow one, which answers few questions a round, gets others in the next


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How long and how wide to measure."""

    connections: int
    rounds: int
    seconds: int


def say(text: str) -> None:
    """Progress, beside the table."""
    print(f"==> {text}", file=sys.stderr, flush=True)


def measure(plan: Plan) -> list[Section]:
    """The sections of the table. Raises Different, Failed, NotServing or Unrecordable."""
    say("Recording the statements of our endpoints")
    asked = all_questions()
    save({query: recording for question in asked for query, recording in question.recordings.items()})
    connection.close()  # what is forked later must not share it
    with ExitStack() as stack:
        ground = Ground(
            ours=stack.enter_context(server("ours", settings="config.settings", probe="/healthz")),
            bare=stack.enter_context(server("bare", settings="bench.settings", probe="/null")),
            connections=plan.connections,
        )
        say("Comparing the answers")
        for question in asked:
            question.compare(ground)
        served = _sections([question.contest(ground) for question in asked], plan)
    say("Routing points in the process")
    return served + points.sections()


def _sections(contests: Sequence[Contest], plan: Plan) -> list[Section]:
    """Everybody once to get warm, then round by round, in turns: what disturbs the machine meets all of them."""
    everybody = [each for contest in contests for each in contest.contestants]
    say("Getting warm")
    for each in everybody:
        each.client.run(seconds=1, offset=0)
    timed: list[list[Speed]] = []
    for number in range(1, plan.rounds + 1):
        say(f"Round {number} of {plan.rounds}")
        timed.append([each.client.run(seconds=plan.seconds, offset=number * STRIDE) for each in everybody])
    speeds = dict(zip(map(id, everybody), zip(*timed, strict=True), strict=True))
    return [
        Section(title=contest.title, rows=[_row(each, speeds[id(each)]) for each in contest.contestants])
        for contest in contests
    ]


def _row(contestant: Contestant, rounds: Sequence[Speed]) -> Row:
    return Row(name=contestant.name, rounds=rounds, goal=contestant.goal)
