"""The program that decodes one photo, in a process of its own: it knows no secret, no database and no other file.

It reads a photo from its standard input and writes a line of JSON to its standard output, then the view and the
thumbnail (JPEG). What is not decoded within the limits of memory and time ends this process and nothing else.
`reports.photos.decoding` starts it; it imports nothing of the service.
"""

import json
import resource
import sys
import warnings
from io import BytesIO
from typing import Any

import dhash
import pi_heif
from PIL import Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

VIEW, THUMBNAIL = 1600, 320  # pixels of the longer edge
QUALITY = 82
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)  # loaded before no file opens any more
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ORIENTATION, EXIF_IFD, GPS_IFD = 0x0112, 0x8769, 0x8825
TAKEN, TAKEN_ZONE = 0x9003, 0x9011
LAT_REF, LAT, LON_REF, LON = 1, 2, 3, 4


class Refused(Exception):
    """The photo is not taken; the message is one of the codes of `reports.models.photo.Refusal`."""


def main(mime: str, most_pixels: int, most_memory: int, seconds: int) -> None:
    """Decode what stands on the standard input within these limits (pixels, bytes, seconds of the processor)."""
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # we look at the size ourselves
    pi_heif.register_heif_opener()
    pi_heif.options.DECODE_THREADS = 1
    for nothing in (resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(nothing, (0, 0))  # all that is needed is open: from here on no file and no socket is
    warnings.simplefilter("ignore")
    try:
        answer, view, thumbnail = decoded(sys.stdin.buffer.read(), mime=mime, most_pixels=most_pixels)
    except Refused as refused:
        answer, view, thumbnail = {"refused": str(refused)}, b"", b""
    except MemoryError:
        answer, view, thumbnail = {"refused": "too_many_pixels"}, b"", b""
    answer |= {"view_bytes": len(view), "thumbnail_bytes": len(thumbnail)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + view + thumbnail)


def decoded(content: bytes, *, mime: str, most_pixels: int) -> tuple[dict[str, Any], bytes, bytes]:
    """What is known of the photo, its view and its thumbnail; raises Refused."""
    image = _opened(content, FORMATS[mime])
    if image.width * image.height > most_pixels:
        raise Refused("too_many_pixels")
    try:
        image.draft("RGB", (VIEW, VIEW))  # a JPEG is made smaller while it is read
        image.load()
    except (MemoryError, Image.DecompressionBombError) as error:
        raise Refused("too_many_pixels") from error
    except Exception as error:  # a decoder may raise anything at all over a hostile file
        raise Refused("damaged") from error
    told = _told(image)
    view = _upright(_in_srgb(_shrunk(image)), told.pop("orientation"))
    thumbnail = view.copy()
    thumbnail.thumbnail((THUMBNAIL, THUMBNAIL))
    told |= {"width": view.width, "height": view.height, "hash": _hash(view)}
    return told, jpeg_of(view), jpeg_of(thumbnail)


def _opened(content: bytes, form: str) -> Image.Image:
    """The photo with its header read and nothing else: one of this form, whatever else it may be."""
    try:
        return Image.open(BytesIO(content), formats=(form,))
    except Exception as error:  # as above
        raise Refused("damaged") from error


def _told(image: Image.Image) -> dict[str, Any]:
    """What the camera wrote down: which way is up, when and where. What cannot be read was not written."""
    found: dict[str, Any] = {"orientation": 1, "taken": None, "zone": None, "lon": None, "lat": None}
    try:
        exif = image.getexif()
        found["orientation"] = exif.get(ORIENTATION, 1)
        inner, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
        found["taken"], found["zone"] = _text(inner.get(TAKEN)), _text(inner.get(TAKEN_ZONE))
        lon, lat = _degrees(gps[LON], gps[LON_REF], "W"), _degrees(gps[LAT], gps[LAT_REF], "S")
        if abs(lon) <= 180 and abs(lat) <= 90:
            found["lon"], found["lat"] = lon, lat
    except Exception:  # noqa: S110 - as above; the picture itself may well be sound
        pass
    return found


def _text(value: Any) -> str | None:
    return value.strip("\0 ")[:40] if isinstance(value, str) else None


def _degrees(parts: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    side = side.decode("ascii") if isinstance(side, bytes) else side
    return -value if side.strip("\0 ").upper() == negative else value


def _shrunk(image: Image.Image) -> Image.Image:
    """At most VIEW pixels wide and high, and without transparency: what is transparent becomes white."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"P", "PA", "LA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    image.thumbnail((VIEW, VIEW), reducing_gap=2.0)
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    if isinstance(profile, bytes):
        image.info["icc_profile"] = profile
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """In the colors that every screen knows; a profile that cannot be read is left out."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        try:
            own = ImageCms.ImageCmsProfile(BytesIO(profile))
            changed = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            changed = None
        if changed is not None:
            return changed
    return image.convert("RGB")


def _upright(image: Image.Image, orientation: Any) -> Image.Image:
    """The pixels as they are to be seen, and nothing beside the pixels."""
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def _hash(image: Image.Image) -> int | None:
    """The perceptual hash, 64 bits as a signed number; none for a picture of a single tone, which is like all such."""
    grays = list(image.convert("L").resize((9, 9), Image.Resampling.LANCZOS).tobytes())
    rows: int
    columns: int
    rows, columns = dhash.dhash_row_col(grays, size=8)
    if not rows and not columns:
        return None
    return rows - (1 << 64) if rows >= 1 << 63 else rows


def jpeg_of(image: Image.Image) -> bytes:
    """The picture as it is kept and served."""
    out = BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], *(int(each) for each in sys.argv[2:5]))
