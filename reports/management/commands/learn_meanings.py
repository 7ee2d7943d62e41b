"""Learn which words people use of the same things."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.duplicates.meaning import UnreadableMeanings, read_meanings, write_meanings
from reports.duplicates.tellings import Situation, UnreadableTellings, learn, read_situations

FEWEST = 20  # situations, of which most say nothing of most words


class Command(BaseCommand):
    """Reads tellings of situations, and writes the directions of their words, for MEANINGS_FILE."""

    help = "Learn the directions of words from what different people say of the same situations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tellings, and the file to write."""
        parser.add_argument(
            "tellings", nargs="+", type=Path, metavar="TELLINGS.txt", help="as fixtures/tellings_fa.txt"
        )
        parser.add_argument("out", type=Path, metavar="OUT.tsv", help="the file to write")

    def handle(self, *_args: str, **options: Any) -> None:
        """Learn, and say of how much."""
        situations = _read(options["tellings"])
        if len(situations) < FEWEST:
            raise CommandError(
                f"There are {len(situations)} situations: it takes {FEWEST}, and some thousands to be good."
            )
        _check(options["out"])
        words, directions = learn([each.tellings for each in situations])
        if not words:
            raise CommandError("No word stands in two of the tellings: there is nothing to learn from them.")
        try:
            write_meanings(options["out"], words, directions)
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}") from error
        tellings = sum(len(each.tellings) for each in situations)
        self.stdout.write(
            f"Learned {len(words):,} words from {tellings:,} tellings of {len(situations):,} situations. "
            f"They are in {options['out']}: set MEANINGS_FILE to it."
        )


def _check(out: Path) -> None:
    """Write over directions only: whoever forgets OUT would lose the last of the tellings."""
    if not out.exists():
        return
    if not out.is_file():
        raise CommandError(f"{out} is no file.")
    try:
        read_meanings(out)
    except UnreadableMeanings as error:
        raise CommandError(f"{out} is there, and holds no directions of words: name another file.") from error


def _read(paths: list[Path]) -> list[Situation]:
    try:
        return [situation for path in paths for situation in read_situations(path)]
    except UnreadableTellings as error:
        raise CommandError(str(error)) from error
