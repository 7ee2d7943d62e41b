"""What tests do and ask on a page of the map."""

HOSTILE = [
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "گودال" * 400,
    "\u202eمتن وارونه\u2066 و 👩‍👩‍👧‍👦 شکلک",
]


def click_on(visit, report) -> None:
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
