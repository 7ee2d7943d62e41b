"""Pieces of SQL that the pyramid's statements share."""

from typing import Final

# Changes that are not in the pyramid yet, as the statement's own snapshot sees both.
UNFOLDED: Final = """(transaction, id) > (
    coalesce((SELECT transaction FROM reports_densityfold), '0'::xid8),
    coalesce((SELECT change FROM reports_densityfold), 0)
)"""

# The first transaction that may still write a change: those below it are complete. Transactions of other databases of
# the cluster are in the same snapshots and would hold it up; an xid that is surely one of theirs does not count.
HORIZON: Final = """least(
    (SELECT xid FROM pg_snapshot_xip(pg_current_snapshot()) AS xid
     WHERE NOT EXISTS (
         SELECT FROM pg_stat_activity WHERE backend_xid = xid::xid AND datname <> current_database()
     ) ORDER BY xid LIMIT 1),
    pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned()
)"""
