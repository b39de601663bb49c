"""How the page looks and reads: narrow, dark, in forced colours, for axe-core, and what it weighs."""

from __future__ import annotations

import base64
import re
from urllib.parse import urlsplit

import pytest
from browsing import (
    ALL,
    PAGE,
    Page,
    Route,
    act,
    address,
    browser,
    context,
    expect,
    faults,
    page,
    shown,
)

__all__ = ["address", "browser", "context", "page"]

SAID = """window.said = []; new MutationObserver(() => {
    const { textContent } = document.getElementById("said");
    if (textContent) window.said.push(textContent);
}).observe(document.getElementById("said"), { childList: true });"""


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")


INK = """async ([png, size]) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(png), each => each.charCodeAt(0))]));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
    const far = (place, other) => [0, 1, 2].some(each => Math.abs(data[place + each] - data[other + each]) > 90);
    const rows = [...Array(height).keys()].filter(row => {
        const columns = [...Array(width - 2 * size).keys()].map(column => column + size);
        return columns.some(column => far(4 * (row * width + column), 4 * ((height >> 1) * width + 2)));
    });
    return [rows[0], height - 1 - rows.at(-1)];
}"""


def test_characters_beyond_16_bits_do_not_shift_what_is_marked(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    paper = page.locator('[data-id="wide"]')
    assert paper.locator(".title mark").all_inner_texts() == ["harbour"]
    assert paper.locator(".snippet mark").all_inner_texts() == ["harbour", "harbour"]
    assert paper.locator(".meta").inner_text() == "Sea Club · 4 March 1985"


def test_a_screen_reader_hears_of_each_answer_once(page: Page) -> None:
    page.clock.install()
    page.goto("?q=bees")
    shown(page, ALL)
    page.clock.run_for(2_000)
    page.evaluate(SAID)
    page.clock.pause_at(page.evaluate("Date.now() / 1000") + 1)
    for number, question in enumerate(("bread", "kites")):
        for letters in range(1, 6):
            with page.expect_response("**/api/search*"):
                page.locator("#q").fill(question[:letters])
                page.clock.run_for(120)
        expect(page.locator(".result .title").first).to_contain_text(question, ignore_case=True)
        page.clock.run_for(1_000)
        assert page.evaluate("said") == [ALL] * (number + 1)
    page.clock.resume()


def test_the_focus_goes_to_what_is_next_when_its_place_goes(page: Page) -> None:
    page.goto("?q=bees&like=owls&like=rust&unlike=tides&category=craft&since=1952&venue=Annals+of+Weather")
    expect(page.locator(".chip-title")).to_have_text(
        ["How owls hear in the dark", "Rust on iron bridges", "Tides in a narrow harbour"]
    )
    page.get_by_role("button", name="Remove: Like Rust on iron bridges").press("Enter")
    assert focused(page) == "Remove: Unlike Tides in a narrow harbour"
    page.keyboard.press("Enter")
    assert focused(page) == "Remove: Like How owls hear in the dark"
    page.keyboard.press("Enter")
    assert focused(page) == "Results"
    page.get_by_role("button", name="All years").press("Enter")
    assert focused(page) == "From year"
    shown(page, re.compile("papers, nearest first"))
    page.get_by_role("button", name="Clear all").press("Enter")
    assert focused(page) == "From year"
    shown(page, ALL)
    page.locator(".gutter input").first.check()
    page.get_by_role("button", name="Untick").press("Enter")
    assert focused(page) == "BibTeX of All shown"
    page.goto("?q=bees&venue=Annals+of+Nothing")
    page.get_by_role("button", name="Remove all filters").press("Enter")
    shown(page, ALL)
    assert focused(page) == "Results"
    page.goto("?unlike=owls")
    page.get_by_role("button", name="Remove: Unlike How owls").press("Enter")
    assert focused(page) == "q"


def test_forced_colours_show_what_is_ticked(page: Page) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("?q=bees")
    shown(page, ALL)
    box = page.get_by_label("craft")
    before = box.screenshot()
    box.evaluate("box => { box.checked = true }")
    assert box.screenshot() != before


def test_long_and_backward_texts_stay_in_their_place(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        first, second = (hit["paper"] for hit in answer["hits"][:2])
        first |= {"title": "A long title " * 400, "authors": [f"Author {number}" for number in range(3_000)]}
        second["title"] = "Kept \u202esdrawkcab"
        answer["hits"][1]["matches"]["title"] = []
        route.fulfill(json=answer)

    page.route("**/api/search*", told)
    page.goto("?q=bees")
    shown(page, ALL)
    long = page.locator(".result").first
    title = long.locator(".title").bounding_box()
    assert title
    assert title["height"] < 120
    expect(page.locator(".title").nth(1)).to_have_text("Kept \u2060sdrawkcab")
    assert page.locator(".title").nth(1).get_attribute("dir") == "auto"
    act(page, 1, "open").click()
    more = page.get_by_role("button", name="and 2,980 more")
    expect(long.locator(".details .word:visible")).to_have_count(20 + 1 + 1)  # authors, venue, category
    more.click()
    expect(page.get_by_role("button", name="Author 2999")).to_have_count(1)
    card = long.bounding_box()
    assert card
    assert card["height"] < 1_200


def test_a_narrow_screen_shows_everything_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 340, "height": 700})
    page.goto("?q=thunder+lightning&like=owls&unlike=tides")
    shown(page, re.compile("20 nearest"))
    act(page, 1, "open").click()
    expect(page.locator(".abstract")).to_be_visible()
    expect(page.locator("#filters")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_label("From year")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 340
    page.get_by_label("nature").check()
    expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
    expect(page.get_by_label("From year")).to_be_visible()


def test_the_first_paint_weighs_less_than_100_kb(page: Page) -> None:
    weights: dict[str, int] = {}
    page.on("requestfinished", lambda asked: weights.update({asked.url: asked.sizes()["responseBodySize"]}))
    page.goto("", wait_until="networkidle")
    assert {urlsplit(url).path for url in weights} >= {"/", "/app.js", "/page.css", "/api/info", "/api/facets"}
    assert sum(weights.values()) < 50_000
    files = {urlsplit(url).path.strip("/") or "index.html" for url in weights}
    assert (
        sum((PAGE / name).stat().st_size for name in files if not name.startswith("api/")) < 100_000
    )  # if none is compressed
    later = {file.name for file in PAGE.iterdir()} - files
    assert later == {"download.js", "help.js", "marks.js", "result.js", "ways.js"}  # fetched when they are used


@pytest.mark.parametrize("font", ["", "Nimbus Sans", "DejaVu Sans", "Liberation Sans"])
def test_text_stands_in_the_middle_of_what_is_around_it(page: Page, font: str) -> None:
    page.goto("?q=bees")
    shown(page, ALL)
    if font:
        page.evaluate("font => document.documentElement.style.setProperty('--sans', font)", f'"{font}"')
    for place, margin in ((page.locator(".ask"), 6), (page.locator(".value-name", has_text="craft"), 0)):
        above, below = page.evaluate(INK, [base64.b64encode(place.screenshot()).decode(), margin])
        assert abs(above - below) <= 1


def test_figures_below_nothing_keep_the_place_of_their_bars(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        for hit, similarity in zip(answer["hits"], (0.34, -0.001, -0.26), strict=False):
            hit["similarity"] = similarity
        route.fulfill(json=answer)

    page.route("**/api/search*", told)
    page.goto("?q=bees")
    shown(page, ALL)
    figures = page.locator(".figure").all_text_contents()
    assert figures[:3] == ["similarity 0.34", "similarity 0.00", "similarity −0.26"]
    bars = [page.locator(".bar").nth(place).bounding_box() for place in range(3)]
    assert len({(bar["x"], bar["width"]) for bar in bars if bar}) == 1


def test_axe_finds_nothing_serious(page: Page) -> None:
    page.goto("")
    expect(page.locator(".examples a").first).to_be_visible()
    assert faults(page) == []
    page.goto("?q=owls+hear&unlike=tides&category=nature&sort=date")
    act(page, 1, "open").click()
    expect(page.locator("mark.sentence")).to_be_visible()
    act(page, 2, "like").hover()
    assert faults(page) == []
    page.locator("#keys").click()
    assert faults(page) == []


def test_axe_finds_nothing_serious_in_the_dark_on_a_narrow_screen(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto("?q=owls+hear&unlike=tides&category=nature&sort=date")
    act(page, 1, "open").click()
    expect(page.locator("mark.sentence")).to_be_visible()
    page.get_by_role("button", name="Filters").click()
    assert faults(page) == []
