"""The page's filters: counts, names to find, and the histogram of years."""

from __future__ import annotations

import re
from typing import Any

from browsing import ALL, Browser, Page, Route, act, address, asked, browser, context, expect, page, shown

__all__ = ["address", "browser", "context", "page"]


def names_of(page: Page, group: str) -> list[str]:
    """The values that stand in a group of the filters, in order."""
    return page.locator("fieldset.group", has_text=group).locator(".value-name").all_inner_texts()


def counted_years(page: Page, counts: dict[int, int]) -> None:
    """Have the histogram show papers of these years."""

    years = [{"year": year, "papers": papers} for year, papers in counts.items()]
    answer: dict[str, Any] = {"papers": 43, "years": years, "categories": [], "venues": [], "authors": []}
    page.route("**/api/facets*", lambda route: route.fulfill(json=answer))


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
    for query, said in (
        ("until=1700", "until 1700"),
        ("since=3000", "from 3000"),
        ("since=1700&until=1800", "1700 – 1800"),
    ):
        page.goto(f"?q=bees&{query}")
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
