"""A little town that load_city reads, files of points for route_points, and a town for imports."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from tests.city_files import load, town_files, write
from tests.jurisdictions.import_ground import districts, town
from tests.jurisdictions.point_files import route_file

__all__ = ["districts", "route_file", "town"]


@pytest.fixture
def files():
    """The town's files, to be changed."""
    return town_files()


@pytest.fixture
def reload(db, tmp_path, files):
    """Write the files as they are now and load them; what the command says."""
    return lambda: load(write(tmp_path, files))


@pytest.fixture
def in_english() -> Iterator[None]:
    """What refuses, refuses in English."""
    with override("en"):
        yield
