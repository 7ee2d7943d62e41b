"""Preview, apply and undo what a change of boundaries or rules moves, from the command line."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import F
from django.utils import timezone

from geo.features import feature_collection, read_features
from jurisdictions.management.cities import find_city
from jurisdictions.management.days import read_day
from jurisdictions.models import BoundarySet, RoutingRule
from reports.management.carrying import to_the_end
from reports.models import MoveState, Rerouting, ReroutingState
from reports.rerouting import NotInState, NotYetInForce, begin_apply, begin_preview, begin_undo, carry_on

LINES = 20  # of a table


class Command(BaseCommand):
    """Ctrl-C ends it between two batches or within one, which then is as if it had not begun: run it again."""

    help = "Preview what a boundary set, a rule or a city moves; apply a preview; undo what was applied."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        preview = acts.add_parser("preview", help="look at what would move, and write nothing but that down")
        change = preview.add_mutually_exclusive_group(required=True)
        change.add_argument("--set", type=int, metavar="NUMBER", help="the boundary set that has changed things")
        change.add_argument("--rule", type=int, metavar="NUMBER", help="the routing rule that has")
        change.add_argument("--city", metavar="CODE", help="all of a city, whatever has")
        preview.add_argument("--on", type=read_day, metavar="DAY", help="as of that day (today, or the first)")
        preview.add_argument("--include-closed", action="store_true", help="closed reports too")
        preview.add_argument("--include-decided", action="store_true", help="also those that a person gave")
        for name, what in (("apply", "do what was previewed"), ("undo", "bring back what was applied")):
            acts.add_parser(name, help=f"{what}; again, after a stop: go on").add_argument("number", type=int)
        shown = acts.add_parser("show", help="the numbers of one, or a list of all")
        shown.add_argument("number", type=int, nargs="?")
        shown.add_argument("--geojson", type=Path, metavar="FILE", help="write the reports that move there")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "preview":
            self._go_on(self._begin_preview(options))
        elif act == "show":
            self._show_all(options) if options["number"] is None else self._show_one(options)
        else:
            self._begin(begin_apply if act == "apply" else begin_undo, _rerouting(options["number"]))

    def _begin_preview(self, options: dict[str, Any]) -> Rerouting:
        at = timezone.now()
        change, first = _change(options)
        city = change.get("root") or next(iter(change.values())).root
        return begin_preview(
            **change,
            on=options["on"] or max(filter(None, (city.day_at(at), first))),
            at=at,
            include_closed=options["include_closed"],
            include_decided=options["include_decided"],
        )

    def _begin(self, begin: Callable[..., None], rerouting: Rerouting) -> None:
        try:
            begin(rerouting=rerouting, at=timezone.now())
        except NotYetInForce as early:
            raise CommandError(f"It was previewed for {early.first_day}: apply it from that day on.") from early
        except NotInState as wrong:
            raise CommandError(f"It is {wrong.state}: that cannot follow.") from wrong
        self._go_on(rerouting)

    def _go_on(self, rerouting: Rerouting) -> None:
        """To the end of what is under way, with a bar; Ctrl-C leaves what is done as it is."""
        with to_the_end(self.stderr, stopped=lambda: _stopped(rerouting)) as progress:
            carry_on(rerouting=rerouting, at=timezone.now(), progress=progress)
        self._tell(rerouting)

    def _show_all(self, options: dict[str, Any]) -> None:
        if options["geojson"]:
            raise CommandError("Say of which rerouting: show NUMBER --geojson FILE.")
        for each in Rerouting.objects.select_related("root", "boundary_set__level", "rule").order_by("pk"):
            self.stdout.write(f"{each.pk:>6}  {each.state:<11} as of {each.on}  {_what(each)}")

    def _show_one(self, options: dict[str, Any]) -> None:
        rerouting = _rerouting(options["number"])
        self._tell(rerouting)
        if path := options["geojson"]:
            try:
                path.write_bytes(_geojson(rerouting))
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}.") from error

    def _tell(self, rerouting: Rerouting) -> None:
        self.stdout.write(f"Rerouting {rerouting.pk}, {rerouting.state}, as of {rerouting.on}: {_what(rerouting)}")
        self.stdout.write(f"  {rerouting.looked_at:,} reports looked at")
        for row in rerouting.moves.by_state():
            why = f" ({row['because']})" if row["because"] else ""
            self.stdout.write(f"  {row['count']:>9,} {row['state']}{why}")
        rows = sorted(rerouting.moves.exclude(state=MoveState.SKIPPED).by_department(), key=lambda row: -row["count"])
        for row in rows[:LINES]:
            before, after = row["before"] or "nobody", row["after"] or "nobody"
            self.stdout.write(f"  {row['count']:>9,} {before} → {after}, {row['status']}")
        if rest := rows[LINES:]:
            self.stdout.write(f"  {sum(row['count'] for row in rest):>9,} in {len(rest)} more lines")


def _rerouting(number: int) -> Rerouting:
    rows = Rerouting.objects.select_related("root", "boundary_set__level", "rule")
    found = rows.filter(pk=number).first()
    if found is None:
        raise CommandError(f"There is no rerouting {number}: “reroute show” lists them.")
    return found


def _change(options: dict[str, Any]) -> tuple[dict[str, Any], date | None]:
    """What `begin_preview` is told has changed, and the day it holds from."""
    if options["city"]:
        return {"root": find_city(options["city"])}, None
    if options["rule"] is not None:
        rule = RoutingRule.objects.select_related("root").filter(pk=options["rule"]).first()
        found = rule or _unknown("rule", options["rule"], "look at their pages in the admin")
        return {"rule": found}, found.in_force.lower if found.in_force else None
    boundary_set = BoundarySet.objects.select_related("root").filter(pk=options["set"]).first()
    found = boundary_set or _unknown("boundary set", options["set"], _sets())
    return {"boundary_set": found}, found.first_day


def _unknown(what: str, given: object, known: str) -> Any:
    raise CommandError(f"There is no {what} {given}: {known}.")


def _sets() -> str:
    latest = BoundarySet.objects.select_related("level", "root").order_by("-first_day", "-pk")[:LINES]
    known = (f"{each.pk} ({each.root.code}, {each.level.code}, from {each.first_day})" for each in latest)
    return "the latest are " + (", ".join(known) or "none")


def _what(rerouting: Rerouting) -> str:
    if rerouting.boundary_set:
        return f"boundary set {rerouting.boundary_set_id}, {rerouting.boundary_set.source}"
    return f"rule {rerouting.rule}" if rerouting.rule else f"all of {rerouting.root.code}"


def _stopped(rerouting: Rerouting) -> str:
    rerouting.refresh_from_db()
    return f"Stopped while {rerouting.state}; nothing is half done. {_how_to_go_on(rerouting)}"


def _how_to_go_on(rerouting: Rerouting) -> str:
    if rerouting.state == ReroutingState.PREVIEWING:
        return "Make a new preview, or let the worker end this one."
    act = "undo" if rerouting.state == ReroutingState.UNDOING else "apply"
    return f"Go on with “reroute {act} {rerouting.pk}”."


def _geojson(rerouting: Rerouting) -> bytes:
    names = {
        "category": "report__category__code",
        "status": "status",
        "from_department_code": "from_department__code",
        "to_department_code": "to_department__code",
        "from_jurisdictions": "from_jurisdictions",
        "to_jurisdictions": "to_jurisdictions",
        "state": "state",
        "because": "because",
    }
    rows = rerouting.moves.order_by("report")
    properties = {name: F(path) for name, path in names.items()}
    return feature_collection(
        read_features(rows, id="report__reference", geometry="report__location", properties=properties)
    )
