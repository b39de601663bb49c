"""Dates as people write them become ISO 8601 as far as they are known, and no further."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.dates import finer, join_date, parse_date, with_year, year_of

untimed = settings(deadline=None)


@pytest.mark.parametrize(
    "text",
    [
        "2019 Jan-Feb", "Jan-Feb 2019", "January/February 2019", "Spring 2019", "2019 Fall", "Winter 2019/2020",
        "Dec 2019-Jan 2020", "2019 Dec-2020 Jan", "June 1-3, 2019", "1-3 June 2019", "Q1 2019", "2019/Spring",
    ],
)  # fmt: skip
def test_a_season_or_a_range_gives_its_first_year(text: str) -> None:
    assert parse_date(text) == "2019"


@pytest.mark.parametrize("text", ["in press", "in version 2019 of it", "room 2019b", "Jan-Feb", "Q1", "-2019-"])
def test_a_year_in_another_text_is_no_date(text: str) -> None:
    assert parse_date(text) in (None, "--01")


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2025-09-29", "2025-09-29"),
        ("2025-9-3", "2025-09-03"),
        ("2025/09/29", "2025-09-29"),
        ("2025.09", "2025-09"),
        ("2025", "2025"),
        (" 2025 ", "2025"),
        ("2025-09-29T10:00:00Z", "2025-09-29"),
        ("2025-09-29 10:00:00", "2025-09-29"),
        ("20250929", "2025-09-29"),
        ("--09-29", "--09-29"),
        ("--09", "--09"),
        ("Sep 29, 2025", "2025-09-29"),
        ("Sept. 29th, 2025", "2025-09-29"),
        ("SEPTEMBER 29 2025", "2025-09-29"),
        ("Sep 29", "--09-29"),
        ("September 2025", "2025-09"),
        ("September, 2025", "2025-09"),
        ("29 September 2025", "2025-09-29"),
        ("29-Sep-2025", "2025-09-29"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("2021 Mar 3", "2021-03-03"),
        ("2021 Mar", "2021-03"),
        ("2021 Jan-Feb", "2021"),
        ("may", "--05"),
        ("09/2025", "2025-09"),
        ("13/4/2021", "2021-04-13"),
        ("4/13/2021", "2021-04-13"),
        ("5.5.2021", "2021-05-05"),
        ("Spring 2021", "2021"),
        ("c. 1999", "1999"),
        ("ca. 1999", "1999"),
        ("c1999", "1999"),
        ("[1987]", "1987"),
        ("[c. 1987?]", "1987"),
        ("1999?", "1999"),
        ("2019-2020", "2019"),
        ("2019/2020", "2019"),
    ],
)
def test_a_date_is_understood(written: str, iso: str) -> None:
    assert parse_date(written) == iso


@pytest.mark.parametrize("written", ["3/4/2021", "03.04.2021", "03-04-2021"])
def test_a_date_that_may_be_two_days_is_only_a_year(written: str) -> None:
    assert parse_date(written) == "2021"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("2025-02-30", "2025-02"),
        ("2025-13-01", "2025"),
        ("2025-00-00", "2025"),
        ("Feb 29", "--02-29"),
        ("Feb 30", "--02"),
    ],
)
def test_a_day_that_no_calendar_has_is_dropped(written: str, known: str) -> None:
    assert parse_date(written) == known


@pytest.mark.parametrize(
    "written",
    [
        "",
        "n.d.",
        "in press",
        "forthcoming",
        "0000",
        "0000-05-03",
        "0000-00-00",
        "1617235200",
        "2020-2019",
        "2019-2020-2021",
        "٢٠٢١",
        "99",
    ],
)
def test_what_is_no_date_is_none(written: str) -> None:
    assert parse_date(written) is None


@untimed
@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_every_day_reads_back_in_every_unambiguous_form(day: datetime.date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%a, %d %b %Y 10:00:00 GMT"):
        assert parse_date(day.strftime(form)) == day.isoformat()


@untimed
@given(st.text(max_size=30) | st.from_regex(r"[0-9/. -]{1,12}", fullmatch=True))
def test_parsing_is_stable_and_never_fails(text: str) -> None:
    date = parse_date(text)
    assert date is None or parse_date(date) == date


@pytest.mark.parametrize(
    ("date", "year", "month", "joined"),
    [
        (None, "2021", None, "2021"),
        (None, "2021", "3", "2021-03"),
        (None, "2021", "Mar.", "2021-03"),
        (None, "2021", "march", "2021-03"),
        (None, "2021", "spring", "2021"),
        (None, "2021", "13", "2021"),
        (None, None, "3", None),
        ("2021", None, "3", "2021-03"),
        ("2021", "2021", "3", "2021-03"),
        ("2021-05-02", "2021", "5", "2021-05-02"),
        ("2021-05-02", "2021", "3", "2021-05-02"),
        ("2023-05-02", "2021", None, "2021"),
        ("2023-05-02", "2021", "3", "2021-03"),
        ("Sep 29", "2025", None, "2025-09-29"),
        ("Feb 29", "2025", None, "2025"),
        ("in press", "2021", None, "2021"),
        ("2021-05-02", "soon", None, "2021-05-02"),
        (None, None, None, None),
    ],
)
def test_date_year_and_month_are_joined(date: str, year: str, month: str, joined: str) -> None:
    assert join_date(date, year, month) == joined


@pytest.mark.parametrize(
    ("date", "page", "dated"),
    [
        ("--03-28", "2026", "2026-03-28"),
        ("--03-28", "2026-03", "2026-03-28"),
        ("--03-28", "2026-03-28", "2026-03-28"),
        ("--03-28", "2026-03-27", "--03-28"),
        ("--03", "2026-04-22", "2026-03"),
        ("--02-29", "2025", "--02-29"),
        ("2024-03-28", "2026", "2024-03-28"),
    ],
)
def test_the_page_lends_its_year_to_days_up_to_its_own(date: str, page: str, dated: str) -> None:
    assert with_year(date, page) == dated


@pytest.mark.parametrize(("date", "year"), [("2025-09", 2025), ("2025", 2025), ("--09-29", None), (None, None)])
def test_year_of(date: str | None, year: int | None) -> None:
    assert year_of(date) == year


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (None, "2021", "2021"),
        ("2021", None, "2021"),
        ("2021", "2021-05", "2021-05"),
        ("2021-05-02", "2021", "2021-05-02"),
        ("2021", "2022-05", "2021"),
        ("--05", "2021-05-02", "2021-05-02"),
        ("--05-02", "--05", "--05-02"),
        ("--06", "2021-05-02", "2021-05-02"),
        ("2021-05", "--05-02", "2021-05"),
        (None, None, None),
    ],
)
def test_the_finer_of_two_dates(first: str | None, second: str | None, chosen: str | None) -> None:
    assert finer(first, second) == chosen
