"""Read the public holidays of a country into a city's calendar."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from jurisdictions.calendars.holidays import GapInCalendar, NoCountry, Renewal, renew_holidays
from jurisdictions.calendars.national import BeyondLibrary, UnknownCountry
from jurisdictions.management.days import read_day
from jurisdictions.models import WorkingCalendar


class Command(BaseCommand):
    help = "Read a country's holidays into a city's calendar; what was written or withdrawn by hand stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", required=True, metavar="CODE", help="the city's code")
        parser.add_argument("--from", type=read_day, metavar="DAY", dest="first", help="first day; else today")
        parser.add_argument("--until", type=read_day, metavar="DAY", required=True, help="the first day no longer read")

    def handle(self, *args: Any, **options: Any) -> None:
        calendar = WorkingCalendar.objects.select_related("root").filter(root__code=options["city"]).first()
        if calendar is None:
            raise CommandError(f"There is no city “{options['city']}” with a working calendar.")
        today = calendar.root.day_at(timezone.now())
        first = options["first"] or min(today, calendar.known.until)
        if options["until"] <= first:
            raise CommandError(f"--until must be later than {first}.")
        self._tell(_renewed(calendar, first, options["until"]))

    def _tell(self, renewal: Renewal) -> None:
        for what, days in (("new", renewal.new), ("changed", renewal.changed), ("gone", renewal.gone)):
            for day in days:
                self.stdout.write(f"  {what}: {day}")
        known = f"Holidays are known from {renewal.known.first} until {renewal.known.until}"
        same = " Nothing has changed." if renewal.is_empty else " Open reports keep their deadlines until recomputed."
        self.stdout.write(f"{known}.{same}")


def _renewed(calendar: WorkingCalendar, first: date, until: date) -> Renewal:
    try:
        return renew_holidays(calendar=calendar, first=first, until=until)
    except NoCountry as error:
        raise CommandError("The calendar names no country: write its holidays by hand.") from error
    except UnknownCountry as error:
        raise CommandError(f"The holidays of {error} are not known: write them by hand.") from error
    except BeyondLibrary as error:
        raise CommandError(f"The holidays of these days are not known: {error}.") from error
    except GapInCalendar as error:
        raise CommandError(f"These days would leave a gap: {error}.") from error
