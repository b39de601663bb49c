"""Saved pages of Hugging Face's papers: cards alone, beside the JSON they were drawn from, one paper's page."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest

from semsearch.corpus import BadRecord, read_papers
from semsearch.paper import Paper

HEAD = (
    '<!DOCTYPE html>\n<html><head><meta property="og:url" content="https://huggingface.co/papers"><script>'
    'if (1 < 2) document.write("<article>")</script></head><body><h1>Daily Papers</h1>'
)
WHY = "Nobody knows why the sea does what it does, and so we asked it twice."


def card(id: str, title: str, abstract: str = WHY, foot: str = "<li>5 authors</li>", date: str = "Sep 29, 2025") -> str:
    return (
        f'<article><div>Submitted by <a href="/taesi">taesi</a></div><h3><a href="/papers/{id}">{title}</a></h3>'
        f"<p>{abstract}</p><ul>{foot}</ul><span>·</span><time>{date}</time>"
        f'<a href="/papers/{id}#community"><svg><text>7</text></svg> 3</a></article>\n'
    )


def read(tmp_path: Path, body: str, **options: str) -> list[Any]:
    path = tmp_path / "page"
    path.write_text(f"{HEAD}{body}</body></html>", encoding="utf-8")
    return [entry.reason if isinstance(entry, BadRecord) else entry for entry in read_papers(path, **options)]


def props(**values: Any) -> str:
    return f'<div data-target="DailyPapers" data-props="{html.escape(json.dumps(values))}">'


def paper(id: str, title: str, **more: Any) -> dict[str, Any]:
    return {"paper": {"id": id, "title": title, "summary": f"{title}.", "authors": [{"name": "Ada"}]}} | more


def test_a_card_alone_says_what_the_saved_text_says(tmp_path: Path) -> None:
    found = read(tmp_path, card("2501.00001", "Tides &amp; <span>seas</span>"))
    assert found == [
        Paper(
            "2501.00001", "Tides & seas", WHY, author_count=5, date="2025-09-29", arxiv_id="2501.00001", comments=3,
            url="https://huggingface.co/papers/2501.00001",
        )
    ]  # fmt: skip


def test_an_account_is_an_organization_where_authors_are_not_counted(tmp_path: Path) -> None:
    (own,) = read(tmp_path, card("2501.00001", "T", foot='<a href="/sea"><img alt="sea"> Sea Institute</a>'))
    assert (own.organization, own.author_count) == ("Sea Institute", None)


def test_a_date_without_its_year_takes_that_of_the_page(tmp_path: Path) -> None:
    body = card("2501.00001", "T", date="Sep 29")
    assert [each.date for each in read(tmp_path, body)] == ["--09-29"]
    assert [each.date for each in read(tmp_path, body, page_date="2025-10-01")] == ["2025-09-29"]
    told = card("2501.00001", "T").replace("<time>", '<time datetime="2024-02-03T10:00:00.000Z">')
    assert [each.date for each in read(tmp_path, told)] == ["2024-02-03"]


def test_marks_within_an_abstract_do_not_part_it(tmp_path: Path) -> None:
    (found,) = read(tmp_path, card("2501.00001", "T", f"The <b>sea</b>, <a href='/x'>as said</a>:<br/>{WHY}"))
    assert found.abstract == f"The sea, as said: {WHY}"


def test_the_json_of_the_page_names_authors_and_is_only_asked_for_what_is_shown(tmp_path: Path) -> None:
    body = (
        props(dailyPapers=[paper("2501.00009", "Not shown")], searchResults=[
            paper("2501.00001", "Tides", numComments=4, organization={"name": "sea", "fullname": "Sea Institute"},
                  publishedAt="2025-01-02T03:04:05.000Z"),
            paper("2501.00002", "Not shown either"),
        ])
        + card("2501.00001", "Tides") + card("2501.00003", "Moons")
    )  # fmt: skip
    first, second = read(tmp_path, body)
    assert (first.authors, first.author_count, first.abstract) == (("Ada",), None, "Tides.")
    assert (first.organization, first.date, first.comments) == ("Sea Institute", "2025-01-02", 4)
    assert (second.title, second.authors, second.author_count) == ("Moons", (), 5)


def test_without_cards_the_json_is_all_there_is(tmp_path: Path) -> None:
    body = props(dailyPapers=[paper("2501.00001", "A"), paper("2501.00002", "B")])
    assert [each.title for each in read(tmp_path, body)] == ["A", "B"]


@pytest.mark.parametrize("data", ["{", "[]", '{"dailyPapers": [7, null, {"paper": []}]}', "[" * 5000])
def test_odd_json_leaves_the_cards(tmp_path: Path, data: str) -> None:
    body = f'<div data-props="{html.escape(data)}">' + card("2501.00001", "T")
    assert [each.title for each in read(tmp_path, body)] == ["T"]


def test_a_paper_s_own_page(tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_text(
        '<html><head><link rel="canonical" href="https://huggingface.co/papers/2501.00001"></head><body><h1>Tides</h1>'
        f"<div>Published on Jan 2, 2025</div><h2>Abstract</h2><p>{WHY}</p></body></html>"
    )
    (found,) = read_papers(path)
    assert (found.id, found.title, found.abstract, found.date) == ("2501.00001", "Tides", WHY, "2025-01-02")


def test_a_paper_shown_twice_is_read_once_and_articles_of_nothing_not_at_all(tmp_path: Path) -> None:
    body = card("2501.00001", "T") * 2 + "<article><h3><a href='/blog/x'>Post</a></h3></article>"
    assert [each.title for each in read(tmp_path, body)] == ["T"]


@pytest.mark.parametrize("torn", ["<article><h3><a href='/papers/2501.0", "<artic", "<h3>x</h3></article>"])
def test_a_torn_card_costs_itself(tmp_path: Path, torn: str) -> None:
    found = read(tmp_path, card("2501.00001", "A") + torn + "\n" + card("2501.00002", "B"))
    assert [each if isinstance(each, str) else each.title for each in found] == ["A", "cut off", "B"]


def test_a_page_without_papers_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, "<p>Sign in</p>") == ["a page without papers"]


@pytest.mark.parametrize("piece", ["</a", "<a ", "<!--", "<!", "<?", "<a b='", '<a b="', "&", "<svg>", "<p>", "<h1>"])
def test_markup_without_an_end_is_read(tmp_path: Path, piece: str) -> None:
    body = card("2501.00001", "A") + piece * 30_000
    assert [each.title for each in read(tmp_path, body) if isinstance(each, Paper)] == ["A"]
