"""The field by which people choose photos, on pages without scripts."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from persian.display import digits
from reports.photos import sentences

PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif"


class FilesInput(forms.FileInput):
    """A choice of several files, which phones offer to take with the camera."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files, one at least where they are required; what is in them the verb looks at that takes them."""

    def __init__(self, *, accept: str = PICTURES, **kwargs: Any) -> None:
        messages = {"required": _("Choose a photo.")}
        super().__init__(widget=FilesInput(attrs={"accept": accept}), error_messages=messages, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files."""
        files = data if isinstance(data, list) else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(files) > settings.PHOTOS_PER_REQUEST:
            raise forms.ValidationError(digits(sentences.too_many_at_once()), code="too_many")
        return files
