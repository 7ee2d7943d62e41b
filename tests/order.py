"""The order of a run: what takes seconds is begun first, and by each process another part of it."""

from collections.abc import Sequence
from itertools import groupby

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Called in each process of a run with all its tests; of pytest-xdist's processes each gets an equal slice."""
    processes = getattr(config, "workerinput", {}).get("workercount", 1)
    long = [item for item in items if _group(item)]
    short = [item for item in items if not _group(item)]
    # Tests in browsers come last in the order of names: they take longest, and all should share one browser.
    groups = [list(group) for _name, group in groupby(sorted(long, key=_group, reverse=True), key=_group)]
    items[:] = _slices(groups, short, processes)


def _group(item: pytest.Item) -> str:
    """What is done by one process, one after the other; empty for tests that are short."""
    if item.get_closest_marker("browser"):
        return "~browser"
    return str(item.path) if item.get_closest_marker("long") else ""


def _slices(groups: Sequence[list[pytest.Item]], short: list[pytest.Item], processes: int) -> list[pytest.Item]:
    total = sum(map(len, groups)) + len(short)
    ordered: list[pytest.Item] = []
    for number in range(processes):
        begun = [item for group in groups[number::processes] for item in group]
        size = (total - len(ordered)) // (processes - number)
        filled = max(0, size - len(begun))
        ordered += begun + short[:filled]
        short = short[filled:]
    return ordered + short
