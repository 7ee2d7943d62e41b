"""No question may keep the database busy for long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg2.errors import QueryCanceled

from api.errors import Problem


@contextmanager
def query_timeout() -> Iterator[None]:
    """Within, a statement that takes longer than QUERY_TIMEOUT_MS ends as Problem; the connection stays sound.

    The limit travels with each statement, in the same message and the same implicit transaction: it costs no round
    trip and leaves nothing behind.
    """
    limit = f"SET LOCAL statement_timeout = {int(settings.QUERY_TIMEOUT_MS)}; "

    def limited(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        return execute(limit + sql, values, many, context)

    try:
        with connection.execute_wrapper(limited):
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        detail = _("This takes too long to answer: ask for less, such as a smaller box or a shorter time.")
        raise Problem(status=503, code="query_too_expensive", detail=detail) from error
