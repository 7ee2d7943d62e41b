"""Faces and plates covered: the pixels below are gone from what is made."""

from collections.abc import Sequence
from io import BytesIO
from math import ceil, floor

from PIL import Image, ImageDraw

from reports.photos.decoder import THUMBNAIL, jpeg_of

Rectangle = Sequence[float]  # x, y, width, height as parts (0 to 1) of the upright picture, from its upper left corner
COVER = (24, 24, 24)
BLOCK, SPREAD = 16, 18  # pixels


def covered(view: bytes, rectangles: Sequence[Rectangle]) -> tuple[bytes, bytes]:
    """A view of ours (JPEG) and its thumbnail, made anew from pixels that are not below any of the rectangles."""
    with Image.open(BytesIO(view), formats=("JPEG",)) as image:
        bare = Image.new("RGB", image.size)
        bare.paste(image)
    draw = ImageDraw.Draw(bare)
    for x, y, width, height in rectangles:
        left, right = _blocks(x, x + width, pixels=bare.width)
        top, bottom = _blocks(y, y + height, pixels=bare.height)
        draw.rectangle((left, top, right - 1, bottom - 1), fill=COVER)
    small = bare.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return jpeg_of(bare), jpeg_of(small)


def _blocks(first: float, last: float, *, pixels: int) -> tuple[int, int]:
    """From where to where pixels are covered: to whole blocks of JPEG, and a block beyond.

    JPEG spreads what it keeps throughout a block, and its colors two pixels into the next one.
    """
    return floor((first * pixels - SPREAD) / BLOCK) * BLOCK, ceil((last * pixels + SPREAD) / BLOCK) * BLOCK
