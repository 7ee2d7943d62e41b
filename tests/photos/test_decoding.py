"""A photo decoded by a program of its own: apart, within limits, whatever its format holds."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from reports.photos import decoding
from reports.photos.decoding import Decoded, Refused, Unfinished, decode, taken_at
from tests.pictures import MIMES, corners, exif, photo, plain, png_of, scene

pytestmark = pytest.mark.django_db


class TestTheProgram:
    """`decoder.py` alone, as the worker starts it."""

    def run(self, content: bytes, *, mime: str = "image/jpeg", code: str = "", **limits):
        pixels, memory, seconds = (limits.get(name, usual) for name, usual in LIMITS.items())
        program = [sys.executable, "-I", "-B", str(decoding.PROGRAM)]
        if code:  # something to do in the program's place, within its limits
            program = [sys.executable, "-I", "-B", "-c", code]
        return subprocess.run(
            [*program, mime, str(pixels), str(memory), str(seconds)],
            input=content,
            capture_output=True,
            env=decoding.ENVIRONMENT,
            timeout=60,
        )

    def test_opens_no_file_and_no_socket(self):
        code = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("decoder", {str(decoding.PROGRAM)!r})
decoder = importlib.util.module_from_spec(spec)
spec.loader.exec_module(decoder)
def evil(content, **limits):
    import socket
    found = []
    for act in (lambda: open("/etc/passwd"), lambda: socket.socket(), lambda: open("/tmp/x", "w")):
        try:
            act()
        except OSError as error:
            found.append(error.errno)
    raise decoder.Refused(str(found))
import socket
decoder.decoded = evil
decoder.main(sys.argv[1], *(int(each) for each in sys.argv[2:5]))
"""
        done = self.run(b"", code=code)
        assert json.loads(done.stdout)["refused"] == "[24, 24, 24]", done.stderr  # too many open files

    def test_knows_no_secret(self):
        assert not {"SECRET_KEY", "DATABASE_URL"} & set(decoding.ENVIRONMENT)
        assert set(decoding.ENVIRONMENT) == {"PATH", "LANG", "MALLOC_ARENA_MAX"}

    def test_takes_no_more_memory_than_it_may(self):
        large = plain(Image.new("RGB", (9000, 7000), "teal"), "PNG")
        done = self.run(large, mime="image/png", most_memory=200 * 2**20)
        assert json.loads(done.stdout)["refused"] == "too_many_pixels"

    def test_takes_no_more_time_than_it_may(self):
        code = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass"
        assert self.run(b"", code=code).returncode < 0

    def test_reads_no_format_but_the_one_it_is_told(self):
        for form, mime in MIMES.items():
            other = "image/png" if mime != "image/png" else "image/webp"
            assert json.loads(self.run(photo(form), mime=other).stdout.split(b"\n")[0])["refused"] == "damaged"


LIMITS = {"most_pixels": 65_000_000, "most_memory": decoding.MEMORY, "seconds": decoding.SECONDS}


def test_a_photo_of_100_megapixels_is_refused_without_being_decoded():
    for content, mime in (
        (plain(Image.new("L", (10_000, 10_000))), "image/jpeg"),
        (png_of(10_000, 10_000), "image/png"),
    ):
        with pytest.raises(Refused, match="too_many_pixels"):
            decode(content, mime=mime)


def test_a_program_that_crashes_refuses_its_photo_alone(monkeypatch, tmp_path):
    crash = tmp_path / "decoder.py"
    crash.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(decoding, "PROGRAM", crash)
    with pytest.raises(Refused, match="too_hard"):
        decode(photo(), mime="image/jpeg")


def test_a_program_that_was_killed_may_be_started_again(monkeypatch, tmp_path):
    crash = tmp_path / "decoder.py"
    crash.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(decoding, "PROGRAM", crash)
    with pytest.raises(Unfinished):
        decode(photo(), mime="image/jpeg")


@pytest.mark.parametrize(
    ("image", "form", "mime"),
    [
        (scene().convert("CMYK"), "JPEG", "image/jpeg"),
        (scene().convert("L"), "JPEG", "image/jpeg"),
        (scene().convert("P"), "PNG", "image/png"),
        (scene().convert("RGBA"), "PNG", "image/png"),
        (scene().convert("LA"), "PNG", "image/png"),
        (scene().convert("1"), "PNG", "image/png"),
        (scene().convert("L").convert("I;16"), "PNG", "image/png"),
        (scene().convert("RGBA"), "WEBP", "image/webp"),
        (Image.new("RGB", (1, 1)), "PNG", "image/png"),
        (Image.new("RGB", (1, 4000)), "PNG", "image/png"),
    ],
)
def test_whatever_a_format_can_hold_becomes_a_picture(image, form, mime):
    made = decode(plain(image, form), mime=mime)
    assert made.view.startswith(b"\xff\xd8")
    assert max(made.width, made.height) <= 1600
    if image.mode in {"CMYK", "RGBA", "P"}:
        assert corners(made.view) == ("red", "green", "blue")


def test_what_is_transparent_becomes_white():
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    made = decode(plain(image, "PNG"), mime="image/png")
    with Image.open(BytesIO(made.view)) as view:
        assert view.getpixel((32, 32)) == (255, 255, 255)


def test_an_animation_shows_its_first_picture():
    frames = [scene(), scene().rotate(180)]
    for form, mime in (("WEBP", "image/webp"), ("PNG", "image/png")):
        content = plain(frames[0], form, save_all=True, append_images=frames[1:])
        assert corners(decode(content, mime=mime).view) == ("red", "green", "blue")


class TestTheCamerasClock:
    def told(self, taken: str | None, zone: str | None = None) -> datetime | None:
        decoded = Decoded(
            view=b"", thumbnail=b"", width=1, height=1, perceptual_hash=None, taken=taken, zone=zone, gps=None
        )
        return taken_at(decoded, time_zone="Asia/Tehran", before=datetime(2026, 11, 23, tzinfo=UTC))

    def test_is_in_its_own_zone_or_in_the_citys(self):
        assert self.told("2026:11:20 12:45:10", "+01:00") == datetime(2026, 11, 20, 11, 45, 10, tzinfo=UTC)
        assert self.told("2026:11:20 12:45:10") == datetime(2026, 11, 20, 9, 15, 10, tzinfo=UTC)

    @pytest.mark.parametrize(
        "taken", [None, "", "0000:00:00 00:00:00", "2026-11-20 12:45:10", "1980:01:01 00:00:00", "2031:01:01 00:00:00"]
    )
    def test_is_not_believed_where_it_tells_nonsense(self, taken):
        assert self.told(taken) is None


@pytest.mark.parametrize(("lon", "lat"), [(200.0, 36.0), (59.0, 91.0)])
def test_a_place_that_there_is_not_is_none(lon, lat):
    assert decode(plain(scene(), exif=exif(lon=lon, lat=lat)), mime="image/jpeg").gps is None
