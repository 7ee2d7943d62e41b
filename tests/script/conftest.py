"""Fixtures for tests of the scripts."""

from collections.abc import Iterator

import pytest

from tests.script.checkout import Checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """One checkout for the tests of a module, each of which starts or stops the cluster as it needs it.

    Its name has a space, as people's folders do; its cluster is gone when the tests end.
    """
    made = Checkout(tmp_path_factory.mktemp("checkout") / "city eye")
    yield made
    assert made.cluster("delete").returncode == 0
