"""Preview and apply what a change of calendars or service levels moves, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.management.cities import find_city
from reports.deadlines.recomputing import NotToBeApplied, begin_apply, begin_preview, carry_on
from reports.management.carrying import to_the_end
from reports.models import DeadlineRun, RunState

HOUR = 3600


class Command(BaseCommand):
    """Ctrl-C ends it between two batches or within one, which then is as if it had not begun: run it again."""

    help = "Show how a city's calendar and service levels move the deadlines of its open reports; then move them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        preview = acts.add_parser("preview", help="count what would move, and write nothing but that down")
        preview.add_argument("--city", required=True, metavar="CODE", help="the city's code")
        applying = acts.add_parser("apply", help="do what was previewed; again, after a stop: go on")
        applying.add_argument("number", type=int)
        acts.add_parser("show", help="a list of all")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        if act == "preview":
            self._go_on(begin_preview(root=find_city(options["city"]), at=timezone.now()))
        elif act == "apply":
            self._apply(options["number"])
        else:
            for each in DeadlineRun.objects.select_related("root").order_by("pk"):
                self._tell(each)

    def _apply(self, number: int) -> None:
        run = DeadlineRun.objects.select_related("root").filter(pk=number).first()
        if run is None:
            raise CommandError(f"There is no recomputation {number}: “recompute_deadlines show” lists them.")
        try:
            begin_apply(run=run, at=timezone.now())
        except NotToBeApplied as wrong:
            raise CommandError(f"It is {wrong.state}: preview anew.") from wrong
        self._go_on(run)

    def _go_on(self, run: DeadlineRun) -> None:
        """To the end of what is under way, with a bar; Ctrl-C leaves what is done as it is."""
        with to_the_end(self.stderr, stopped=lambda: _stopped(run)) as progress:
            carry_on(run=run, at=timezone.now(), progress=progress)
        self._tell(run)
        if run.state == RunState.OUTDATED:
            raise CommandError("The calendar or a service level has changed meanwhile: preview anew.")

    def _tell(self, run: DeadlineRun) -> None:
        self.stdout.write(
            f"Recomputation {run.pk} of {run.root.code}, {run.state}: {run.looked_at:,} reports looked at"
        )
        moved = f"{run.later:,} later, {run.earlier:,} earlier, {run.appear:,} get a date, {run.vanish:,} lose it"
        self.stdout.write(f"  {moved}")
        if run.later or run.earlier:
            hours = (run.most_later_seconds, run.most_earlier_seconds, run.shift_seconds / (run.later + run.earlier))
            later, earlier, mean = (f"{seconds / HOUR:+,.1f} h" for seconds in hours)
            self.stdout.write(f"  furthest later {later}, furthest earlier {earlier}, mean {mean}, by the clock")


def _stopped(run: DeadlineRun) -> str:
    run.refresh_from_db()
    return f"Stopped while {run.state} after {run.looked_at:,} reports; nothing is half done. {_how(run)}"


def _how(run: DeadlineRun) -> str:
    if run.state == RunState.PREVIEWING:
        return "Make a new preview, or let the worker end this one."
    return f"Go on with “recompute_deadlines apply {run.pk}”."
