"""What the staff send about photos: files for a report, and what is to be covered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from persian.normalize import to_ascii_digits
from reports.models import PhotoKind
from reports.photos.forms import PICTURES, FilesField


class AddForm(forms.Form):
    """Photos for a report, of before or after the work."""

    kind = forms.ChoiceField(
        label=_("kind"), choices=PhotoKind.choices, initial=PhotoKind.AFTER, widget=forms.RadioSelect
    )
    photo = FilesField(
        label=_("Photos or PDF"), accept=f"{PICTURES},application/pdf", help_text=_("PDF stays with the staff.")
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="", auto_id="photos-%s")


class CoverForm(forms.Form):
    """Rectangles, one a line: left, top, width and height in percent of the picture."""

    rectangles = forms.CharField(
        label=_("covered"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "data-covers": ""}),
        help_text=_("Draw on the picture, or write each rectangle on a line: left, top, width, height in percent."),
    )

    def __init__(self, data: Any = None, *, covered: list[list[float]] | None = None) -> None:
        lines = "\n".join(" ".join(f"{value * 100:g}" for value in each) for each in covered or [])
        super().__init__(data, label_suffix="", initial={"rectangles": lines})

    def clean_rectangles(self) -> list[list[float]]:
        """The rectangles as parts of the picture."""
        text = to_ascii_digits(self.cleaned_data["rectangles"])
        try:
            lines = [[float(word) / 100 for word in line.replace(",", " ").split()] for line in text.splitlines()]
        except ValueError as error:
            raise forms.ValidationError(_("Write numbers.")) from error
        return [line for line in lines if line]
