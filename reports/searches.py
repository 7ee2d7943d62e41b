"""Which reports wait for their duplicates to be looked for."""

from collections.abc import Iterable
from typing import Final

from django.db import connection

_ASK: Final = "INSERT INTO reports_unsought (report_id) SELECT id FROM reports_report WHERE id = ANY(%s)"
_TAKE_UP: Final = "DELETE FROM reports_unsought WHERE report_id = ANY(%s)"


def ask_for_searches(report_ids: Iterable[int]) -> None:
    """Have the duplicates of these reports looked for, in the transaction of the change that makes it necessary."""
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [list(report_ids)])


def take_up(report_ids: Iterable[int]) -> None:
    """Let these reports wait no longer: their duplicates are looked for in this transaction.

    Before anything else is read of them: what others have changed and asked for, and not committed by now, waits on.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP, [list(report_ids)])
