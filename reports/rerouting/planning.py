"""The preview: every report that the change may concern is asked about, and those that would move are written down."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from jurisdictions.models import BoundarySet, Department, Jurisdiction, RoutingRule
from jurisdictions.routing import OutsideServiceArea, Route
from people.models import User
from reports.handling import offices_of, who_declined
from reports.models import Assignment, Because, MoveState, Report, Rerouting, ReroutingMove, ReroutingState
from reports.models.assignment import BY_A_PERSON
from reports.rerouting.asking import Answer, Clock, answers_for, clock_of, public_ground
from reports.rerouting.reach import on_changed_ground, within_reach

CHUNK = 1000


@transaction.atomic
def begin_preview(
    *,
    on: date,
    at: datetime,
    root: Jurisdiction | None = None,
    boundary_set: BoundarySet | None = None,
    rule: RoutingRule | None = None,
    by: User | None = None,
    include_closed: bool = False,
    include_decided: bool = False,
    at_flip: bool = False,
) -> Rerouting:
    """A rerouting whose preview is still to be made by `carry_on`. One of `root`, `boundary_set`, `rule` is given."""
    city = root or (boundary_set or rule or _nothing()).root
    rerouting = Rerouting(
        root=city,
        boundary_set=boundary_set,
        rule=rule,
        on=on,
        include_closed=include_closed,
        include_decided=include_decided,
        at_flip=at_flip,
        made_at=at,
        made_by=by,
    )
    rerouting.to_look_at = within_reach(rerouting).count()
    rerouting.save()
    return rerouting


def _nothing() -> Any:
    raise ValueError("Name a city, a boundary set or a rule.")


def planner(rerouting: Rerouting) -> Callable[[Rerouting], int]:
    """A step of the preview, which looks at the next reports of the locked rerouting: how many it was; 0 ends it."""
    clock = clock_of(rerouting.root, on=rerouting.on)
    ground = on_changed_ground(rerouting.boundary_set) if rerouting.boundary_set else Q()

    def step(locked: Rerouting) -> int:
        left = within_reach(locked).filter(pk__gt=locked.last_report_id).order_by("pk")
        keys = list(left.values_list("pk", flat=True)[:CHUNK])
        if keys:
            _plan(locked, _as_they_are(keys, ground), clock)
            locked.last_report_id, locked.looked_at = keys[-1], locked.looked_at + len(keys)
        else:
            locked.state = ReroutingState.PREVIEWED
        locked.save(update_fields=["last_report_id", "looked_at", "state"])
        return len(keys)

    return step


def _as_they_are(keys: Sequence[int], ground: Q) -> list[Report]:
    """These reports as far as they stand there, each with its current assignment: of one moment, in one query."""
    current = Assignment.objects.filter(report=OuterRef("pk"), ended_at__isnull=True)
    department = Cast(KeyTextTransform("id", KeyTextTransform("department", "route")), BigIntegerField())
    reports = Report.objects.filter(ground, pk__in=keys).select_related("category").order_by("pk")
    return list(
        reports.annotate(
            assignment_id=Subquery(current.values("pk")),
            reason=Subquery(current.values("reason")),
            routed_to=Subquery(current.annotate(routed=department).values("routed")),
        ).defer("description", "address", "public_text")
    )


def _plan(rerouting: Rerouting, reports: Sequence[Report], clock: Clock) -> None:
    answers = answers_for(reports, clock=clock)
    coarse = public_ground(reports, on=clock.on)
    declined = who_declined([each.pk for each in reports])
    offices = _active(answers) if declined else frozenset()
    moves = []
    for report, answer in zip(reports, answers, strict=True):
        department_id = _department(answer, declined.get(report.pk), offices)
        move = _move(report, answer, coarse=coarse, department_id=department_id)
        if _changes(move, report, answer):
            moves.append(_written(move, report, answer, rerouting))
    ReroutingMove.objects.bulk_create(moves)


def _active(answers: Sequence[Answer]) -> frozenset[int]:
    """The keys of all departments named in these answers that take work."""
    named = {office.id for each in answers if isinstance(each, Route) for office in offices_of(each)}
    return frozenset(Department.objects.active().filter(pk__in=named).values_list("pk", flat=True))


def _department(answer: Answer, declined: frozenset[int] | None, active: frozenset[int]) -> int | None:
    """The department the answer names; for a report that it declined, the next that did not."""
    if isinstance(answer, OutsideServiceArea) or answer.department is None:
        return None
    if not declined or answer.department.id not in declined:
        return answer.department.id
    left = (each.id for each in offices_of(answer) if each.id in active and each.id not in declined)
    return next(left, None)


def _move(
    report: Report, answer: Answer, *, coarse: Mapping[int, dict[str, str]], department_id: int | None
) -> ReroutingMove:
    move = ReroutingMove(
        report=report,
        assignment_id=report.assignment_id,  # type: ignore[attr-defined]  # annotated
        status=report.status,
        from_department_id=report.department_id,
        from_jurisdictions=report.jurisdictions,
        from_public_jurisdictions=report.public_jurisdictions,
        from_root_id=report.root_id,
        to_department_id=department_id,
        to_root_id=report.root_id,
    )
    if isinstance(answer, Route):
        move.to_root_id, move.to_jurisdictions = answer.root_id, answer.codes
        move.to_public_jurisdictions = coarse.get(report.pk, answer.codes)
    return move


def _changes(move: ReroutingMove, report: Report, answer: Answer) -> bool:
    """Whether anything of the report would be another; where a person gave it, whether the routing says another."""
    if isinstance(answer, OutsideServiceArea):
        return bool(report.department_id or report.jurisdictions)
    ground = (move.from_jurisdictions, move.from_public_jurisdictions, move.from_root_id)
    if ground != (move.to_jurisdictions, move.to_public_jurisdictions, move.to_root_id):
        return True
    office = answer.department.id if answer.department else None
    if _is_decided(report) and office == report.routed_to:  # type: ignore[attr-defined]  # annotated
        return False
    return move.from_department_id != move.to_department_id


def _written(move: ReroutingMove, report: Report, answer: Answer, rerouting: Rerouting) -> ReroutingMove:
    """The move as it is kept: with its reasons, or with why it will not be made."""
    move.rerouting = rerouting
    if isinstance(answer, OutsideServiceArea):
        move.state, move.because = MoveState.SKIPPED, Because.OUT_OF_REACH
        return move
    move.route = answer.as_json()
    if _is_decided(report) and not rerouting.include_decided:
        move.state, move.because = MoveState.SKIPPED, Because.DECIDED
    return move


def _is_decided(report: Report) -> bool:
    return report.reason in BY_A_PERSON  # type: ignore[attr-defined]  # annotated
