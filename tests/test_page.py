"""The page in a real browser: asking, results, addresses, keys and exports."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from browsing import (
    ALL,
    DIMMED,
    DOUGH,
    BrowserContext,
    Page,
    Route,
    act,
    address,
    asked,
    browser,
    context,
    expect,
    page,
    shown,
    titles,
)
from page_papers import WIDE

__all__ = ["address", "browser", "context", "page"]


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


def test_the_empty_page_tells_what_there_is_and_what_to_ask(page: Page) -> None:
    page.goto("")
    expect(page.locator(".lead")).to_contain_text("43 papers, 1951 to 1990. Built on ")
    example = page.locator(".examples a").first
    question = example.inner_text()
    example.click()
    expect(page.locator("#q")).to_have_value(question)
    expect(page.locator("#home")).to_be_hidden()
    shown(page, ALL)


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


def test_after_enter_the_papers_are_at_hand(page: Page) -> None:
    page.goto("")
    page.locator("#q").fill("bees")
    page.locator("#q").press("Enter")
    expect(page.get_by_role("region", name="Results")).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-id]").first).to_be_focused()
