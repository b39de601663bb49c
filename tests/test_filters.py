"""Filters: what passes is what a look at every paper says, and what cannot be asked is told."""

from __future__ import annotations

import calendar
import datetime
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.errors import QueryError
from semsearch.filters import Allowed, Filter, allowed_rows
from semsearch.paper import Paper
from semsearch.store.papers import PaperTable, PaperWriter

Opener = Callable[..., PaperTable]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Opener]:
    """Makes tables of papers, and closes them in the end."""
    opened: list[PaperTable] = []

    def make(*papers: Paper) -> PaperTable:
        opened.append(written(tmp_path / f"{len(opened)}.db", papers))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def written(path: Path, papers: tuple[Paper, ...]) -> PaperTable:
    writer = PaperWriter(path)
    writer.append(papers)
    writer.seal()
    return PaperTable(path, len(papers))


def passing(allowed: Allowed) -> list[int]:
    assert allowed.count == allowed.mask.sum()
    return [row for row, passes in enumerate(allowed.mask.tolist()) if passes]


# The oracle: every paper looked at, dates as sets of days of the calendar, names in all ways.


def plain(text: str) -> list[str]:
    """Words without case, accents and punctuation, for the alphabet of the tests."""
    parted = unicodedata.normalize("NFKD", text).casefold().replace("ø", "o").replace("'", "")
    return "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in parted).split()


def span(date: str) -> tuple[datetime.date, datetime.date]:
    year, month, day = [*map(int, date.split("-")), 0, 0][:3]
    last_month = month or 12
    last_day = day or calendar.monthrange(year, last_month)[1]
    return datetime.date(year, month or 1, day or 1), datetime.date(year, last_month, last_day)


def in_time(paper: Paper, asked: Filter) -> bool:
    if asked.since is None and asked.until is None and asked.year is None:
        return True
    if paper.date is None or paper.date.startswith("--"):
        return False
    first, last = span(paper.date)
    days = (first + datetime.timedelta(number) for number in range((last - first).days + 1))
    return any(
        (asked.since is None or day >= span(asked.since)[0])
        and (asked.until is None or day <= span(asked.until)[1])
        and (asked.year is None or day.year == asked.year)
        for day in days
    )


def has_venue(paper: Paper, asked: str) -> bool:
    own, words = plain(paper.venue or ""), plain(asked)
    return any(own[at : at + len(words)] == words for at in range(len(own)))


def has_author(paper: Paper, asked: str) -> bool:
    words = plain(asked)
    return any(
        all(own.startswith(word) if len(word) == 1 else own == word for own, word in zip(some, words, strict=True))
        for author in paper.authors
        for some in permutations(plain(author), len(words))
    )


def has_category(paper: Paper, asked: str) -> bool:
    wanted = "".join(plain(asked))
    if wanted == "c":  # of the categories of the tests C, C++ and C# alone
        return asked.casefold() in map(str.casefold, (*paper.categories, *paper.keywords))
    for own in (*paper.categories, *paper.keywords):
        archive, dot, _ = own.lower().partition(".")
        if wanted in ("".join(plain(own)), archive.replace("-", "") if dot and archive in ("cs", "q-bio") else None):
            return True
    return False


def passes_rest(paper: Paper, asked: Filter) -> bool:
    return (
        (not asked.venue or any(has_venue(paper, text) for text in asked.venue))
        and (not asked.author or any(has_author(paper, text) for text in asked.author))
        and (not asked.category or any(has_category(paper, text) for text in asked.category))
        and (asked.only is None or any(name in (paper.id, *paper.aliases, paper.title) for name in asked.only))
    )


dates = st.sampled_from(
    ["2019", "2020", "2020-02", "2020-06", "2020-06-15", "2020-12-31", "2021-01-01", "2021", "2024-02-29"]
)
venues = st.sampled_from(["ACL", "acl", "Findings of ACL 2023", "NAACL", "Trans. ACL", "Señales", "SENALES, ACL", "鯨"])
authors = st.sampled_from(
    ["Geoffrey Hinton", "G. E. Hinton", "Hinton, Gérard", "Wei Wang", "Wang Wang", "W. Li", "O'Neil Søren", "李明", "?"]
)
categories = st.sampled_from(["cs.LG", "CS", "cs", "q-bio.NC", "Deep Learning", "deep-learning", "node.js", "学習"])
categories |= st.sampled_from(["C", "C++", "C#", "c++"])
papers = st.builds(
    Paper,
    id=st.just(""),
    date=st.none() | dates | st.sampled_from(["--06-15", "--06"]),
    venue=st.none() | venues,
    authors=st.lists(authors, max_size=3).map(tuple),
    categories=st.lists(categories, max_size=2).map(tuple),
    keywords=st.lists(categories, max_size=2).map(tuple),
)
asked_authors = authors.filter(plain) | st.sampled_from(
    ["hinton", "G Hinton", "h", "W Wang", "wang wei", "soren", "ONEIL", "李"]
)
asked_venues = venues | st.sampled_from(["of acl", "acl 2023", "find", "senales"])


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    def some(values: st.SearchStrategy[str]) -> tuple[str, ...]:
        return tuple(draw(st.just([]) | st.lists(values, max_size=2)))

    since, until = sorted([draw(dates), draw(dates)])
    ids = [f"p{row}" for row in range(8)] + ["old", "Title 3", "unknown"]
    values: dict[str, Any] = {
        "since": draw(st.none() | st.just(since)),
        "until": draw(st.none() | st.just(until)),
        "year": draw(st.none() | st.none() | st.sampled_from([2019, 2020, 2021])),
        "venue": some(asked_venues),
        "author": some(asked_authors),
        "category": some(categories | st.sampled_from(["Q-Bio", "deep learning"])),
        "only": draw(st.none() | st.lists(st.sampled_from(ids), min_size=1).map(lambda names: ("p0", *names))),
    }
    try:
        return Filter(**values)
    except QueryError:  # a year outside of since and until
        return Filter(**values | {"year": None})


@settings(max_examples=150, deadline=None)
@given(st.lists(papers, min_size=4, max_size=12), st.lists(filters(), min_size=1, max_size=6))
def test_what_passes_is_what_a_look_at_every_paper_says(drawn: list[Paper], asked: list[Filter]) -> None:
    known = tuple(
        replace(paper, id=f"p{row}", title=f"Title {row}", aliases=("old",) if row == 2 else ())
        for row, paper in enumerate(drawn)
    )
    with TemporaryDirectory() as folder, closing(written(Path(folder) / "papers.db", known)) as table:
        for filter in asked:
            allowed = allowed_rows(filter, table)
            rest = [row for row, paper in enumerate(known) if passes_rest(paper, filter)]
            assert passing(allowed) == [row for row in rest if in_time(known[row], filter)]
            timed = (filter.since, filter.until, filter.year) != (None, None, None)
            assert allowed.without_year == sum(known[row].year is None for row in rest) * timed
            named = {name for paper in known for name in (paper.id, paper.title, *paper.aliases)}
            assert set(allowed.unknown) == set(filter.only or ()) - named


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        (Filter(since="2020-06"), [0, 1, 2, 3, 5]),
        (Filter(until="2020-06"), [0, 2, 4]),
        (Filter(since="2020-06-16"), [0, 1, 3, 5]),
        (Filter(since="2020-06-15", until="2020-06-15"), [0, 2]),
        (Filter(until="2020"), [0, 2, 3, 4]),
        (Filter(since="2021"), [1, 5]),
        (Filter(year=2020), [0, 2, 3]),
        (Filter(year=2020, since="2020-07"), [0, 3]),
    ],
)
def test_dates_and_a_paper_of_a_whole_year(table: Opener, asked: Filter, rows: list[int]) -> None:
    known = ("2020", "2021-01", "2020-06-15", "2020-12-31", "2019", "2023", None, "--06-15")
    allowed = allowed_rows(asked, table(*(Paper(f"p{row}", date=date) for row, date in enumerate(known))))
    assert (passing(allowed), allowed.without_year) == (rows, 2)


def test_values_of_a_kind_are_any_and_kinds_are_all(table: Opener) -> None:
    found = table(
        Paper("a", venue="ACL", authors=("Ada L",), date="2020"),
        Paper("b", venue="ICRA", authors=("Ada L",)),
        Paper("c", venue="ICRA", authors=("Bo K",), date="2020"),
        Paper("d", authors=("Ada L",), date="2020"),
    )
    asked = Filter(venue=("acl", "icra"), author="l ada", year=2020)
    allowed = allowed_rows(asked, found)
    assert (passing(allowed), allowed.without_year) == ([0], 1)


def test_nothing_asked_lets_all_through_and_is_false(table: Opener) -> None:
    allowed = allowed_rows(Filter(), table(Paper("a"), Paper("b")))
    assert (passing(allowed), allowed.without_year, allowed.unknown) == ([0, 1], 0, ())
    assert not Filter()
    assert not Filter(venue=())


@pytest.mark.parametrize("name", ["since", "until", "year", "venue", "author", "category", "only"])
def test_whatever_is_asked_makes_it_true(name: str) -> None:
    assert Filter(**{name: "2020"})


def test_none_may_be_allowed(table: Opener) -> None:
    allowed = allowed_rows(Filter(venue="Nowhere"), table(Paper("a", venue="ACL")))
    assert (allowed.count, allowed.without_year) == (0, 0)


def test_the_mask_cannot_be_written(table: Opener) -> None:
    with pytest.raises(ValueError, match="read-only"):
        allowed_rows(Filter(), table(Paper("a"))).mask[0] = False


def test_only_takes_every_name_and_tells_the_unknown(table: Opener) -> None:
    found = table(Paper("a", "Tides", doi="10.1000/one"), Paper("b", "Tides"), Paper("c", "Winds", aliases=("old",)))
    allowed = allowed_rows(Filter(only=("doi:10.1000/ONE", "nobody", "old")), found)
    assert (passing(allowed), allowed.unknown) == ([0, 2], ("nobody",))
    assert passing(allowed_rows(Filter(only=("tides",)), found)) == [0, 1]


def test_only_takes_several_names_of_a_paper(table: Opener) -> None:
    found = table(Paper("a", doi="10.1000/one"), Paper("b", arxiv_id="2101.00001"), Paper("c"), Paper("d"))
    names = (
        ("1", "10.1000/one"),
        ("2", "10.1000/two", "2101.00001"),
        "d",
        ("c", "10.1000/one"),
        ("4", "10.1000/four"),
        "e",
    )
    allowed = allowed_rows(Filter(only=names), found)
    assert (passing(allowed), allowed.unknown) == ([0, 1, 2, 3], ("e", "4"))
    assert passing(allowed_rows(Filter(only=names[:2]), found)) == [0, 1]
    assert Filter(only=[["a", " "], ("", "")]) == Filter(only=("a",))  # type: ignore[arg-type, list-item]


@pytest.mark.parametrize(
    ("asked", "rows"),
    [
        ("C++", [1, 4]), ("c++", [1, 4]), ("C#", [2, 4]), ("C", [0]), ("c", [0]), ("Visual C++", [3]),
        ("visual-c++", [3]), ("CD8 T cells", [5]), ("CD8+ T cells", [5]), ("cs", [6]), ("CS.cl", [6]), ("cs-cl", [6]),
    ],
)  # fmt: skip
def test_symbols_behind_a_letter_tell_categories_apart(table: Opener, asked: str, rows: list[int]) -> None:
    known: list[dict[str, Any]] = [
        {"keywords": ("C",)}, {"keywords": ("C++",)}, {"categories": ("c#",)}, {"keywords": ("Visual C++", "Java")},
        {"categories": ("C++",), "keywords": ("C#",)}, {"keywords": ("CD8+ T cells",)}, {"categories": ("cs.CL",)},
    ]  # fmt: skip
    found = table(*(Paper(f"p{row}", **values) for row, values in enumerate(known)))
    assert passing(allowed_rows(Filter(category=asked), found)) == rows  # type: ignore[arg-type]


def test_only_without_a_known_name_is_an_error(table: Opener) -> None:
    with pytest.raises(QueryError, match="none of the 6 papers to search among is in the index: 'x0', 'x1'") as error:
        allowed_rows(Filter(only=tuple(f"x{n}" for n in range(6))), table(Paper("a")))
    assert error.value.message.endswith("'x3', ...")
    assert error.value.hint


def test_values_are_taken_as_people_give_them() -> None:
    day = datetime.date(2020, 6, 1)
    given: Any = {"since": day, "until": 2021, "year": " 2020", "venue": "ACL", "author": ["A  B"], "only": ["a ", ""]}
    same = Filter("2020-06-01", "2021", 2020, ("ACL",), ("A B",), (), ("a",))
    assert Filter(**given) == same
    assert hash(Filter(**given)) == hash(same)
    given = {"since": datetime.datetime(2020, 6, 1, 12), "venue": 3, "author": {"Ann": 1}.keys(), "only": [7, "7", "a"]}
    assert Filter(**given) == Filter("2020-06-01", venue=("3",), author=("Ann",), only=("7", "a"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"since": "2020-13"}, "since '2020-13': no such date"),
        ({"since": "2021-02-29"}, "since '2021-02-29': no such date"),
        ({"until": ""}, "until '': no such date"),
        ({"until": "June 2020"}, "until 'June 2020': no such date"),
        ({"until": "--06"}, "until '--06': no such date"),
        ({"since": "0000"}, "since '0000': no such date"),
        ({"since": "２０２０"}, "no such date"),
        ({"year": "20x0"}, "year '20x0': no such year"),
        ({"year": 0}, "year '0': no such year"),
        ({"year": 10000}, "year '10000': no such year"),
        ({"year": "9" * 5000}, "no such year"),
        ({"year": 2020.5}, "no such year"),
        ({"since": "2021", "until": "2020"}, "no day is all of since 2021, until 2020"),
        ({"since": "2020-06-15", "until": "2020-05"}, "no day is all of"),
        ({"year": 2019, "since": "2020"}, "no day is all of year 2019, since 2020"),
        ({"year": 2022, "until": "2021-12-31"}, "no day is all of year 2022, until 2021-12-31"),
        ({"venue": ""}, "venue '': expected a letter or a digit"),
        ({"venue": ("ACL", "…")}, "venue '…': expected a letter or a digit"),
        ({"author": " , "}, "author ' , ': expected"),
        ({"category": " \t"}, "category"),
        ({"author": "\udcff"}, "author"),
        ({"only": ()}, "no paper to search among was named"),
        ({"only": ("", " ")}, "no paper to search among was named"),
        ({"venue": 2.5}, "venue '2.5': expected text, got float"),
        ({"venue": b"ACL"}, "expected text, got bytes"),
        ({"author": {"Ann": 1}}, "expected text, got dict"),
        ({"author": ["Ann", None]}, "author 'None': expected text, got NoneType"),
        ({"category": (True,)}, "category 'True': expected text, got bool"),
        ({"only": Path("ids.txt")}, "only 'ids.txt': expected text, got PosixPath"),
        ({"only": [Paper("a")]}, "expected text, got Paper"),
        ({"since": True}, "since 'True': no such date"),
    ],
)
def test_what_cannot_be_asked_is_an_error_with_a_hint(values: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError) as error:
        Filter(**values)
    assert message in error.value.message
    assert error.value.hint


@pytest.mark.parametrize("text", ["x\udcff", "x\x00y", "x'y", "%", 'x"y', "a" * 10_000])
def test_odd_values_pass_nothing_and_break_nothing(table: Opener, text: str) -> None:
    found = table(Paper("a", venue="V", authors=("A B",)))
    for kind in ("venue", "author", "category"):
        if any(map(str.isalnum, text)):
            assert passing(allowed_rows(Filter(**{kind: text}), found)) == []  # type: ignore[arg-type]


def test_threads_may_share_a_table(table: Opener) -> None:
    known = [Paper(f"p{n}", venue=f"V {n % 7}", authors=(f"A{n % 5} B",), date=f"{2000 + n}") for n in range(70)]
    found = table(*known)
    answers: list[bool] = []

    def ask(number: int) -> None:
        expected = [n for n in range(10, 70) if n % 7 == number and n % 5 == 1]
        asked = Filter(venue=f"v {number}", author="b a1", since="2010")
        answers.append(all(passing(allowed_rows(asked, found)) == expected for _ in range(20)))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 7
