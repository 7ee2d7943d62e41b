"""The command line of the bench: its database first, then Django on it, then the table."""

import argparse
import os
import sys
from pathlib import Path

import django

from bench.database import ROOT, make_database, recipe_of, url_beside
from config import cluster, environment

FEWEST = 10_000
USUAL = ("routing", "page", "tiles", "clusters", "writes", "photos", "rerouting", "deadlines", "points")
PARTS = (*USUAL, "growth", "agreement", "parts", "duplicates", "million", "processor", "exact", "desk")


def main() -> str | None:
    """The sentence that says why there is no table, or None after printing it."""
    options = _options()
    unknown = [part for part in options.only or () if part not in PARTS]
    if unknown:
        return f"There is no part {unknown[0]}; there are: {', '.join(PARTS)}."
    if options.reports < FEWEST:
        return f"The pages that are asked for need at least {FEWEST} reports."
    cluster.ensure_running()
    server = environment.database_url()
    os.environ |= {"DATABASE_URL": url_beside(server), "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "no"}
    django.setup()
    recipe = recipe_of(manifest=options.city, reports=options.reports)
    is_new = make_database(server, recipe=recipe)
    return (_fill(options, recipe) if is_new else None) or _show(options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="How fast City Eye is.", allow_abbrev=False)
    parser.add_argument("--reports", type=_positive, default=100_000, help="in the database (100000)")
    parser.add_argument("--connections", type=_positive, default=4, help="that ask at once (4)")
    parser.add_argument("--rounds", type=_positive, default=3, help="that everybody takes part in (3)")
    parser.add_argument("--seconds", type=_positive, default=2, help="of each turn in a round (2)")
    parser.add_argument(
        "--only",
        action="append",
        help=f"this part, or these ({', '.join(PARTS)}; all up to points unless told otherwise)",
        metavar="NAME",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    parser.add_argument("--city", type=Path, default=ROOT / "fixtures" / "mashhad.json", help="the city's manifest")
    return parser.parse_args()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _fill(options: argparse.Namespace, recipe: str) -> str | None:
    from bench.load import TooFewReports, fill_database
    from bench.run import say

    say(f"Making a database with the city and {options.reports:,} reports (it is kept for the next run)")
    try:
        fill_database(manifest=options.city, reports=options.reports, recipe=recipe)
    except TooFewReports as error:
        return str(error)
    return None


def _show(options: argparse.Namespace) -> str | None:
    from bench.clients import Failed
    from bench.guard import Different
    from bench.machine import describe
    from bench.run import Plan, measure
    from bench.servers import NotServing
    from bench.statements import Unrecordable
    from bench.table import markdown, plain

    plan = Plan(
        connections=options.connections,
        rounds=options.rounds,
        seconds=options.seconds,
        parts=options.only or USUAL,
    )
    try:
        sections = measure(plan)
    except (Different, Failed, NotServing, Unrecordable) as error:
        return str(error)
    print((markdown if options.markdown else plain)(sections))
    print()
    print(describe(reports=options.reports, plan=plan))
    return None


if __name__ == "__main__":
    sys.exit(main())
