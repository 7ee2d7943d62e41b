"""A work order as PDF: its page set by WeasyPrint, with a font of ours and nothing from elsewhere."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from reports.workorder.content import WorkOrder

FONTS: Final = settings.ROOT / "node_modules" / "vazirmatn" / "fonts" / "ttf"
SCHEME: Final = "order:"  # of what the page refers to: order:photo/0, order:map, order:qr, order:font/Regular


class NotOfThisOrder(Exception):
    """The page refers to something that is not part of it."""


def as_pdf(order: WorkOrder) -> bytes:
    """The order on paper (A4). Takes about a second of a processor."""
    from weasyprint import HTML  # half a second and 30 MB that only those who print pay

    with override(order.language):
        page = render_to_string("reports/work_order.html", _context(order))
    written = HTML(string=page, url_fetcher=_fetcher(order)).write_pdf()
    assert isinstance(written, bytes)  # noqa: S101 - no target was named
    return written


def _context(order: WorkOrder) -> dict[str, Any]:
    return {
        "order": order,
        "photos": range(len(order.photos)),
        "told": (order.description, _direction(order.description)),
        "note": (order.note, _direction(order.note)),
    }


def _direction(text: str) -> str:
    """Where a text begins, by its first letter: what `dir="auto"` does in a browser."""
    first = next((kind for letter in text if (kind := unicodedata.bidirectional(letter)) in {"L", "R", "AL"}), "L")
    return "ltr" if first == "L" else "rtl"


def _fetcher(order: WorkOrder) -> Any:
    """Gives the page what belongs to the order, and nothing else: no file, no host, whatever the texts say."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Fetcher(URLFetcher):  # type: ignore[misc]  # its library has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(SCHEME):
                raise NotOfThisOrder(url)
            content, mime = _part(order, url.removeprefix(SCHEME))
            return URLFetcherResponse(url, content, {"Content-Type": mime})

    return Fetcher()


def _part(order: WorkOrder, name: str) -> tuple[bytes, str]:
    kind, _slash, which = name.partition("/")
    if kind == "photo":
        return order.photos[int(which)], "image/jpeg"
    if kind == "map":
        return order.map.svg.encode(), "image/svg+xml"
    if kind == "qr":
        return segno.make(order.staff_page, error="m").svg_inline(border=0).encode(), "image/svg+xml"
    if kind == "font":
        return _font(which), "font/ttf"
    raise NotOfThisOrder(name)


@lru_cache(maxsize=4)
def _font(weight: str) -> bytes:
    """Vazirmatn, under its own license beside it."""
    return Path(FONTS / f"Vazirmatn-{weight}.ttf").read_bytes()
