"""The page steered: likes, similar papers, pasted texts, and orders."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsing import ALL, DOUGH, Page, act, address, asked, browser, context, expect, page, press, shown, titles, years

__all__ = ["address", "browser", "context", "page"]

SORTED = re.compile(r"^20 newest of the best 40 papers")


def copied(page: Page, text: str) -> None:
    """Have a text in the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


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


def test_an_unlike_alone_says_what_it_does(page: Page) -> None:
    page.goto("?unlike=owls")
    expect(page.locator(".home")).to_contain_text("What you ask next leans away from the paper above.")
