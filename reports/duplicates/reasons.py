"""Why two reports are held to be one problem or not, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from persian.display import digits

MOST_WORDS = 5
_LONG_H = 48


def reasons(features: Mapping[str, Any], *, language: str) -> list[str]:
    """The features of a score as plain sentences, place first; a feature that is not there says nothing."""
    with override(language):
        return [digits(sentence) for sentence in _sentences(features)]


def _sentences(features: Mapping[str, Any]) -> Iterator[str]:
    yield _place(features)
    yield _time(features["hours"])
    if features.get("sudden"):
        yield _("What happens suddenly is told of by many at once.")
    if features["kinship"] < 1:
        yield _("Filed under another category that people use for such problems.")
    if features.get("same_address"):
        yield _("The address is the same.")
    yield from _text(features)
    if features.get("photo_likeness"):
        yield _("The photos are %(percent)d %% alike.") % {"percent": round(100 * features["photo_likeness"])}
    if features.get("same_person"):
        yield _("It comes from the same person or device.")


def _place(features: Mapping[str, Any]) -> str:
    metres = round(features["metres"])
    accuracy = features.get("accuracy_m")
    if accuracy and accuracy > metres:
        return _("%(metres)d m apart, less than the phone is sure of (%(accuracy)d m).") % {
            "metres": metres,
            "accuracy": round(accuracy),
        }
    return _("%(metres)d m apart.") % {"metres": metres}


def _time(hours: float) -> str:
    if hours < _LONG_H:
        count = round(hours)
        return ngettext("%(count)d hour apart.", "%(count)d hours apart.", count) % {"count": count}
    count = round(hours / 24)
    return ngettext("%(count)d day apart.", "%(count)d days apart.", count) % {"count": count}


def _text(features: Mapping[str, Any]) -> Iterator[str]:
    shared = features.get("words_shared") or []
    if shared:
        yield _("Both say: %(words)s.") % {"words": _listed(shared[:MOST_WORDS])}
    near = features.get("words_near") or []
    if near:
        yield _("People use these words for the same things: %(words)s.") % {"words": _listed(near)}
    likeness = features.get("text_likeness")
    if likeness is not None:
        yield _("The texts are %(percent)d %% alike.") % {"percent": round(100 * likeness)}
    for each in features.get("contradictions") or []:
        one, other = each["words"]
        yield _("One says “%(one)s”, the other “%(other)s”.") % {"one": one, "other": other}


def _listed(words: list[str]) -> str:
    return _(", ").join(words)
