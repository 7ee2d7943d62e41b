"""The same spelling for Persian text within the database, where reports are searched."""

from django.db.models import Func, TextField


class Folded(Func):
    """A text as `persian.normalize.fold` has it, computed by the database (the function comes with reports' tables).

    The two agree on every letter, step by step; a test holds them together.
    """

    function = "persian_fold"
    output_field = TextField()
