"""Who does what in a city that is there: departments and rules from one file."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from jurisdictions.loading.departments import load_departments, load_functions
from jurisdictions.loading.files import CannotLoad, Entry, read_json
from jurisdictions.loading.rows import Ledger, Say
from jurisdictions.loading.rules import load_rules
from jurisdictions.loading.tables import read_table
from jurisdictions.models import Jurisdiction


@dataclass(frozen=True, kw_only=True)
class Loading:
    """How to load a file: the first day of what is new, whether rules it does not name end, whether it is a trial."""

    first_day: date | None = None
    end_others: bool = False
    dry_run: bool = False


@transaction.atomic
def load_responsibility(path: Path, *, city: str, on: date, say: Say, how: Loading) -> bool:
    """Bring departments and rules of the city with that code up to date; whether that changed anything.

    All of the file or nothing; `on` is the city's day. Raises CannotLoad.
    """
    # One load after the other; a lock that takes no key lets reports of the city be stored meanwhile.
    root = Jurisdiction.objects.cities().select_for_update(no_key=True).get(code=city)
    file = read_table(path) if path.suffix.lower() == ".csv" else read_json(path)
    file.only("first_day", "functions", "departments", "rules")
    begins = how.first_day or _first_day_of(file, root) or on
    if begins < on and root.routing_rules.exists():
        raise CannotLoad(f"The first day {begins} is past: rules that have decided are not changed in retrospect.")
    ledger = Ledger(say=say, in_detail=True)
    if "functions" in file.values:
        load_functions(file.entries("functions"), ledger=ledger)
    if "departments" in file.values:
        load_departments(file.entries("departments"), root=root, ledger=ledger)
    if "rules" in file.values:
        load_rules(file, root=root, begins=begins, ledger=ledger, end_others=how.end_others, answer_all=False)
    transaction.set_rollback(how.dry_run)
    return ledger.changed


def _first_day_of(file: Entry, root: Jurisdiction) -> date | None:
    """The day the file names, which counts in a city that has no rules yet."""
    return file.day("first_day") if "first_day" in file.values and not root.routing_rules.exists() else None
