"""Saved pages of Hugging Face papers, as text. The papers here are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.cleaning import clean_text
from semsearch.corpus import BadRecord, read_papers
from semsearch.paper import Paper, content_id

FURNITURE = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\n"
    "byAK and the research community\n\nJan 8\n\n"
)
PAGE = (
    FURNITURE
    + """Tides in Small Harbours

We measure tides in nine harbours.

  • 5 authors
·
Sep 29, 2025

Moons of Clay

We bake moons.

tide-lab Tide Lab
·
Mar 28
2
"""
)


def read(tmp_path: Path, data: str | bytes, name: str = "page.txt", **options) -> list[Paper | BadRecord]:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read_papers(path, **options))


def brief(entries: list[Paper | BadRecord]) -> list[tuple[str, str]]:
    return [(Path(e.place).name, e.reason) if isinstance(e, BadRecord) else (e.title, e.abstract) for e in entries]


TWO = [("Tides in Small Harbours", "We measure tides in nine harbours."), ("Moons of Clay", "We bake moons.")]


def test_a_page_is_read_whole(tmp_path: Path) -> None:
    tides, moons = read(tmp_path, PAGE)
    assert tides == Paper(
        id=content_id(*TWO[0]), title=TWO[0][0], abstract=TWO[0][1], author_count=5, date="2025-09-29"
    )
    assert moons == Paper(
        id=content_id(*TWO[1]), title=TWO[1][0], abstract=TWO[1][1], organization="Tide Lab", date="--03-28", comments=2
    )


@pytest.mark.parametrize(
    ("page_date", "date"),
    [(None, "--03-28"), ("2026", "2026-03-28"), ("2026-04-22", "2026-03-28"), ("2026-01", "--03-28")],
)
def test_a_date_gets_the_year_of_the_page_if_that_is_told(tmp_path: Path, page_date: str | None, date: str) -> None:
    assert [paper.date for paper in read(tmp_path, PAGE, page_date=page_date)] == ["2025-09-29", date]


@pytest.mark.parametrize(
    "data",
    [
        PAGE.replace("\n", "\r\n"),
        PAGE.replace("Daily Papers\n\n", ""),
        PAGE.removeprefix(FURNITURE),
        "\ufeff" + PAGE,
        PAGE.rstrip(),
        PAGE.replace("\n\n", "\n \t\n\n"),
        PAGE.replace("nine harbours", "nine\n  harbours").replace("Moons of", "Moons\nof"),
        PAGE.replace("byAK", "by\u00a0AK").replace("• 5", "•\u00a05"),
        PAGE.encode("utf-16"),
    ],
)
def test_small_differences_of_layout_make_none(tmp_path: Path, data: str | bytes) -> None:
    entries = read(tmp_path, data)
    assert brief(entries) == TWO
    assert [(e.author_count, e.organization, e.date, e.comments) for e in entries] == [
        (5, None, "2025-09-29", None),
        (None, "Tide Lab", "--03-28", 2),
    ]


@pytest.mark.parametrize(
    ("line", "count", "organization"),
    [
        ("  • 1 author", 1, None),
        ("  • 1,024 authors", 1024, None),
        ("apple Apple", None, "Apple"),
        ("Hill-University Hill University", None, "Hill University"),
        ("tide-lab", None, "tide-lab"),
    ],
)
def test_the_line_before_the_dot(tmp_path: Path, line: str, count: int | None, organization: str | None) -> None:
    paper = read(tmp_path, PAGE.replace("  • 5 authors", line))[0]
    assert (paper.author_count, paper.organization) == (count, organization)


@pytest.mark.parametrize(
    ("lines", "date", "comments"),
    [("Sep 29, 2025\n12", "2025-09-29", 12), ("Sep 29, 2025 12", "2025-09-29", 12), ("2 days ago", None, None)],
)
def test_the_lines_behind_the_dot(tmp_path: Path, lines: str, date: str | None, comments: int | None) -> None:
    paper = read(tmp_path, PAGE.replace("Sep 29, 2025", lines))[0]
    assert (paper.date, paper.comments) == (date, comments)


def test_a_page_without_lines_of_authors_is_titles_and_abstracts(tmp_path: Path) -> None:
    page = FURNITURE + "".join(f"{title}\n\n{abstract}\n\n" for title, abstract in TWO)
    papers = read(tmp_path, page)
    assert brief(papers) == TWO
    assert {(paper.author_count, paper.organization, paper.date) for paper in papers} == {(None, None, None)}


def test_a_paper_without_an_abstract_keeps_its_date_and_its_neighbours(tmp_path: Path) -> None:
    papers = read(tmp_path, PAGE.replace("We measure tides in nine harbours.\n\n", ""))
    assert brief(papers) == [(TWO[0][0], ""), TWO[1]]
    assert papers[0].date == "2025-09-29"


def test_pages_one_after_another_are_read_as_if_apart(tmp_path: Path) -> None:
    plain = FURNITURE + "A Third\n\nWe count.\n\n"
    both = [*TWO, ("A Third", "We count.")]
    assert brief(read(tmp_path, PAGE + "\n" + plain)) == both
    assert brief(read(tmp_path, plain + PAGE)) == [both[2], *TWO]
    assert brief(read(tmp_path, plain + plain)) == [both[2], both[2]]


def test_what_is_left_over_is_told_with_its_place(tmp_path: Path) -> None:
    assert brief(
        read(tmp_path, FURNITURE + "  • 5 authors\n·\nSep 29, 2025\n\nA\n\na\n\nTorn\n\n" + FURNITURE + "End")
    ) == [
        ("page.txt:13", "authors and date without a title before them"),
        ("A", "a"),
        ("page.txt:21", "a title at the end of the page"),
        ("page.txt:35", "a title at the end of the page"),
    ]


def test_a_title_may_be_a_date(tmp_path: Path) -> None:
    page = PAGE.removeprefix(FURNITURE) + "\nMay 12\n\nA day in letters.\n\n  • 2 authors\n·\nMay 13, 2024\n"
    assert brief(read(tmp_path, page)) == [*TWO, ("May 12", "A day in letters.")]


word = st.text("abcdefgé0123456789.,:;(){}\"'$", min_size=1, max_size=8).map(lambda text: "x" + text)
line = st.lists(word, min_size=1, max_size=6).map(" ".join)
entry = st.tuples(
    line, line, st.integers(1, 9999), st.dates().filter(lambda day: day.year >= 1000), st.none() | st.integers(0, 99)
)


@settings(deadline=None, max_examples=50)
@given(st.lists(entry, min_size=1, max_size=5))
def test_a_page_of_any_entries_reads_back(tmp_path_factory, entries: list) -> None:
    page = FURNITURE
    for title, abstract, count, day, comments in entries:
        told = f"{day:%b} {day.day}, {day.year}" + (f"\n{comments}" if comments is not None else "")
        page += f"{title}\n\n{abstract}\n\n  • {count} authors\n·\n{told}\n\n"
    papers = read(tmp_path_factory.mktemp("page"), page)
    assert [(p.title, p.abstract, p.author_count, p.date, p.comments) for p in papers] == [
        (clean_text(title), clean_text(abstract), count, day.isoformat(), comments)
        for title, abstract, count, day, comments in entries
    ]
