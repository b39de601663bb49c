"""Hits in a notebook: what Jupyter shows, and the frame that pandas gets."""

from __future__ import annotations

import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from semsearch.errors import SemsearchError
from semsearch.notebook import COLUMNS, link_of
from semsearch.paper import Paper
from semsearch.results import Hit, IndexSummary, Results
from semsearch.standing import Standing
from semsearch.why import Why
from semsearch.words import units

EVIL = '<script>alert("1")</script>'
WHALE = Paper(
    id="whale", title=f"Songs of the whale {EVIL}", abstract="A whale sings. It stops.", authors=("A", "B", "C", "D"),
    venue="Sea & Sky", date="1903-05", url="https://example.org/?a=1&b=2",
)  # fmt: skip
GULL = Paper(id=f"gull{EVIL}", organization="Gulls", url="javascript:alert(1)", doi="10.5555/a b")


def results(*hits: Hit, query: str | None = f"whale {EVIL}", notes: tuple[str, ...] = ()) -> Results:
    return Results(query, (), (), "hybrid", IndexSummary("in&dex", "generation-000001", 7, "tiny"), hits, notes)


HITS = (
    Hit(1, WHALE, 1.0, 0.75, 2.5, units("whale"), Why(0, 14, 0.5)),
    Hit(2, GULL, 0.5, 0.25, None, units("whale")),
)


class Tree(HTMLParser):
    """The tags and the texts of what a browser would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_notebook_shows_hits_as_a_table() -> None:
    tree = Tree(results(*HITS, notes=("3 papers < 4",))._repr_html_())
    text = "".join(tree.texts)
    assert [tag for tag, _ in tree.tags].count("tr") == 3
    for shown in ("0.750", "A, B, C and 1 more · Sea & Sky · 1903-05", "A whale sings.", "2 of 7 papers in in&dex"):
        assert shown in text
    assert "3 papers < 4" in tree.texts
    assert "<mark>whale</mark>" in results(*HITS)._repr_html_()


def test_what_no_paper_answers_is_told_before_the_table_and_who_steered_above_it() -> None:
    stands = replace(HITS[0], standing=0.123)
    told = replace(results(stands, HITS[1]), like=("seal",), unlike=("<gull>", "tern"), standing=Standing(0.1, False))
    shown = told._repr_html_()
    assert shown.startswith("<p><b>no paper stands out</b></p><table>")
    assert "</bdi> · like <bdi>seal</bdi> · unlike <bdi>&lt;gull&gt;, tern</bdi></caption>" in shown
    assert "<th>similarity</th><th>standing</th>" in shown
    assert shown.count("<td>0.12</td>") == shown.count("<td></td>") == 1
    assert "stands out" not in replace(told, standing=Standing(0.9, True))._repr_html_()


def test_a_hit_shows_itself_as_a_row() -> None:
    shown = HITS[0]._repr_html_()
    assert shown.startswith("<table><thead>")
    assert shown.count("<tr>") == 2
    assert "<td>0.750</td>" in shown


def test_nothing_of_a_paper_or_a_question_is_html() -> None:
    tree = Tree(results(*HITS)._repr_html_())
    allowed = {"table", "caption", "thead", "tbody", "tr", "th", "td", "b", "bdi", "br", "a", "mark", "q", "p"}
    assert {tag for tag, _ in tree.tags} == allowed
    assert "".join(tree.texts).count(EVIL) == 3
    assert [attrs["href"] for tag, attrs in tree.tags if tag == "a"] == [WHALE.url, "https://doi.org/10.5555/a%20b"]


def test_signs_for_the_direction_of_writing_turn_nothing_beside_them() -> None:
    turned = Paper("t", "\u202eTides", authors=("\u202eAda",), venue="\u2067Sea", date="1903")
    shown = results(Hit(1, turned, 1.0, 0.75), query="\u202ewhale")._repr_html_()
    for text in ("\u202eTides", "\u202eAda", "\u2067Sea", "1903", "\u202ewhale"):
        assert f"<bdi>{text}</bdi>" in shown


def test_what_is_long_is_folded() -> None:
    long = Paper("t", "whale " * 1_000, authors=("n" * 100, *map(str, range(2_999))), venue="v" * 81)
    shown = results(Hit(1, long, 1.0, 0.75, asked=units("whale")), query="q" * 301)._repr_html_()
    assert f"{'<mark>whale</mark> ' * 49}<mark>whale</mark>" in shown
    assert shown.count("whale") == 50
    assert f"<bdi>{'n' * 79}…</bdi>, <bdi>0</bdi>, <bdi>1</bdi> and 2,997 more · <bdi>{'v' * 79}…</bdi>" in shown
    assert f"<bdi>{'q' * 299}…</bdi>" in shown
    assert "overflow-wrap:anywhere" in shown
    ends = results(Hit(1, Paper("e", "A whale"), 1.0, 0.75, asked=units("whale")))._repr_html_()
    assert "<bdi>A <mark>whale</mark></bdi>" in ends


def test_what_others_should_be_like_is_told() -> None:
    assert (
        "like whale, gull"
        in Results(None, ("whale", "gull"), (), "hybrid", IndexSummary("i", "g", 7, "m"), ())._repr_html_()
    )
    assert "like a text" in results(query=None)._repr_html_()


def test_links_lead_to_the_web_or_nowhere() -> None:
    assert link_of(Paper(id="a", arxiv_id="2103.00001")) == "https://arxiv.org/abs/2103.00001"
    assert link_of(Paper(id="a", url="data:text/html,x")) == ""
    assert link_of(Paper(id="a", url="HTTP://example.org")) == "HTTP://example.org"


def test_a_frame_has_a_row_for_each_hit_and_a_column_for_each_value() -> None:
    frame = results(*HITS).to_pandas()
    assert list(frame.columns) == [*COLUMNS, "why"]
    assert frame["id"].tolist() == ["whale", GULL.id]
    assert frame["authors"].tolist() == [["A", "B", "C", "D"], []]
    assert frame["similarity"].tolist() == [0.75, 0.25]
    assert frame["why"][0] == "A whale sings."
    assert frame["organization"][1] == "Gulls"
    missing = frame[["lexical", "year", "why", "date"]].isna()
    assert missing.values.tolist() == [[False] * 4, [True] * 4]


def test_whole_numbers_of_a_frame_stay_whole_where_some_are_missing() -> None:
    frame = results(*HITS).to_pandas()
    assert str(frame["year"][0]) == "1903"
    assert frame["citations"].dtype == frame["year"].dtype == "Int64"
    assert frame["year"].sum() == 1903


def test_without_a_reason_or_a_hit_a_frame_has_the_same_columns() -> None:
    for some in (results(HITS[1]).to_pandas(), results().to_pandas()):
        assert list(some.columns) == list(COLUMNS)
        assert some["score"].dtype == "float64"


def test_without_pandas_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(SemsearchError, match="needs pandas") as caught:
        results(*HITS).to_pandas()
    assert caught.value.hint == "pip install pandas"
