"""Photos as phones and attackers make them: each with secrets in all the places where a file can hold some."""

import struct
import zlib
from functools import cache
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

SECRETS = {
    "exif": "SECRET-MODEL",
    "maker": "SECRET-MAKERNOTE",
    "xmp": "SECRET-XMP",
    "iptc": "SECRET-IPTC",
    "comment": "SECRET-COMMENT",
}
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><x:who>{SECRETS["xmp"]}</x:who></x:xmpmeta>'.encode()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # once: it names the moment it is made
TAKEN = "2026:11:20 12:45:10"
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}


def scene(width: int = 640, height: int = 480, *, seed: int = 0) -> Image.Image:
    """A street of soft shapes; the upper left corner is red, the upper right one green, the lower left one blue."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for step in range(40):
        number = (step * 7919 + seed * 104729) & 0xFFFF
        x, y = number % width, number * 31 % height
        size = 20 + number % max(21, width // 4)
        draw.ellipse((x, y, x + size, y + size), fill=(number % 256, number * 3 % 256, number * 5 % 256))
    image = image.filter(ImageFilter.GaussianBlur(2))
    corner_x, corner_y = width // 5, height // 5
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, corner_x, corner_y), fill=(220, 20, 20))
    draw.rectangle((width - corner_x, 0, width, corner_y), fill=(20, 200, 20))
    draw.rectangle((0, height - corner_y, corner_x, height), fill=(20, 20, 220))
    return image


def corners(content: bytes) -> tuple[str, str, str]:
    """The colors of a picture's upper left, upper right and lower left corner: red, green, blue or other."""
    with Image.open(BytesIO(content)) as image:
        pixels = image.convert("RGB")
    width, height = pixels.size
    places = [(width // 10, height // 10), (width - width // 10, height // 10), (width // 10, height - height // 10)]
    return tuple(_color(pixels.getpixel(place)) for place in places)


def _color(pixel: tuple[int, ...]) -> str:
    for name, position in (("red", 0), ("green", 1), ("blue", 2)):
        others = [value for place, value in enumerate(pixel) if place != position]
        if pixel[position] > 150 and max(others) < 90:
            return name
    return "other"


def exif(*, lon: float | None = None, lat: float | None = None, orientation: int = 1, zone: str = "+03:30") -> bytes:
    """What a camera writes: its model, the moment, which way is up, the place, and a picture in its own note."""
    made = Image.Exif()
    made[ExifTags.Base.Model] = SECRETS["exif"]
    made[ExifTags.Base.Orientation] = orientation
    inner = made.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = TAKEN
    if zone:
        inner[ExifTags.Base.OffsetTimeOriginal] = zone
    inner[ExifTags.Base.MakerNote] = SECRETS["maker"].encode() + thumbnail()
    if lon is not None and lat is not None:
        gps = made.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", _parts(lon)
        gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", _parts(lat)
    return made.tobytes()


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 4)


def thumbnail() -> bytes:
    out = BytesIO()
    scene(32, 24).save(out, "JPEG")
    return out.getvalue()


def photo(form: str = "JPEG", *, image: Image.Image | None = None, seed: int = 0, **told: Any) -> bytes:
    """A photo of that form, with all that a phone and a program for pictures leave in it; `told` as in `exif`."""
    return _taken(form, image, **told) if image else _photo_of_a_scene(form, seed, **told)


@cache  # many tests send the same
def _photo_of_a_scene(form: str, seed: int, **told: Any) -> bytes:
    return _taken(form, scene(seed=seed), **told)


def _taken(form: str, image: Image.Image, **words: Any) -> bytes:
    told, out = exif(**words), BytesIO()
    if form == "JPEG":
        image.save(out, "JPEG", quality=90, exif=told, xmp=XMP, comment=SECRETS["comment"], icc_profile=PROFILE)
        return with_iptc(out.getvalue())
    if form == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", SECRETS["comment"])
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        image.save(out, "PNG", exif=told, pnginfo=texts, icc_profile=PROFILE)
    elif form == "WEBP":
        image.save(out, "WEBP", quality=90, exif=told, xmp=XMP, icc_profile=PROFILE)
    else:
        heif = pillow_heif.from_pillow(image)
        heif.save(out, quality=80, exif=told, xmp=XMP, icc_profile=PROFILE)
    return out.getvalue()


def with_iptc(jpeg: bytes) -> bytes:
    """With a segment as photo agencies write it."""
    words = SECRETS["iptc"].encode()
    record = b"\x1c\x02\x78" + struct.pack(">H", len(words)) + words
    block = b"8BIM\x04\x04\x00\x00" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)
    segment = b"Photoshop 3.0\x00" + block
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + jpeg[2:]


def segments(jpeg: bytes) -> list[str]:
    """The names of a JPEG's segments before its first scan, in order: what a reader of metadata could read."""
    assert jpeg[:2] == b"\xff\xd8"
    names, place = [], 2
    while place < len(jpeg):
        assert jpeg[place] == 0xFF
        marker, length = jpeg[place + 1], int.from_bytes(jpeg[place + 2 : place + 4], "big")
        names.append(f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else f"{marker:02X}")
        if marker == 0xDA:
            return names
        place += 2 + length
    raise AssertionError("no scan")


def plain(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG of a single tone, one bit a pixel, made without its pixels in memory: a bomb where it is large."""
    data = _zeros((1 + (width + 7) // 8) * height)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _zeros(count: int) -> bytes:
    """So many zero bytes as zlib packs them: a million, packed to stand alone, as often as it takes, and the rest."""
    pack, end = (zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS) for _ in range(2))
    block = pack.compress(bytes(1_000_000)) + pack.flush(zlib.Z_FULL_FLUSH)
    rest = end.compress(bytes(count % 1_000_000)) + end.flush()
    adler = count % 65_521 << 16 | 1
    return b"\x78\xda" + block * (count // 1_000_000) + rest + struct.pack(">I", adler)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
