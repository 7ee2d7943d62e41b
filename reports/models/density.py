"""The pyramid of counts: how many public reports lie in each cell of the square world, up to a folded change.

Everything here follows from the reports' table and is kept by `reports.density.folding` alone. Level `DEEPEST` has
cells of 306 m at the equator; a cell's parent is at half its x and y. Sums and extents are in units of `geo.world`.
"""

from django.db import models

from reports.models.change import TransactionId

COARSEST = 3  # a world of 64 cells
DEEPEST = 17


class DensityCell(models.Model):
    """The reports of one category and status in one cell: how many, the sums of their places, and their extent.

    Between two folds an extent may be nowhere (west > east): where all that is counted has gone by now.
    """

    pk = models.CompositePrimaryKey("level", "x", "y", "category_id", "status")
    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    category_id = models.BigIntegerField()
    status = models.CharField(max_length=20)
    n = models.IntegerField()
    sum_x = models.BigIntegerField()
    sum_y = models.BigIntegerField()
    west = models.IntegerField()
    north = models.IntegerField()
    east = models.IntegerField()
    south = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.level}/{self.x}/{self.y} · {self.category_id} · {self.status}: {self.n}"


class DensitySummary(models.Model):
    """All reports in one cell, with what a view without filters shows of them, and the changes folded under it.

    `statuses` and `categories` are counts by status and by category's key; `top` are the first of these,
    [[key, count], …]. `changes` only grows: a cell that has lost its reports keeps its row.
    """

    pk = models.CompositePrimaryKey("level", "x", "y")
    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    n = models.IntegerField()
    sum_x = models.BigIntegerField()
    sum_y = models.BigIntegerField()
    west = models.IntegerField(null=True)
    north = models.IntegerField(null=True)
    east = models.IntegerField(null=True)
    south = models.IntegerField(null=True)
    statuses = models.JSONField()
    categories = models.JSONField()
    top = models.JSONField()
    changes = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.level}/{self.x}/{self.y}: {self.n}"


class DensityGround(models.Model):
    """The reports of one category and status in one jurisdiction, as the public knows it; `level` is a level's code."""

    pk = models.CompositePrimaryKey("level", "root_id", "code", "category_id", "status")
    root_id = models.BigIntegerField()
    level = models.CharField(max_length=80)
    code = models.CharField(max_length=80)
    category_id = models.BigIntegerField()
    status = models.CharField(max_length=20)
    n = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.level} {self.code} · {self.category_id} · {self.status}: {self.n}"


class DensityFold(models.Model):
    """One row: up to which change, in their order, the pyramid has been folded. No row: up to none."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    transaction = TransactionId()
    change = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="reports_densityfold_one_row")]

    def __str__(self) -> str:
        return f"{self.transaction}-{self.change}"
