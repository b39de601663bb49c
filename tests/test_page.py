"""The page in a real browser: Chromium by playwright, one server and one browser for all.

Skipped where playwright or a browser is missing, unless SEMSEARCH_BROWSER_TESTS=required says that they have to be.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from conftest import TinyEncoder, write_jsonl
from page_papers import HARMFUL, WIDE, page_papers

from semsearch import build_index

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
SORTED = re.compile(r"^20 newest of the best 40 papers")


def test_a_question_is_answered_while_it_is_typed(page: Page) -> None:
    page.goto("")
    page.get_by_label("Ask the papers a question").press_sequentially("how owls hear", delay=5)
    shown(page, ALL)
    expect(page.locator(".result .title").first).to_have_text("How owls hear in the dark")
    assert asked(page) == {"q": ["how owls hear"]}
    first = page.locator(".result").first
    assert first.locator(".title mark").all_inner_texts() == ["owls", "hear"]
    assert (
        first.locator(".meta").inner_text() == "Eva Smith, Ben Miller, Elias Moss · Proceedings of Quiet Things · 1955"
    )
    assert page.title() == "how owls hear · semsearch"


def test_nothing_moves_while_one_types(page: Page) -> None:
    def places() -> list[dict[str, float] | None]:
        return [page.locator(each).bounding_box() for each in ("#q", "#paste", ".years", ".result .title >> nth=0")]

    page.goto("?q=tides+in")
    shown(page, ALL)
    before = places()
    page.locator("#q").press("End")
    page.locator("#q").press_sequentially(" a harbour", delay=5)
    page.wait_for_url("**harbour")
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    after = places()
    assert after[:3] == before[:3]
    assert after[3]
    assert before[3]
    assert after[3]["y"] == before[3]["y"]


def test_what_is_typed_before_the_script_runs_is_not_lost(page: Page) -> None:
    held: list[Route] = []
    page.route("**/app.js", lambda route: held.append(route))  # noqa: PLW0108  # playwright marks what it is given
    with page.expect_request("**/app.js"):
        page.goto("", wait_until="commit")
    page.locator("#q").fill("why bread rises")
    held[0].continue_()
    expect(page.locator(".result .title").first).to_have_text("Why bread rises")
    assert page.locator("#q").input_value() == "why bread rises"


def test_without_a_script_the_form_leads_to_an_address_that_asks(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=address)
    page = context.new_page()
    page.goto("")
    page.locator("#q").fill("rust")
    page.locator("#q").press("Enter")
    page.wait_for_url("**/?q=rust")
    assert "semsearch query" in page.locator("noscript").inner_text()
    page.get_by_label("As JSON").fill("rust")
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/api/search?q=rust")
    context.close()


def test_an_answer_that_comes_too_late_is_dropped(page: Page) -> None:
    held: list[Route] = []
    page.route("**/api/search?q=bees*", lambda route: held.append(route))  # noqa: PLW0108
    page.goto("?q=bees")
    expect(page.locator("#results")).to_have_attribute("aria-busy", "true")
    page.locator("#q").fill("kites in weak wind")
    expect(page.locator(".result .title").first).to_contain_text("Kites")
    for route in held:
        route.continue_()
    page.locator("#q").fill("clocks at sea")
    expect(page.locator(".result .title").first).to_contain_text("Clocks")
    assert asked(page) == {"q": ["clocks at sea"]}


def test_filters_count_narrow_down_and_are_taken_away(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    craft = page.locator("label.value", has_text="craft")
    assert craft.inner_text().split() == ["craft", "20"]
    craft.click()
    shown(page, "20 papers, nearest first")
    assert asked(page)["category"] == ["craft"]
    page.get_by_label("Letters on Motion").check()
    shown(page, re.compile(r"^[67] papers, nearest first$"))
    assert asked(page)["venue"] == ["Letters on Motion"]
    page.get_by_role("button", name="Clear all").click()
    shown(page, ALL)
    assert asked(page) == {"q": ["harbour"]}


def names_of(page: Page, group: str) -> list[str]:
    """The values that stand in a group of the filters, in order."""
    return page.locator("fieldset.group", has_text=group).locator(".value-name").all_inner_texts()


def test_filters_keep_their_places_while_one_ticks_them(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    before = names_of(page, "Authors")
    boxes = page.locator('input[name="author"]')
    fourth = boxes.nth(3)
    at = fourth.bounding_box()
    assert at
    place = (at["x"] + 5, at["y"] + 5)
    page.mouse.click(*place)
    shown(page, "16 papers, nearest first")
    assert asked(page)["author"] == [before[3]]
    assert names_of(page, "Authors") == before
    assert fourth.bounding_box() == at
    page.mouse.click(*place)
    shown(page, ALL)
    assert "author" not in asked(page)
    page.mouse.click(*place)
    page.get_by_label("Letters on Motion").check()  # few papers of each author are left, and another order of these
    page.wait_for_url("**venue=Letters*")
    shown(page, re.compile("^[1-7] papers, nearest first"))
    after = names_of(page, "Authors")
    assert len(after) == 6
    assert before[3] in after


def test_filters_with_no_paper_stay_and_say_so(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    page.get_by_label("storms").check()
    shown(page, "1 paper, nearest first")
    places = page.locator(".group").evaluate_all("each => each.map(one => one.getBoundingClientRect().top)")
    ada = page.locator("label.value", has_text="Ada Weaver")
    assert ada.inner_text().split() == ["Ada", "Weaver", "0"]
    ada.click()
    shown(page, "No papers")
    assert page.locator(".group legend").all_inner_texts() == ["Years", "Categories", "Venues", "Authors"]
    assert page.locator("label.value", has_text="craft").inner_text().split() == ["craft", "8"]
    assert page.locator("label.value", has_text="storms").inner_text().split() == ["storms", "0"]
    assert page.locator(".group").evaluate_all("each => each.map(one => one.getBoundingClientRect().top)") == places
    page.get_by_label("storms").uncheck()
    shown(page, "16 papers, nearest first")


def test_an_author_is_found_among_many(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    find = page.get_by_label("Find an author")
    find.press_sequentially("frida", delay=5)
    authors = page.locator("fieldset", has_text="Authors").locator(".value-name")
    expect(authors).to_have_text([f"Frida {family}" for family in ("Birch", "Fern", "Moss", "Reed", "Thorn")])
    expect(find).to_be_focused()
    page.get_by_label("Frida Reed").check()
    shown(page, "1 paper, nearest first")
    expect(page.locator(".result .title")).to_have_text("Rust on iron bridges, part 2")
    find.fill("nobody")
    expect(page.get_by_text("None with these words")).to_be_visible()


def test_years_are_chosen_by_keys_and_by_dragging(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    first = page.get_by_label("From year")
    first.focus()
    for _ in range(29):
        first.press("ArrowRight")
    expect(page.locator(".years-told")).to_have_text("1980 – 1990")
    page.wait_for_url("**since=1980*")
    shown(page, "13 papers, nearest first. 1 paper without a year is left out")
    expect(first).to_be_focused()
    page.get_by_role("button", name="All years").click()
    shown(page, ALL)
    bars = page.locator(".bars").bounding_box()
    assert bars
    page.mouse.move(bars["x"] + 1, bars["y"] + 20)
    page.mouse.down()
    page.mouse.move(bars["x"] + bars["width"] * 9.5 / 40, bars["y"] + 20)
    page.mouse.up()
    shown(page, "10 papers, nearest first. 1 paper without a year is left out")
    assert asked(page)["until"] == ["1960"]


def test_no_paper_passes_the_filters_and_there_is_a_way_out(page: Page) -> None:
    page.goto("?q=harbour&venue=Annals+of+Nothing&since=1960")
    expect(page.get_by_role("heading", name="No paper passes these filters")).to_be_visible()
    shown(page, "No papers")
    page.get_by_role("button", name="Remove all filters").click()
    shown(page, ALL)
    assert asked(page) == {"q": ["harbour"]}


def test_likes_and_dislikes_steer_and_are_chips(page: Page) -> None:
    page.goto("?q=bridge")
    shown(page, ALL)
    liked, unliked = titles(page)[1], titles(page)[2]
    act(page, 2, "like").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.locator(".result", has_text=unliked).first.locator('[data-act="unlike"]').click()
    expect(page.locator(".chip-title")).to_have_text([liked, unliked])
    assert set(asked(page)) == {"q", "like", "unlike"}
    expect(page.locator('[data-act="like"][aria-pressed="true"]')).to_have_count(0)  # a liked paper is no hit
    page.get_by_role("button", name=f"Remove: Unlike {unliked}").click()
    expect(page.locator(".chip-title")).to_have_text([liked])
    page.get_by_role("button", name=f"Remove: Like {liked}").click()
    expect(page.locator(".chip")).to_have_count(0)
    assert asked(page) == {"q": ["bridge"]}


@pytest.mark.parametrize("scrolled", [0, 300])
def test_a_paper_that_is_liked_moves_none(page: Page, scrolled: int) -> None:
    page.goto("?q=bridge")
    shown(page, ALL)
    hint = page.get_by_text("Like or unlike papers")
    expect(hint).to_be_visible()
    page.mouse.wheel(0, scrolled)
    page.wait_for_function("y => scrollY === y", arg=scrolled)
    third = page.locator(".result").nth(2)
    before = third.bounding_box()
    page.route("**/api/search*", lambda route: None)
    for name, rank in (("like", 3), ("unlike", 4)):
        press(page, act(page, rank, name))
    expect(page.locator(".chip")).to_have_count(2)
    expect(page.locator(".chip").last).to_be_in_viewport()
    expect(hint).to_be_hidden()
    assert third.bounding_box() == before
    for left in (1, 0):
        press(page, page.locator(".chip-remove").first)
        expect(page.locator(".chip")).to_have_count(left)
    assert third.bounding_box() == before


def press(page: Page, button: Any) -> None:
    """Click where a button stands: scrolled, if it has to be, by nobody."""
    box = button.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_similar_papers_are_those_like_one(page: Page) -> None:
    page.goto("?q=bees")
    shown(page, ALL)
    act(page, 1, "similar").click()
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator("#q")).to_have_value("")
    assert set(asked(page)) == {"like"}
    expect(page).to_have_title("Like: Dances of honey bees · semsearch")
    expect(page.locator(".result .title").first).to_contain_text("Dances of honey bees")
    expect(page.locator(".result mark")).to_have_count(0)  # words of the liked paper are there by chance
    act(page, 1, "open").click()
    expect(page.locator("mark.sentence")).to_be_visible()


def test_an_address_says_the_whole_search(page: Page, context: BrowserContext) -> None:
    page.goto("?q=sound+in+the+dark&like=owls&unlike=bees&category=nature&since=1960&k=40")
    expect(page.locator(".chip-title")).to_have_text(["How owls hear in the dark", "Dances of honey bees"])
    shown(page, re.compile("papers, nearest first"))
    found = titles(page)
    page.goto("?like=owls&like=rust")
    expect(page).to_have_title("Like: How owls hear in the dark and 1 more · semsearch")
    page.go_back()
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(".result .title")).to_have_text(found)
    assert other.locator("#q").input_value() == "sound in the dark"
    assert other.get_by_label("nature").is_checked()
    assert other.locator(".years-told").inner_text() == "1960 – 1990"


def test_back_leads_through_what_was_searched(page: Page) -> None:
    page.goto("")
    page.locator("#q").press_sequentially("rust on iron", delay=2)
    page.locator("#q").press("Enter")
    expect(page.locator(".result .title").first).to_have_text("Rust on iron bridges")
    page.locator("label.value", has_text="craft").click()
    shown(page, "20 papers, nearest first")
    page.go_back()
    shown(page, ALL)
    assert page.locator("#q").input_value() == "rust on iron"
    page.go_back()
    expect(page.locator("#home")).to_be_visible()
    assert page.locator("#q").input_value() == ""
    page.go_forward()
    expect(page.locator(".result .title").first).to_have_text("Rust on iron bridges")


def test_what_is_ticked_or_shown_is_exported(page: Page) -> None:
    page.goto("?q=how+owls+hear&k=30")
    shown(page, "30 nearest of 43 papers")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV of All shown").click()
    assert len(Path(started.value.path()).read_text(encoding="utf-8").splitlines()) == 31
    page.get_by_label("Tick How owls hear in the dark, to export it", exact=True).check()
    for name, begins in (("BibTeX", "@"), ("RIS", "TY  - ")):
        with page.expect_download() as started:
            page.get_by_role("link", name=f"{name} of 1 paper ticked").click()
        text = Path(started.value.path()).read_text(encoding="utf-8")
        assert text.startswith(begins)
        assert "How owls hear in the dark" in text
        assert "part 2" not in text
    page.get_by_role("button", name="Untick").click()
    expect(page.get_by_role("link", name="CSV of All shown")).to_be_visible()


def test_more_papers_than_an_address_names_are_exported_as_one_file(page: Page) -> None:
    def many(route: Route) -> None:
        answer = route.fetch().json()
        hit = answer["hits"][0]
        answer["hits"] = [{**hit, "rank": place, "id": f"{hit['id']}"} for place in range(1, 202)]
        route.fulfill(json=answer)

    page.route("**/api/search*", many)
    page.goto("?q=how+owls+hear")
    with page.expect_download() as started:
        page.get_by_role("link", name="BibTeX of All shown").click()
    assert started.value.suggested_filename == "papers.bib"
    text = Path(started.value.path()).read_text(encoding="utf-8")
    assert text.count("How owls hear in the dark") == 201
    assert len(set(re.findall(r"^@\w+\{(.+),$", text, re.MULTILINE))) == 201
    page.route("**/api/export", lambda route: route.fulfill(status=503, json={"detail": "too many wait"}))
    page.get_by_role("link", name="RIS of All shown").click()
    expect(page.get_by_role("alert")).to_have_text("No file: too many wait")
    page.unroute("**/api/export")
    with page.expect_download() as started:
        page.get_by_role("link", name="RIS of All shown").click()
    assert started.value.suggested_filename == "papers.ris"
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_abstract_is_opened_with_the_sentence_that_answers(page: Page) -> None:
    page.goto("?q=boats+wait+for+the+tide")
    first = page.locator(".result").first
    expect(first.locator(".title")).to_have_text("𝛼 and the harbour")
    act(page, 1, "open").click()
    expect(first.locator("mark.sentence")).to_have_text("Boats in the harbour wait for the tide.")
    assert first.locator(".abstract").inner_text() == WIDE
    assert first.locator(".abstract mark:not(.sentence)").all_inner_texts() == ["Boats", "wait", "tide"]
    assert act(page, 1, "open").get_attribute("aria-expanded") == "true"
    expect(act(page, 1, "open")).to_be_focused()
    act(page, 1, "open").click()
    expect(first.locator(".abstract")).to_have_count(0)


def test_characters_beyond_16_bits_do_not_shift_what_is_marked(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    paper = page.locator('[data-id="wide"]')
    assert paper.locator(".title mark").all_inner_texts() == ["harbour"]
    assert paper.locator(".snippet mark").all_inner_texts() == ["harbour", "harbour"]
    assert paper.locator(".meta").inner_text() == "Sea Club · 4 March 1985"


def test_nothing_of_a_paper_is_run(page: Page) -> None:
    page.goto("?q=thunder+and+lightning")
    act(page, 1, "open").click()
    paper = page.locator('[data-id="storm/1"]')
    assert paper.locator(".abstract").inner_text() == HARMFUL
    assert "<img/src=x onerror=window.harmed=3>" in paper.locator(".details").inner_text()
    assert paper.locator("a, img, script, svg:not(.bar)").count() == 0
    page.goto("?" + "q=%3Cimg/src=x%20onerror=window.harmed=7%3E")
    shown(page, ALL)
    assert page.evaluate("window.harmed") is None


def test_keys_do_everything(page: Page) -> None:
    page.goto("?q=bees")
    shown(page, ALL)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    papers = page.locator("[data-id]")
    expect(papers.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(papers.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(papers.first.locator(".abstract")).to_be_visible()
    expect(papers.first).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("#exports")).to_contain_text("1 paper ticked")
    page.keyboard.press("u")
    expect(page.locator(".chip.unlike")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("?j")
    expect(page.locator("#q")).to_have_value("?j")


def test_a_pasted_abstract_finds_what_is_like_it(page: Page) -> None:
    page.goto("")
    page.get_by_role("button", name="Paste an abstract").click()
    page.get_by_label("An abstract, to find what is like it").fill("An owl finds mice\nby sound alone, in the dark.")
    expect(page.locator(".result .title").first).to_contain_text("How owls hear")
    assert asked(page) == {}
    assert parse_qs(urlsplit(page.url).fragment) == {"text": ["An owl finds mice\nby sound alone, in the dark."]}
    act(page, 1, "open").click()
    expect(page.locator("mark.sentence").first).to_have_text("An owl finds mice by sound alone.")
    page.reload()
    expect(page.locator("#text")).to_have_value("An owl finds mice\nby sound alone, in the dark.")
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator("#q")).to_be_focused()


DOUGH = ("Yeast turns sugar into gas, which the dough holds. " * 8).strip()


def copied(page: Page, text: str) -> None:
    """Have a text in the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def test_a_long_text_that_is_pasted_over_a_question_is_an_abstract(page: Page) -> None:
    page.goto("?q=old+question")
    shown(page, ALL)
    copied(page, DOUGH)
    page.keyboard.press("/")
    page.keyboard.press("Control+V")
    expect(page.locator("#text")).to_have_value(DOUGH)
    expect(page.locator(".result .title").first).to_contain_text("Why bread rises")
    expect(page).to_have_title("Like: Yeast turns sugar into gas, which the dough holds. Yeast … · semsearch")


def test_the_box_of_a_text_stays_when_it_is_emptied_and_searches_nothing(page: Page) -> None:
    page.goto("?q=old+question")
    shown(page, ALL)
    copied(page, DOUGH)
    page.keyboard.press("/")
    page.keyboard.press("Control+V")
    page.wait_for_url("**#text=Yeast*")
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(page.locator("#home")).to_be_visible()
    expect(page.locator("#text")).to_be_focused()
    assert asked(page) == {}
    page.keyboard.press("Control+V")
    expect(page.locator("#text")).to_have_value(DOUGH)
    expect(page.locator(".result .title").first).to_contain_text("Why bread rises")


def test_a_text_that_is_left_for_a_question_comes_back(page: Page) -> None:
    page.goto("#" + urlencode({"text": DOUGH}))
    expect(page.locator(".result .title").first).to_contain_text("Why bread rises")
    page.get_by_role("button", name="Ask a question").click()
    expect(page.locator("#home")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/$"))
    page.get_by_role("button", name="Paste an abstract").click()
    expect(page.locator("#text")).to_have_value(DOUGH)
    expect(page.locator(".result .title").first).to_contain_text("Why bread rises")
    page.wait_for_url("**#text=Yeast*")


def test_the_button_beside_a_long_text_covers_none_of_it(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 700})
    page.goto("#" + urlencode({"text": DOUGH * 4}))
    text, button = (page.locator(each).bounding_box() for each in ("#text", ".ask"))
    assert text
    assert button
    assert text["y"] + text["height"] <= button["y"]


def test_more_papers_are_shown_and_the_address_says_so(page: Page) -> None:
    page.goto("?q=bees")
    shown(page, ALL)
    page.get_by_role("button", name="More", exact=True).click()
    shown(page, "40 nearest of 43 papers")
    assert asked(page)["k"] == ["40"]
    expect(page.locator("[data-id]").nth(20)).to_be_focused()


def test_how_an_answer_stands_is_said_and_versions_go_with_the_first(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        for hit, standing in zip(answer["hits"], (0.97, 0.5, 0.2, 0.0), strict=False):
            hit["standing"] = standing
        other = {"title": "Hearing of owls", "venue": "arXiv", "date": "1950-02", "url": "https://example.org/owls"}
        answer["hits"][1]["versions"] = [{"id": "v1", "doi": None, "arxiv_id": None, **other}]
        answer["standing_reason"] = ""
        answer["standing"] = {"value": 0.01, "stands_out": False, "verdict": "no paper stands out"}
        route.fulfill(json=answer)

    page.route("**/api/search*", told)
    page.goto("?q=how+owls+hear")
    shown(page, f"No paper stands out. {ALL}")
    assert page.locator(".standing").all_inner_texts() == ["strong match", "good match", "fair match", "weak match"]
    second = page.locator(".result").nth(1)
    expect(second.locator(".version")).to_have_text("Also Hearing of owls · arXiv · February 1950")
    assert second.locator(".version a").get_attribute("href") == "https://example.org/owls"
    expect(page.locator(".version")).to_have_count(1)
    expect(page.locator(".unmeasured")).to_have_count(0)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (None, "How good a match is can be told from 1,000 papers on. This index has 43."),
        ("papers were given, liked or not, and", "How good a match is can be told for questions alone, not where"),
        ("the encoder could not be had: no", "How good a match is cannot be told: The encoder could not be had: no."),
    ],
)
def test_why_no_answer_stands_is_said_once_below_the_papers(page: Page, reason: str | None, said: str) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        answer["standing_reason"] = reason or answer["standing_reason"]
        route.fulfill(json=answer)

    page.route("**/api/search*", told)
    page.goto("?q=owls")
    expect(page.locator("#results > :last-child")).to_contain_text(said)
    expect(page.get_by_text("How good a match is")).to_have_count(1)


def test_the_papers_stand_in_the_order_that_is_chosen(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    order = page.get_by_label("Order of the papers")
    expect(order.locator("option")).to_have_text(["Best first", "Newest first", "Oldest first"])
    before = titles(page)
    order.focus()
    order.select_option("Newest first")
    shown(page, SORTED)
    assert years(page) == sorted(years(page), reverse=True)
    assert asked(page) == {"q": ["harbour"], "sort": ["date"]}
    expect(order).to_be_focused()
    newest = titles(page)
    assert newest != before
    ids = [each.get_attribute("data-id") for each in page.locator("[data-id]").all()]
    link = page.get_by_role("link", name="CSV of All shown").get_attribute("href")
    assert parse_qs(urlsplit(link or "").query)["id"] == ids
    page.reload()
    expect(page.locator(".result .title")).to_have_text(newest)
    expect(order).to_have_value("date")
    page.go_back()
    expect(page.locator(".result .title")).to_have_text(before)
    expect(order).to_have_value("")


def test_the_order_is_chosen_by_keys_which_do_nothing_else_there(page: Page) -> None:
    page.goto("?q=harbour")
    shown(page, ALL)
    order = page.get_by_label("Order of the papers")
    order.press("o")
    page.wait_for_url("**sort=oldest")
    shown(page, re.compile("^20 oldest of the best 40 papers"))
    assert years(page) == sorted(years(page))
    order.press("ArrowUp")
    page.wait_for_url("**sort=date")
    page.get_by_role("button", name="More", exact=True).click()
    shown(page, re.compile("^The best 40 papers, newest first"))
    assert asked(page) == {"q": ["harbour"], "sort": ["date"], "k": ["40"]}
    act(page, 1, "similar").click()
    shown(page, re.compile("^20 newest of the best 40 papers"))
    act(page, 3, "open").click()
    expect(page.locator("mark.sentence")).to_be_visible()
    page.goto("?sort=date")
    expect(page.locator("#home")).to_be_visible()
    expect(page.get_by_label("Order of the papers")).to_be_hidden()


def test_counts_beyond_a_thousand_are_grouped_and_the_most_cited_may_come_first(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        if "facets" in route.request.url:
            answer["papers"] = 138_249
        else:
            answer["hits"][3]["paper"]["citations"] = 2_500
            answer["notes"] = ["1,001 papers have no year, and pass no filter by date"]
        route.fulfill(json=answer)

    page.route(re.compile("api/(search|facets)"), told)
    page.goto("?q=bees&k=60&sort=oldest")
    shown(page, "The best 40 papers, oldest first, and the next 3. 1,001 papers without a year are left out")
    page.goto("?q=bees&since=1950")
    shown(page, "20 nearest of 138,249 papers. 1,001 papers without a year are left out")
    expect(page.locator("#order option").last).to_have_text("Most cited first")
    act(page, 4, "open").click()
    expect(page.locator(".details")).to_contain_text("2,500 times")


def test_the_empty_page_tells_what_there_is_and_what_to_ask(page: Page) -> None:
    page.goto("")
    expect(page.locator(".lead")).to_contain_text("43 papers, 1951 to 1990. Built on ")
    example = page.locator(".examples a").first
    question = example.inner_text()
    example.click()
    expect(page.locator("#q")).to_have_value(question)
    expect(page.locator("#home")).to_be_hidden()
    shown(page, ALL)


def test_errors_are_told_with_the_way_out(page: Page) -> None:
    page.goto("?q=bees")
    shown(page, ALL)
    page.route("**/api/search*", lambda route: route.abort())
    page.locator("#q").fill("bread")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text("The server is out of reach")
    expect(trouble).to_contain_text("semsearch serve")
    page.unroute("**/api/search*")
    page.get_by_role("button", name="Try again now").click()
    shown(page, ALL)
    expect(trouble).to_have_count(0)


def test_what_was_read_stays_while_the_server_is_away_and_the_answer_comes_by_itself(page: Page) -> None:
    page.goto("?q=bees&k=40")
    shown(page, "40 nearest of 43 papers")
    before = titles(page)
    act(page, 30, "like").scroll_into_view_if_needed()
    page.route("**/api/search*", lambda route: route.abort())
    act(page, 30, "like").click()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_contain_text("Below is the answer to what was asked before.")
    expect(page.locator("#results")).to_have_class(DIMMED)
    assert titles(page) == before
    assert faults(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert faults(page) == []
    expect(page.locator(".chip")).to_be_in_viewport()
    page.unroute("**/api/search*")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#results")).not_to_have_class(DIMMED)
    assert titles(page) != before


def test_a_slow_answer_dims_what_is_shown_and_one_that_does_not_come_is_told(page: Page) -> None:
    page.clock.install()
    page.goto("?q=bees")
    shown(page, ALL)
    title = page.locator(".result .title a").first
    colour = title.evaluate("title => getComputedStyle(title).color")
    held: list[Route] = []
    page.route("**/api/search*", lambda route: held.append(route))  # noqa: PLW0108
    with page.expect_request("**/api/search*"):
        page.locator("#q").fill("bread")
        page.locator("#q").press("Enter")
    expect(page.locator("#results")).to_have_class(DIMMED)
    shown(page, "Searching…")
    expect(page.locator("#exports")).to_be_hidden()
    assert title.evaluate("title => getComputedStyle(title).color") != colour
    assert faults(page) == []
    expect(page.get_by_role("alert")).to_have_count(0)
    page.clock.fast_forward(15_000)
    expect(page.get_by_role("alert")).to_contain_text("Nothing came from it within 15 seconds.")
    shown(page, "")
    page.unroute("**/api/search*")
    page.get_by_role("button", name="Try again now").click()
    expect(page.locator(".result .title").first).to_have_text("Why bread rises")
    expect(page.locator("#results")).not_to_have_class(DIMMED)
    expect(page.locator("#results")).to_be_focused()


SAID = """window.said = []; new MutationObserver(() => {
    const { textContent } = document.getElementById("said");
    if (textContent) window.said.push(textContent);
}).observe(document.getElementById("said"), { childList: true });"""


def test_a_screen_reader_hears_of_each_answer_once(page: Page) -> None:
    page.clock.install()
    page.goto("?q=bees")
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


def test_papers_are_shown_as_they_are_where_they_cannot_be_counted(page: Page) -> None:
    page.route("**/api/facets*", lambda route: route.fulfill(status=500, json={"detail": "out of order"}))
    page.goto("?q=bees")
    expect(page.locator(".result .title").first).to_have_text("Dances of honey bees")
    shown(page, "20 papers, nearest first")
    expect(page.locator("#results")).not_to_have_class(DIMMED)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#filters")).to_contain_text("The papers could not be counted.")
    page.locator("#start").click()
    expect(page.locator(".lead")).to_contain_text("43 papers.")
    expect(page.locator(".uncounted")).to_have_count(1)
    page.unroute("**/api/facets*")
    page.locator(".uncounted").get_by_role("button", name="Try again").click()
    expect(page.get_by_label("From year")).to_be_focused()
    expect(page.locator(".uncounted")).to_have_count(0)
    expect(page.locator(".lead")).to_contain_text("43 papers, 1951 to 1990.")


def test_what_did_not_load_is_told_without_a_script(page: Page) -> None:
    page.goto("")
    expect(page.locator("#unready")).to_have_count(0)
    page.route("**/dom.js", lambda route: route.abort())
    page.goto("?q=bees")
    expect(page.locator("#unready")).to_be_hidden()
    assert page.evaluate("document.getAnimations().map(each => each.effect.getTiming().delay)") == [5_000]
    page.evaluate("document.getAnimations().forEach(each => each.finish())")
    expect(page.locator("#unready")).to_be_visible()
    expect(page.get_by_role("link", name="load it again")).to_have_js_property("href", page.url)


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.id")


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


def test_what_comes_back_and_is_no_json_is_told(page: Page) -> None:
    page.route("**/api/search*", lambda route: route.fulfill(body="<h1>Sign in</h1>", content_type="text/html"))
    page.goto("?q=bees")
    expect(page.get_by_role("alert")).to_contain_text("What came back is no answer of semsearch.")


def test_the_sentence_that_answers_is_asked_for_again(page: Page) -> None:
    page.route("**/api/why*", lambda route: route.abort())
    page.goto("?q=boats+wait+for+the+tide")
    act(page, 1, "open").click()
    expect(page.locator(".unexplained")).to_contain_text("The sentence that answers could not be fetched.")
    page.unroute("**/api/why*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("mark.sentence")).to_have_text("Boats in the harbour wait for the tide.")
    expect(page.locator(".unexplained")).to_have_count(0)


def test_what_is_too_long_or_too_much_is_said_in_plain_words(page: Page) -> None:
    page.goto("?q=" + "long+" * 2_000)
    expect(page.locator("#count")).to_have_text("A question has at most 2,000 characters: the rest is cut")
    shown(page, ALL)
    page.get_by_role("button", name="Paste an abstract").click()
    page.locator("#text").fill("bread rises " * 2_500)
    expect(page.locator("#count")).to_have_text("29,999 characters: the first 20,000 are compared")
    expect(page.locator(".result .title").first).to_contain_text("Why bread rises")
    page.goto("?q=bees&" + "&".join(f"venue=Venue+{number}" for number in range(51)))
    expect(page.get_by_role("alert")).to_contain_text("51 venues are chosen, and at most 50 can be.")
    page.get_by_role("button", name="Remove all venues").click()
    shown(page, ALL)


def test_a_paper_that_the_index_has_not_is_left_out_and_its_chip_says_so(page: Page) -> None:
    searches: list[str] = []
    page.on("request", lambda request: searches.append(request.url) if "/api/search" in request.url else None)
    page.goto("?q=bees&like=no-such-paper&unlike=owls")
    expect(page.locator(".chip-title").first).to_have_text("no-such-paper (not in this index, left out)")
    shown(page, ALL)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert asked(page)["like"] == ["no-such-paper"]
    assert len(searches) == 1
    page.goto("?like=no-such-paper")
    expect(page.get_by_role("alert")).to_contain_text("Not in the index: no-such-paper.")
    page.goto("?like=owls&like=no-such-paper")
    expect(page.locator(".result .title").first).to_contain_text("How owls hear")
    act(page, 2, "open").click()
    expect(page.locator("mark.sentence")).to_be_visible()
    page.goto("?unlike=no-such-paper#text=why+bread+rises+in+the+oven")
    expect(page.locator(".result .title").first).to_have_text("Why bread rises")


def test_forced_colours_show_what_is_ticked(page: Page) -> None:
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("?q=bees")
    shown(page, ALL)
    box = page.get_by_label("craft")
    before = box.screenshot()
    box.evaluate("box => { box.checked = true }")
    assert box.screenshot() != before


def test_what_is_ticked_is_exported_from_wherever_one_reads(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("?q=bees&unlike=tides")
    shown(page, ALL)
    page.locator(".gutter input").nth(15).check()
    expect(page.get_by_role("link", name="CSV of 1 paper ticked")).to_be_in_viewport()
    expect(page.locator(".chip")).to_be_in_viewport()
    desk = page.locator(".desk").bounding_box()
    assert desk
    assert desk["height"] < 120


def test_what_was_read_for_a_while_is_a_place_to_come_back_to(page: Page) -> None:
    page.clock.install()
    page.goto("")
    page.locator("#q").fill("bees")
    page.clock.run_for(500)
    shown(page, ALL)
    page.clock.run_for(2_500)
    page.locator("#q").fill("glaciers")
    page.clock.run_for(500)
    expect(page.locator(".result .title").first).to_contain_text("glaciers")
    page.go_back()
    expect(page.locator("#q")).to_have_value("bees")


def test_years_moved_by_keys_are_one_place_to_come_back_to(page: Page) -> None:
    page.clock.install()
    page.goto("?q=harbour")
    shown(page, ALL)
    places = page.evaluate("history.length")
    for year in (1952, 1953, 1954):
        page.get_by_label("From year").press("ArrowRight")
        page.clock.run_for(1_000)
        page.wait_for_url(f"**since={year}*")
    assert page.evaluate("history.length") == places + 1
    page.go_back()
    shown(page, ALL)


def test_counts_are_fresh_when_another_generation_answers(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        if "search" in route.request.url:
            answer["index"]["generation"] = "generation-000009"
        else:
            answer["papers"] = 44
        route.fulfill(json=answer)

    page.goto("?q=bees")
    shown(page, ALL)
    page.route(re.compile("api/(search|facets)"), told)
    page.locator("#q").fill("bread")
    shown(page, "20 nearest of 44 papers")


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


def test_few_papers_of_long_ago_leave_the_others_their_room(page: Page) -> None:
    def told(route: Route) -> None:
        answer = route.fetch().json()
        answer["years"] = [{"year": 999, "papers": 1}, *({"year": year, "papers": 5} for year in range(1990, 2010))]
        route.fulfill(json=answer)

    page.route("**/api/facets*", told)
    page.goto("?q=bees")
    expect(page.locator(".years")).to_contain_text("The first bar: 1 paper before 1990")
    expect(page.locator(".years-told")).to_have_text("999 – 2009")
    expect(page.locator(".bars rect")).to_have_count(21)
    page.get_by_label("From year").press("ArrowRight")
    expect(page.locator(".years-told")).to_have_text("1990 – 2009")
    page.wait_for_url("**since=1990*")


def counted_years(page: Page, counts: dict[int, int]) -> None:
    """Have the histogram show papers of these years."""

    years = [{"year": year, "papers": papers} for year, papers in counts.items()]
    answer: dict[str, Any] = {"papers": 43, "years": years, "categories": [], "venues": [], "authors": []}
    page.route("**/api/facets*", lambda route: route.fulfill(json=answer))


def test_papers_of_years_to_come_leave_the_others_their_room(page: Page) -> None:
    counted_years(page, dict.fromkeys(range(1990, 2010), 5) | {2999: 1})
    page.goto("?q=bees")
    expect(page.locator(".years")).to_contain_text("The last bar: 1 paper after 2009")
    expect(page.locator(".years-told")).to_have_text("1990 – 2999")
    expect(page.locator(".bars rect")).to_have_count(21)
    until = page.get_by_label("To year")
    assert until.get_attribute("aria-valuetext") == "after 2009"
    until.press("ArrowLeft")
    expect(page.locator(".years-told")).to_have_text("1990 – 2009")
    expect(page.locator(".bars .out")).to_have_count(1)
    page.wait_for_url("**until=2009*")
    expect(page.get_by_role("button", name="All years")).to_be_visible()
    expect(page.locator("#results")).not_to_have_attribute("aria-busy", "true")
    bars = page.locator(".bars").bounding_box()
    assert bars
    page.mouse.click(bars["x"] + bars["width"] - 1, bars["y"] + 10)
    page.wait_for_url("**since=2010*")
    expect(page.locator(".years-told")).to_have_text("from 2010")
    assert "until" not in asked(page)


def test_both_ends_may_be_far_and_the_words_tell_what_is_asked_for(page: Page) -> None:
    counted_years(page, {1543: 1} | dict.fromkeys(range(1981, 2026), 5) | {2999: 1})
    page.goto("?q=bees&since=1600")
    told = page.locator(".years-told")
    expect(told).to_have_text("1600 – 2999")
    expect(page.locator(".bars rect")).to_have_count(25)  # two years each from 1980 on, and one at each end
    page.get_by_label("To year").press("ArrowLeft")
    expect(told).to_have_text("1600 – 2025")
    page.wait_for_url("**since=1600&until=2025*")
    for address, said in (
        ("until=1700", "until 1700"),
        ("since=3000", "from 3000"),
        ("since=1700&until=1800", "1700 – 1800"),
    ):
        page.goto(f"?q=bees&{address}")
        expect(told).to_have_text(said)


def test_ends_that_lie_on_each_other_are_drawn_apart(page: Page) -> None:
    def drag(label: str, by: int) -> None:
        box = page.get_by_label(label).bounding_box()
        assert box
        share = (int(page.get_by_label(label).input_value()) - 1951) / 39
        x, y = box["x"] + 7.2 + share * (box["width"] - 14.4), box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + by / 2, y)
        page.mouse.move(x + by, y)
        page.mouse.up()

    told = page.locator(".years-told")
    page.goto("?q=harbour&since=1990")
    expect(told).to_have_text("1990")
    drag("From year", -60)
    page.wait_for_url(lambda url: "since=19" in url and "since=1990" not in url)
    assert re.fullmatch(r"19[78]\d – 1990", told.inner_text())
    page.goto("?q=harbour&until=1951")
    expect(told).to_have_text("1951")
    drag("To year", 60)
    page.wait_for_url(lambda url: "until=19" in url and "until=1951" not in url)
    assert re.fullmatch(r"1951 – 19[567]\d", told.inner_text())
    page.goto("?q=harbour&since=1970&until=1970")
    drag("From year", -60)
    expect(told).to_have_text(re.compile(r"^19[56]\d – 1970$"))
    page.wait_for_url("**until=1970*")
    page.get_by_label("To year").press("ArrowRight")
    expect(told).to_have_text(re.compile(r"^19[56]\d – 1971$"))


def test_ends_that_lie_on_each_other_come_apart_by_a_finger_and_by_keys(browser: Browser, address: str) -> None:
    size: Any = {"width": 375, "height": 780}
    context = browser.new_context(viewport=size, base_url=address, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto("?q=harbour&since=1990")
    page.get_by_role("button", name="Filters").tap()
    told = page.locator(".years-told")
    expect(told).to_have_text("1990")
    box = page.get_by_label("To year").bounding_box()
    assert box
    x, y = box["x"] + box["width"] - 12, box["y"] + box["height"] / 2
    fingers = context.new_cdp_session(page)
    for kind, left in (("touchStart", 0), *(("touchMove", each) for each in range(10, 110, 10)), ("touchEnd", None)):
        points = [] if left is None else [{"x": x - left, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(told).to_have_text(re.compile(r"^19[78]\d – 1990$"))
    page.wait_for_url(lambda url: "since=19" in url and "since=1990" not in url)
    page.goto("?q=harbour&since=1990")
    page.get_by_role("button", name="Filters").tap()
    page.get_by_label("From year").press("ArrowLeft")
    expect(told).to_have_text("1989 – 1990")
    context.close()


def test_after_enter_the_papers_are_at_hand(page: Page) -> None:
    page.goto("")
    page.locator("#q").fill("bees")
    page.locator("#q").press("Enter")
    expect(page.get_by_role("region", name="Results")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-id]").first).to_be_focused()


def test_an_unlike_alone_says_what_it_does(page: Page) -> None:
    page.goto("?unlike=owls")
    expect(page.locator(".home")).to_contain_text("What you ask next leans away from the paper above.")


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


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = (each for each in found if each["impact"] in ("serious", "critical"))
    return [f"{each['id']}: {node['html']}" for each in serious for node in each["nodes"]]


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
