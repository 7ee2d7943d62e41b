"""What a reporter says on the tracking page, in plain forms that any browser sends without scripts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from persian.normalize import NOT_TEXT, fold
from reports.photos.forms import FilesField

LONGEST_WORDS = 2000
SATISFACTION = [
    (5, _("very satisfied")),
    (4, _("satisfied")),
    (3, _("neither satisfied nor dissatisfied")),
    (2, _("dissatisfied")),
    (1, _("very dissatisfied")),
]


class WordsField(forms.CharField):
    """A few lines of text, without control characters."""

    widget = forms.Textarea(attrs={"rows": 4, "dir": "auto"})

    def to_python(self, value: object) -> str:
        """The text; what only looks like one is none."""
        text = NOT_TEXT.sub("", super().to_python(value) or "")
        return text if fold(text) else ""


class AnswerForm(forms.Form):
    """The answer to what the staff asked."""

    words = WordsField(
        max_length=LONGEST_WORDS,
        label=_("Your answer"),
        error_messages={"required": _("This text is empty: write what you see.")},
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", auto_id="answer-%s")


class FeedbackForm(forms.Form):
    """Whether it was solved; a “no” says why, and may show it."""

    was_solved = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, it was solved")), ("no", _("No, it was not"))],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with how it was handled?"),
        choices=[("", _("no answer")), *SATISFACTION],
        coerce=int,
        empty_value=None,
        required=False,
    )
    words = WordsField(
        label=_("In your own words"),
        max_length=LONGEST_WORDS,
        required=False,
        help_text=_("If it was not solved: what is still wrong? Only the staff read it."),
    )

    photo = FilesField(label=_("Photos of how it is now"), required=False)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", auto_id="feedback-%s")


class PhotosForm(forms.Form):
    """Photos of the place."""

    photo = FilesField(label=_("Photos"))
    keep_original = forms.BooleanField(
        label=_("The staff may keep the originals, with the place and time in them, as evidence"),
        required=False,
        help_text=_("Nobody else ever gets them. Without this the place in a photo is deleted."),
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", auto_id="photos-%s")
