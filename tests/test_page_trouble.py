"""The page when something is amiss: a server that is away or slow, answers that are none, papers that are gone."""

from __future__ import annotations

from browsing import (
    ALL,
    DIMMED,
    Browser,
    Page,
    Route,
    act,
    address,
    asked,
    browser,
    context,
    expect,
    faults,
    page,
    shown,
    titles,
)
from page_papers import HARMFUL

__all__ = ["address", "browser", "context", "page"]


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
