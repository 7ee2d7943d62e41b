"""What commands that work in batches have in common: a bar while they do, and one sentence after Ctrl-C."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError

from jurisdictions.management.progress import Progress, Terminal

STOPPED = 130  # what a shell calls the end by Ctrl-C


@contextmanager
def to_the_end(terminal: Terminal, *, stopped: Callable[[], str]) -> Iterator[Callable[[int, int], None]]:
    """Gives what is told how many reports of how many are done; raises CommandError upon Ctrl-C, with what
    `stopped` says then.
    """
    bar = Progress(terminal, clock=time.monotonic)
    try:
        yield lambda done, total: bar.tell(done, done / total if total else None)
    except KeyboardInterrupt as stop:
        raise CommandError(stopped(), returncode=STOPPED) from stop
    finally:
        bar.end()
