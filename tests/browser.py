"""A real Chromium for tests, started once: pages that record what they ask for and what they complain about."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:  # of a run's processes one needs it
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = Path("/usr/bin/chromium")
REAL_CHROMIUM = Path("/usr/lib/chromium/chromium")  # Debian's; Ubuntu's package only leads to a snap
ARGUMENTS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu-compositing",  # the map alone needs the drawing machine, and here it is a program
    "--disable-gpu-rasterization",
    "--disable-site-isolation-trials",  # one program draws all pages, and need not compile the map again for each
    "--renderer-process-limit=1",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",  # nobody else is there
]
PATIENCE_S = 20
# It waits in the page: to ask from here each time took the work of four programs.
WAITING = """async (argument) => {
    const look = () => { const seen = (%s); return typeof seen === "function" ? seen(argument) : seen; };
    for (const end = performance.now() + %d; performance.now() < end; await new Promise((go) => setTimeout(go, 20))) {
        const value = await look();
        if (value) return value;
    }
}"""


@dataclass
class Visit:
    """One page of one reader, with all it asked for (`asked`) and complained about (`complaints`)."""

    page: Page
    server: str
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    prepared: bool = False

    def listen(self) -> None:
        """Record from now on."""
        for event, note in self._listeners.items():
            self.page.on(event, note)

    def leave(self) -> bool:
        """End the visit; whether the page is again as it was."""
        if self.prepared:
            self.page.close()
            return False
        for event, note in self._listeners.items():
            self.page.remove_listener(event, note)
        self.page.unroute_all()
        self.page.goto("about:blank")
        return True

    def prepare(self, script: str) -> None:
        """Run a script before those of the page."""
        self.prepared = True
        self.page.add_init_script(script)

    def open(self, path: str) -> Visit:
        self.page.goto(self.server + path)
        return self

    @cached_property
    def _listeners(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "request": lambda request: self.asked.append(request.url),
            "pageerror": lambda error: self.complaints.append(str(error)),
            "console": lambda said: said.type == "error" and self.complaints.append(said.text),
        }

    @property
    def foreign(self) -> list[str]:
        """What was asked of another host than ours."""
        ours = urlsplit(self.server).netloc
        return [url for url in self.asked if url.startswith("http") and urlsplit(url).netloc != ours]

    def until(self, script: str, argument: Any = None) -> Any:
        """What the script gives once that is true; a page's policy forbids Playwright's own way of waiting."""
        from playwright.sync_api import Error

        end = monotonic() + PATIENCE_S
        while (left := end - monotonic()) > 0:
            try:
                if value := self.page.evaluate(WAITING % (script, left * 1000), argument):
                    return value
            except Error as error:  # the page went away under it: what is asked for may be on the next one
                if "context was destroyed" not in error.message:
                    raise
        raise AssertionError(f"Never came true: {script}; complaints: {self.complaints}")

    def until_drawn(self) -> Visit:
        """Wait until the map has drawn all it has."""
        self.until("cityEye?.map?.loaded() && document.querySelector('#panel')?.ariaBusy !== 'true'")
        return self

    def drawn(self, layer: str) -> list[dict[str, Any]]:
        """Properties and place on the screen of what the map shows in a layer."""
        return self.page.evaluate(
            """(layer) => cityEye.map.queryRenderedFeatures({layers: [layer]}).map((each) => ({
                ...each.properties,
                at: each.geometry.type === "Point" ? cityEye.map.project(each.geometry.coordinates) : null,
            }))""",
            layer,
        )


@pytest.fixture(scope="session")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """Chromium, or a skip that says why there is none."""
    if not (CHROMIUM.is_file() and REAL_CHROMIUM.is_file()):
        pytest.skip("This system has no chromium package (Ubuntu's is a snap)")
    from playwright.sync_api import sync_playwright

    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # Playwright keeps an event loop in this thread; the database is used beside it, never inside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()
    _let_the_server_finish()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def _let_the_server_finish() -> None:
    """Wait for the threads that served the browser: each holds a connection to the database, which is dropped next."""
    end = monotonic() + PATIENCE_S
    while any("process_request_thread" in thread.name for thread in threading.enumerate()) and monotonic() < end:
        sleep(0.02)


@pytest.fixture(scope="session")
def reader(chromium: Browser) -> BrowserContext:
    """One reader for all tests: what the browser has compiled once it need not compile again."""
    # A pixel of the drawing for each square of four that a page measures by: a map is drawn with a quarter of the work.
    return chromium.new_context(reduced_motion="reduce", device_scale_factor=0.5)


@pytest.fixture(scope="session")
def idle(reader: BrowserContext) -> list[Page]:
    """Pages that tests have left: to start another program for each page takes longer than to look at it."""
    return []


@pytest.fixture
def visit(reader: BrowserContext, idle: list[Page], live_server) -> Iterator[Callable[..., Visit]]:
    """Opens a page of our server for a reader without cookies: `visit(width=360, height=640, language="en")`."""
    visits = []

    def make(*, width: int = 800, height: int = 340, language: str = "") -> Visit:
        if language:
            reader.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
        visit = Visit(page=idle.pop() if idle else reader.new_page(), server=live_server.url)
        visits.append(visit)
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.listen()
        return visit

    yield make
    for visit in visits:
        if visit.leave():
            idle.append(visit.page)
    reader.clear_cookies()
