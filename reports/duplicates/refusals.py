"""Why an act about duplicates cannot be done, in a sentence for whoever asked."""

from django.utils.translation import gettext as _

from reports.duplicates.acts import (
    HeldApart,
    InOtherCities,
    NobodyLeft,
    NotInCluster,
    TogetherAlready,
    TooManyPairs,
    WithItself,
)
from reports.duplicates.components import TooLarge
from reports.duplicates.undoing import DecidedSince, UndoneAlready

REFUSALS = (
    DecidedSince,
    HeldApart,
    InOtherCities,
    NobodyLeft,
    NotInCluster,
    TogetherAlready,
    TooLarge,
    TooManyPairs,
    UndoneAlready,
    WithItself,
)


def sentence_of(error: Exception) -> str:
    """The sentence for one of REFUSALS, in the active language."""
    if isinstance(error, HeldApart):
        one, other = error.pairs[0]
        text = _(
            "Somebody has said that %(one)s and %(other)s are not the same: accept that pair, or undo that, first."
        )
        return text % {"one": one, "other": other}
    if isinstance(error, NotInCluster):
        text = _("%(references)s is not part of this problem, or not any more: look again.")
        return text % {"references": ", ".join(error.references)}
    if isinstance(error, DecidedSince):
        text = _("Somebody has decided about these reports since; undo that first: %(acts)s.")
        return text % {"acts": ", ".join(map(str, error.acts))}
    return {
        InOtherCities: _("Reports of different cities are not one problem."),
        NobodyLeft: _("At least one report stays: choose fewer."),
        TogetherAlready: _("These reports are one problem already."),
        TooLarge: _("More reports hang together here than can be put in order at once: cluster_duplicates does it."),
        TooManyPairs: _("That is too much at once: take fewer reports."),
        UndoneAlready: _("This has been undone already."),
        WithItself: _("Name at least two different reports."),
    }[type(error)]
