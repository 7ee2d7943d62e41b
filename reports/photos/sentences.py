"""What is told to whoever sent a file that is not taken."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TOO_MANY_WITHIN_THE_HOUR = gettext_lazy(
    "Too many photos from your address within this hour; try again in %(minutes)d minutes."
)


def sentence_of(code: str) -> str:
    """The sentence for a code of `sniffing.NotTaken`, with what to do about it."""
    sentences = {
        "empty_file": _("The file is empty: choose it again."),
        "unknown_photo_format": _("Send a photo as JPEG, PNG, WebP or HEIC."),
        "photo_type_mismatch": _("The file is of another kind than its part says: send it as what it is."),
        "not_only_a_photo": _("The file holds more than a photo: take a new photo, or save it as JPEG once more."),
        "documents_only_from_staff": _("Only the staff add documents; send a photo."),
        "photo_too_large": _("A photo may have at most %(megabytes)d megabytes: send a smaller one."),
    }
    return sentences[code] % {"megabytes": settings.PHOTO_MAX_BYTES // 1_048_576}


def too_many_at_once() -> str:
    """The sentence for more files than one request may bring."""
    return _("Send at most %(count)d photos in one request.") % {"count": settings.PHOTOS_PER_REQUEST}


def too_many() -> str:
    """The sentence for one photo more than a report may have."""
    return _("The report has as many photos as it may have.")


def storage_away() -> str:
    """The sentence while the storage does not do its part."""
    return _("Photos cannot be kept or shown at present; please try again in a few minutes.")
