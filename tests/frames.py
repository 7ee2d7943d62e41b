"""Room for the calls of a test, taken once.

Python keeps the frames of calls in pieces of 16 kB, and gives each back to the system as soon as its calls have
returned. What calls in a loop at the edge of a piece asks for one each time: a thousand times a test, a ninth of a run.
"""

from collections.abc import Callable
from typing import TypeVarTuple

import pytest
from _pytest.runner import pytest_runtest_protocol as run_as_usual

Words = TypeVarTuple("Words")


def _with_room(run: Callable[[*Words], bool], *words: *Words) -> bool:
    """The calls below this one share what its piece has left."""
    return run(*words)


# As a frame it claims a little more than a megabyte, which it never touches: its piece is of two.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=131_200)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Called for each test, with its fixtures."""
    return _with_room(run_as_usual, item, nextitem)
