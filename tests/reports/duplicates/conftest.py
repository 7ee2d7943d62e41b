"""Reports of one problem and of others, filed or in a file."""

import pytest

from tests.reports.duplicate_ground import found, told
from tests.reports.duplicates.matching import HEADER, Matched

__all__ = ["found", "told"]


@pytest.fixture
def match(tmp_path, db):
    def run(*lines, header=HEADER, options=(), **how) -> Matched:
        return Matched(tmp_path, "\n".join([header, *lines, ""]), *options, **how)

    return run
