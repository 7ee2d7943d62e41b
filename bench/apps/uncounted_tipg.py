"""TiPg as it comes, but for two things: it does not count what matches, and its database is BENCH_DATABASE_URL.

The count cannot be turned off, and ours has none; its settings take no address of a socket.
"""

import os
from typing import Any

import asyncpg  # type: ignore[import-not-found]  # of the environment that this runs in
from tipg import database  # type: ignore[import-not-found]
from tipg.collections import PgCollection  # type: ignore[import-not-found]

_create_pool = asyncpg.create_pool


async def _no_count(*_arguments: Any, **_options: Any) -> int:
    return 0


def _pool(_url: str, **options: Any) -> Any:
    settings = {"jit": "off", "max_parallel_workers_per_gather": "0"}  # as everybody has them
    return _create_pool(os.environ["BENCH_DATABASE_URL"], server_settings=settings, **options)


PgCollection._features_count_query = _no_count
database.asyncpg.create_pool = _pool

from tipg.main import app  # type: ignore[import-not-found] # noqa: E402

__all__ = ["app"]
