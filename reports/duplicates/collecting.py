"""Garbage looked for less often while many reports are compared.

What is remembered of their texts are some hundred thousand small objects that stay. To go through all of them time and
again took a quarter of the time of a batch, and found nothing: almost nothing here refers to itself.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RARELY: Final = (100_000, 20, 100)  # new objects, and rounds of the younger ones, between two rounds


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """For this process, and all that are forked meanwhile."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
