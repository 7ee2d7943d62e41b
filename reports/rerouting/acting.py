"""Planned moves carried out, and carried back: a batch of reports at a time, each batch a few statements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from people.models import User
from reports.deadlines import keep_deadlines
from reports.locking import lock_cities
from reports.models import Because, MoveState, Reason, Rerouting, ReroutingMove, ReroutingState
from reports.workflow import CLOSED

BATCH = 1000  # reports that others may have to wait for


class NotYetInForce(Exception):
    """What was previewed for a day to come cannot be applied before it."""

    def __init__(self, *, first_day: date) -> None:
        super().__init__(f"not before {first_day}")
        self.first_day = first_day


class NotInState(Exception):
    """A rerouting that is in this state cannot be applied, or not be undone."""

    def __init__(self, *, state: str) -> None:
        super().__init__(state)
        self.state = state


@transaction.atomic
def begin_apply(*, rerouting: Rerouting, at: datetime, by: User | None = None) -> None:
    """From now on `carry_on` applies it; one that is being applied is left to go on.

    Raises NotYetInForce before its day has come in the city, NotInState where it is not previewed to its end or
    has been applied.
    """
    locked = _lock(rerouting)
    if locked.on > locked.root.day_at(at):
        raise NotYetInForce(first_day=locked.on)
    if locked.state == ReroutingState.PREVIEWED:
        locked.state, locked.applied_at, locked.applied_by = ReroutingState.APPLYING, at, by
        locked.save(update_fields=["state", "applied_at", "applied_by"])
    _expect(locked, ReroutingState.APPLYING)
    rerouting.state = locked.state


@transaction.atomic
def begin_undo(*, rerouting: Rerouting, at: datetime, by: User | None = None) -> None:
    """From now on `carry_on` undoes it, also where it is applied in part. Raises NotInState."""
    locked = _lock(rerouting)
    if locked.state in {ReroutingState.APPLYING, ReroutingState.APPLIED}:
        locked.state, locked.undone_at, locked.undone_by = ReroutingState.UNDOING, at, by
        locked.save(update_fields=["state", "undone_at", "undone_by"])
    _expect(locked, ReroutingState.UNDOING)
    rerouting.state = locked.state


def _lock(rerouting: Rerouting) -> Rerouting:
    return Rerouting.objects.select_for_update(no_key=True, of=["self"]).select_related("root").get(pk=rerouting.pk)


def _expect(rerouting: Rerouting, state: str) -> None:
    if rerouting.state != state:
        raise NotInState(state=rerouting.state)


def apply_batch(locked: Rerouting, *, at: datetime) -> int:
    """Apply the next moves of the locked rerouting: how many were dealt with; 0 ends it."""
    moves = _next(locked, MoveState.PLANNED)
    if not moves:
        return _end(locked, ReroutingState.APPLIED)
    _lock_cities_of(moves)
    values = _values(locked, moves, at=at, by=locked.applied_by_id, done=MoveState.APPLIED, reason=Reason.REROUTED)
    _run([_LOCK_REPORTS, _JUDGE_PLANNED, _END_CURRENT, _ASSIGN_ANEW, _MOVE_REPORTS], values)
    _keep_deadlines(locked, moves, state=MoveState.APPLIED, reason=Reason.REROUTED, at=at, by=locked.applied_by)
    return len(moves)


def undo_batch(locked: Rerouting, *, at: datetime) -> int:
    """Take back the next moves of the locked rerouting: how many were dealt with; 0 ends it."""
    moves = _next(locked, MoveState.APPLIED)
    if not moves:
        return _end(locked, ReroutingState.UNDONE)
    _lock_cities_of(moves)
    values = _values(locked, moves, at=at, by=locked.undone_by_id, done=MoveState.UNDONE, reason=Reason.UNDONE)
    _run([_LOCK_REPORTS, _JUDGE_APPLIED, _END_CURRENT, _ASSIGN_AS_BEFORE, _RESTORE_REPORTS], values)
    _keep_deadlines(locked, moves, state=MoveState.UNDONE, reason=Reason.UNDONE, at=at, by=locked.undone_by)
    return len(moves)


def _keep_deadlines(
    rerouting: Rerouting, moves: list[int], *, state: MoveState, reason: Reason, at: datetime, by: User | None
) -> None:
    """The dates of the reports that have moved: other ground may have another service level."""
    moved = rerouting.moves.filter(pk__in=moves, state=state).values_list("report_id", flat=True)
    keep_deadlines(reports=list(moved), why=reason, at=at, by=by)


def _next(rerouting: Rerouting, state: MoveState) -> list[int]:
    moves = rerouting.moves.filter(state=state, because="").order_by("pk")
    return list(moves.values_list("pk", flat=True)[:BATCH])


def _lock_cities_of(moves: list[int]) -> None:
    roots = ReroutingMove.objects.filter(pk__in=moves).values_list("report__root", flat=True)
    lock_cities({root for root in roots if root is not None})


def _end(rerouting: Rerouting, state: ReroutingState) -> int:
    rerouting.state = state
    rerouting.save(update_fields=["state"])
    return 0


def _values(
    rerouting: Rerouting, moves: list[int], *, at: datetime, by: int | None, done: MoveState, reason: Reason
) -> dict[str, Any]:
    return {
        "rerouting": rerouting.pk,
        "moves": moves,
        "at": at,
        "by": by,
        "done": str(done),
        "reason": str(reason),
        "rerouted": str(Reason.REROUTED),
        "skipped": str(MoveState.SKIPPED),
        "changed": str(Because.CHANGED),
        "closed_since": str(Because.CLOSED),
        "closed": [] if rerouting.include_closed else sorted(CLOSED),
    }


def _run(statements: Sequence[str], values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


# In the order of their keys; no key changes, so who only refers to a report need not wait.
_LOCK_REPORTS = """
SELECT report.id FROM reports_report AS report
WHERE report.id IN (SELECT report_id FROM reports_reroutingmove WHERE id = ANY(%(moves)s))
ORDER BY report.id FOR NO KEY UPDATE"""

# What became of each since the preview. Only who has locked a report gives it another assignment.
_JUDGE_PLANNED = """
UPDATE reports_reroutingmove AS move
SET because = judged.because, state = CASE judged.because WHEN '' THEN %(done)s ELSE %(skipped)s END
FROM (
    SELECT move.id, CASE WHEN current.id IS DISTINCT FROM move.assignment_id THEN %(changed)s
                         WHEN report.status = ANY(%(closed)s) THEN %(closed_since)s ELSE '' END AS because
    FROM reports_reroutingmove AS move
    JOIN reports_report AS report ON report.id = move.report_id
    LEFT JOIN reports_assignment AS current ON current.report_id = report.id AND current.ended_at IS NULL
    WHERE move.id = ANY(%(moves)s)
) AS judged
WHERE move.id = judged.id"""

# The same since it was applied; one that cannot go back stays as it is.
_JUDGE_APPLIED = """
UPDATE reports_reroutingmove AS move
SET because = judged.because, state = CASE judged.because WHEN '' THEN %(done)s ELSE move.state END
FROM (
    SELECT move.id, CASE WHEN current.rerouting_id IS DISTINCT FROM move.rerouting_id
                              OR current.reason <> %(rerouted)s THEN %(changed)s
                         WHEN report.status = ANY(%(closed)s) THEN %(closed_since)s ELSE '' END AS because
    FROM reports_reroutingmove AS move
    JOIN reports_report AS report ON report.id = move.report_id
    LEFT JOIN reports_assignment AS current ON current.report_id = report.id AND current.ended_at IS NULL
    WHERE move.id = ANY(%(moves)s)
) AS judged
WHERE move.id = judged.id"""

_END_CURRENT = """
UPDATE reports_assignment AS assignment SET ended_at = greatest(assignment.assigned_at, %(at)s)
FROM reports_reroutingmove AS move
WHERE move.id = ANY(%(moves)s) AND move.state = %(done)s
  AND assignment.report_id = move.report_id AND assignment.ended_at IS NULL"""

_COLUMNS = """report_id, department_id, method, boundary_id, rule_id, edge_m, route, assigned_at, assigned_by_id,
    reason, note, is_contested, rerouting_id"""

_ASSIGN_ANEW = f"""
INSERT INTO reports_assignment ({_COLUMNS})
SELECT move.report_id, move.to_department_id, move.route ->> 'method',
       (move.route #>> '{{decided_by,boundary_id}}')::bigint, (move.route ->> 'rule_id')::bigint,
       (move.route ->> 'edge_m')::float8, move.route, %(at)s, %(by)s, %(reason)s, '', false, %(rerouting)s
FROM reports_reroutingmove AS move
WHERE move.id = ANY(%(moves)s) AND move.state = %(done)s
ORDER BY move.id"""  # noqa: S608 - our own pieces

_ASSIGN_AS_BEFORE = f"""
INSERT INTO reports_assignment ({_COLUMNS})
SELECT move.report_id, before.department_id, before.method, before.boundary_id, before.rule_id, before.edge_m,
       before.route, %(at)s, %(by)s, %(reason)s, '', before.is_contested, %(rerouting)s
FROM reports_reroutingmove AS move JOIN reports_assignment AS before ON before.id = move.assignment_id
WHERE move.id = ANY(%(moves)s) AND move.state = %(done)s
ORDER BY move.id"""  # noqa: S608 - our own pieces

_MOVE_REPORTS = """
UPDATE reports_report AS report
SET department_id = move.to_department_id, root_id = move.to_root_id, jurisdictions = move.to_jurisdictions,
    public_jurisdictions = move.to_public_jurisdictions
FROM reports_reroutingmove AS move
WHERE move.id = ANY(%(moves)s) AND move.state = %(done)s AND report.id = move.report_id"""

_RESTORE_REPORTS = """
UPDATE reports_report AS report
SET department_id = move.from_department_id, root_id = move.from_root_id, jurisdictions = move.from_jurisdictions,
    public_jurisdictions = move.from_public_jurisdictions
FROM reports_reroutingmove AS move
WHERE move.id = ANY(%(moves)s) AND move.state = %(done)s AND report.id = move.report_id"""
