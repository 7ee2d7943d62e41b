"""What tests do and ask on a page of the map."""

from tests.shapes import lonlat

HOSTILE = [
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "گودال" * 400,
    "\u202eمتن وارونه\u2066 و 👩‍👩‍👧‍👦 شکلک",
]


def look_from(visit, zoom: float, *, x: float = 1000, y: float = 500) -> None:
    """A place of the small city (its middle) from so far; from 14 on each report is a point of its own."""
    # In braces: what a function gives is carried over here, and this one would give the map: half a second's work.
    visit.page.evaluate("([center, zoom]) => { cityEye.map.jumpTo({center, zoom}); }", [list(lonlat(x, y)), zoom])
    visit.until("(zoom) => Math.abs(cityEye.map.getZoom() - zoom) < 1e-6", zoom)
    visit.until_drawn()


def click_on(visit, report) -> None:
    look_from(visit, 15, x=400)  # the panel lies over the eastern part of what is seen
    place = next(each["at"] for each in visit.drawn("reports") if each["reference"] == report.reference)
    visit.page.mouse.click(place["x"], place["y"])
    read(visit)


def read(visit) -> None:
    """Wait until the open card has all it shows."""
    visit.until("!document.querySelector('#card').hidden && document.querySelector('#card').ariaBusy === 'false'")


def text(visit, selector: str) -> str:
    return visit.page.locator(selector).inner_text()


def scrolls_sideways(visit) -> bool:
    return visit.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
