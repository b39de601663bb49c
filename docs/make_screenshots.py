"""Writes the pictures of the page in docs/: the bundled sample, served and asked in Chromium, wide, narrow and dark.

Needs playwright (the extra `dev`) and a browser: chromium of the distribution, or what SEMSEARCH_CHROMIUM names. What
letters look like depends on the fonts that are there; fonts-urw-base35 has the ones of the pictures.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, sync_playwright

import semsearch
from semsearch.serve.app import create_app

FOLDER = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUALITY = 70  # of WebP, which playwright itself does not write
QUESTION = "how do greenhouse gases warm the earth?"
STEERED = f"?q={QUESTION}&like=manabe-1967-humidity&unlike=molina-1974-ozone"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: its name, the size of the window, light or dark, what is asked, and what is done then."""

    name: str
    size: tuple[int, int]
    scheme: str
    address: str
    act: Callable[[Page], None]


def _opened(page: Page) -> None:
    page.locator('[data-act="open"]').first.click()
    page.locator("mark.sentence").wait_for()


def _steered(page: Page) -> None:
    page.locator(".chip-title", has_text="Thermal").wait_for()


def _none(page: Page) -> None:
    page.locator(".examples a").first.wait_for()


PICTURES = (
    Picture("page-wide", (1240, 860), "light", f"?q={QUESTION}", _opened),
    Picture("page-dark", (1240, 700), "dark", STEERED, _steered),
    Picture("page-narrow", (390, 780), "light", f"?q={QUESTION}&since=1950", lambda page: None),
    Picture("page-empty", (1240, 640), "light", "", _none),
)


@contextmanager
def served(index: Path) -> Iterator[str]:
    """The address at which an index is served by a thread of this process."""
    config = uvicorn.Config(create_app(index), port=0, log_level="warning")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # whoever comes before the server runs waits for it
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()


def main() -> None:
    """Take every picture."""
    browser = os.environ.get("SEMSEARCH_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        semsearch.build_index(semsearch.sample_corpus(), Path(folder, "index"))
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        with served(Path(folder, "index")) as address:
            for picture in PICTURES:
                page = chromium.new_page(
                    viewport={"width": picture.size[0], "height": picture.size[1]},
                    color_scheme=picture.scheme,  # type: ignore[arg-type]
                )
                page.goto(address + picture.address)
                page.wait_for_load_state("networkidle")
                picture.act(page)
                page.mouse.move(0, 0)
                width, height = picture.size
                clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1.5}
                shot = page.context.new_cdp_session(page).send(
                    "Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip}
                )
                path = FOLDER / f"{picture.name}.webp"
                path.write_bytes(base64.b64decode(shot["data"]))
        chromium.close()


if __name__ == "__main__":
    main()
