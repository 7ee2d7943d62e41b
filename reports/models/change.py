"""What the public's map has seen change, in the order in which it may be told."""

from django.db import models


class TransactionId(models.Field[int, int]):
    """PostgreSQL's `xid8`: the number of the transaction that wrote a row; it never comes again."""

    def db_type(self, connection: object) -> str:
        """The column's type."""
        return "xid8"


class CurrentTransaction(models.Func):
    """The number of the transaction that is under way."""

    template = "pg_current_xact_id()"
    arity = 0
    output_field = TransactionId()


class Change(models.Model):
    """One change of what the public sees of a report: it came (`was_x` is null), changed, or went (`x` is null).

    Rows are written by triggers of the reports' table, in the transaction that changes the report, whoever writes; a
    report that is not public leaves none. `(transaction, id)` is their order: rows of transactions below
    `pg_snapshot_xmin(pg_current_snapshot())` are complete, nothing can come before them any more. Places are
    `geo.world`'s; `grounds` are public_jurisdictions. Rows are kept for a while, then swept away.
    """

    transaction = TransactionId(db_default=CurrentTransaction())
    report_id = models.BigIntegerField()
    reference = models.CharField(max_length=16)
    root_id = models.BigIntegerField()
    at = models.DateTimeField()
    was_root_id = models.BigIntegerField(null=True)
    was_x = models.IntegerField(null=True)
    was_y = models.IntegerField(null=True)
    was_category_id = models.BigIntegerField(null=True)
    was_status = models.CharField(max_length=20, null=True)  # noqa: DJ001 - null, not empty: there was no report
    was_grounds = models.JSONField(null=True)
    x = models.IntegerField(null=True)
    y = models.IntegerField(null=True)
    category_id = models.BigIntegerField(null=True)
    status = models.CharField(max_length=20, null=True)  # noqa: DJ001 - as above
    grounds = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index("transaction", "id", name="reports_change_order")]

    def __str__(self) -> str:
        return f"{self.reference} · {self.at:%Y-%m-%d %H:%M:%S}"
