"""The README's picture: the map page of a running demo, as a reader sees it."""

import sys

from tests.browser import ARGUMENTS, CHROMIUM

SIZE = {"width": 1180, "height": 740}
DRAWN = """async () => {
    const isThere = (selector) => document.querySelector(selector);
    const pause = (time) => new Promise((go) => setTimeout(go, time));
    while (!(cityEye?.map?.loaded() && isThere('#key dd') && isThere('.item'))) await pause(50);
    await pause(500); // names fade in
}"""


def main(url: str, path: str) -> None:
    """Write the picture of the map page at `url` to `path`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
        page.goto(f"{url.rstrip('/')}/?lang=en")
        page.evaluate(DRAWN)
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
