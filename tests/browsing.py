"""What the tests of the page share: Chromium by playwright, one server and one browser for each file of them.

Skipped where playwright or a browser is missing, unless SEMSEARCH_BROWSER_TESTS=required says that they have to be.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import TinyEncoder, write_jsonl
from page_papers import page_papers

from semsearch import build_index

__all__ = [
    "ALL",
    "DIMMED",
    "DOUGH",
    "PAGE",
    "Axe",
    "Browser",
    "BrowserContext",
    "Page",
    "Route",
    "act",
    "address",
    "asked",
    "browser",
    "context",
    "expect",
    "faults",
    "page",
    "press",
    "shown",
    "titles",
    "years",
]

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def _missing(what: str) -> None:
    if os.environ.get("SEMSEARCH_BROWSER_TESTS") == "required":
        raise RuntimeError(f"the tests of the page need {what}, and SEMSEARCH_BROWSER_TESTS requires them to run")
    pytest.skip(f"the tests of the page need {what}", allow_module_level=True)


try:
    import uvicorn
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

    from semsearch.serve.app import PAGE, create_app
except ModuleNotFoundError as error:
    _missing(f"{error.name} (pip install 'semsearch[dev]')")


CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)


if CHROMIUM is None:
    _missing("a browser (apt-get install chromium)")


expect.set_options(timeout=8_000)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the page is served, over the papers of page_papers.py."""
    folder = tmp_path_factory.mktemp("page")
    encoder = TinyEncoder()
    build_index(write_jsonl(folder / "papers.jsonl", page_papers()), folder / "index", model=encoder)
    config = uvicorn.Config(create_app(folder / "index", encoder=encoder), port=0, log_level="warning")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # whoever comes before the server runs waits for it
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    socket.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """A tab. No script of it may fail, and nothing be asked of another host or be refused by the policy."""
    page = context.new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if "Content Security" in message.text else None)
    page.on("request", lambda request: None if request.url.startswith(address) else told.append(request.url))
    yield page
    assert told == []


def asked(page: Page) -> dict[str, list[str]]:
    """What the address of a page asks for."""
    return parse_qs(urlsplit(page.url).query)


def titles(page: Page) -> list[str]:
    return page.locator(".result .title").all_inner_texts()


def act(page: Page, rank: int, name: str) -> Any:
    """A button of the result of that rank."""
    return page.locator(".result").nth(rank - 1).locator(f'[data-act="{name}"]')


def shown(page: Page, text: str | re.Pattern[str]) -> None:
    """Wait until the status says text."""
    expect(page.locator("#status")).to_have_text(text)


def years(page: Page) -> list[str]:
    return [text[-4:] for text in page.locator(".result .meta").all_inner_texts()]


ALL = "20 nearest of 43 papers"


DIMMED = re.compile(r"\bbefore\b")


def press(page: Page, button: Any) -> None:
    """Click where a button stands: scrolled, if it has to be, by nobody."""
    box = button.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


DOUGH = ("Yeast turns sugar into gas, which the dough holds. " * 8).strip()


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = (each for each in found if each["impact"] in ("serious", "critical"))
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]
