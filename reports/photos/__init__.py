"""Photos of reports: taken in, decoded apart, stripped of all that is not a pixel, shown by rule, covered, deleted."""

from reports.photos.adding import (
    Incoming,
    Stored,
    TooManyPhotos,
    add_photos,
    announce,
    first_photos,
    look_at,
    or_gone,
    store,
    store_meanwhile,
    withdraw,
)
from reports.photos.decoding import Refused, Unfinished
from reports.photos.files import NotThere, StorageAway
from reports.photos.hints import hint
from reports.photos.likeness import hash_of, hashes_of, likeness
from reports.photos.moderating import (
    NoRectangles,
    NotForThePublic,
    PhotoGone,
    belong_to,
    cover,
    hide,
    narrow,
    remove,
    show,
)
from reports.photos.parts import CutShort, Malformed, TooManyAtOnce, read_parts
from reports.photos.sniffing import NotTaken

__all__ = [
    "CutShort",
    "Incoming",
    "Malformed",
    "NoRectangles",
    "NotForThePublic",
    "NotTaken",
    "NotThere",
    "PhotoGone",
    "Refused",
    "StorageAway",
    "Stored",
    "TooManyAtOnce",
    "TooManyPhotos",
    "Unfinished",
    "add_photos",
    "announce",
    "belong_to",
    "cover",
    "first_photos",
    "hash_of",
    "hashes_of",
    "hide",
    "hint",
    "likeness",
    "look_at",
    "narrow",
    "or_gone",
    "read_parts",
    "remove",
    "show",
    "store",
    "store_meanwhile",
    "withdraw",
]
