"""JSON of known sources: arXiv's snapshot, OpenAlex and Semantic Scholar, told record by record in any JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from semsearch.corpus import BadRecord, read_papers
from semsearch.limits import TEXT_CHARS, TOO_MUCH_TEXT
from semsearch.paper import Paper


def read(tmp_path: Path, *records: Any) -> list[Any]:
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return [entry.reason if isinstance(entry, BadRecord) else entry for entry in read_papers(path)]


def one(tmp_path: Path, record: dict[str, Any]) -> Paper:
    (paper,) = read(tmp_path, record)
    assert isinstance(paper, Paper), paper
    return paper


SNAPSHOT = {
    "id": "0704.0001", "submitter": "A", "authors": "A. Brook and B. Chen", "title": "T", "comments": "12",
    "journal-ref": "J. 1", "doi": "10.1234/A", "categories": "hep-ph", "abstract": "  Why?\n",
    "update_date": "2020-01-01",
    "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}], "authors_parsed": [["Brook", "A.", ""]],
}  # fmt: skip


def test_a_record_of_arxivs_snapshot(tmp_path: Path) -> None:
    assert one(tmp_path, SNAPSHOT) == Paper(
        "0704.0001", "T", "Why?", ("A. Brook",), venue="J. 1", date="2007-04-02", doi="10.1234/a", arxiv_id="0704.0001",
        categories=("hep-ph",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        ({"versions": []}, "date", "2007-04"),
        ({"versions": ["v1"], "id": "hep-th/9711200"}, "date", "1997-11"),
        ({"versions": None, "id": "math.GT/0309136"}, "date", "2003-09"),
        ({"versions": None, "id": "x1234"}, "date", None),
        ({"authors_parsed": []}, "authors", ("A. Brook", "B. Chen")),
        ({"authors_parsed": [["Brook", "A.", "Jr", "Invented Institute"], 7]}, "authors", ("A. Brook Jr",)),
        ({"doi": "10.1234/a 10.1234/b"}, "doi", "10.1234/a"),
        ({"doi": None}, "doi", None),
        ({"categories": "cs.LG math.AP"}, "categories", ("cs.LG", "math.AP")),
        ({"categories": ["cs.LG math.AP"]}, "categories", ("cs.LG", "math.AP")),
        ({"categories": ["cs.LG", "math.AP"]}, "categories", ("cs.LG", "math.AP")),
        ({"comments": "12"}, "comments", None),
    ],
)
def test_what_may_be_missing_or_odd_in_the_snapshot(
    tmp_path: Path, changed: dict[str, Any], field: str, value: Any
) -> None:
    assert getattr(one(tmp_path, SNAPSHOT | changed), field) == value


def work(**fields: Any) -> dict[str, Any]:
    return {"id": "https://openalex.org/W1", "title": "T", "authorships": []} | fields


@pytest.mark.parametrize(
    ("index", "abstract"),
    [
        ({"sea": [1, 3], "The": [0], "rises": [2]}, "The sea rises sea"),
        ('{"b": [1], "a": [0]}', "a b"),
        ({"IndexLength": 2, "InvertedIndex": {"b": [1], "a": [0]}}, "a b"),
        ({"a": [10**15], "b": [5]}, "b a"),
        ({"a": "x", "b": ["1", 0, None]}, "b"),
        ("{", ""),
        ([1], ""),
        (None, ""),
    ],
)
def test_an_abstract_is_put_together(tmp_path: Path, index: Any, abstract: str) -> None:
    assert one(tmp_path, work(abstract_inverted_index=index)).abstract == abstract


def test_an_index_that_unfolds_to_more_than_a_paper_has_is_told(tmp_path: Path) -> None:
    huge = work(abstract_inverted_index={"x" * 1000: list(range(TEXT_CHARS // 1000))})
    assert read(tmp_path, huge, work())[0] == TOO_MUCH_TEXT


def test_fields_of_openalex_by_their_present_and_former_names(tmp_path: Path) -> None:
    paper = one(
        tmp_path,
        work(
            title=None, display_name="D", doi="https://doi.org/10.1234/A", host_venue={"display_name": "H"},
            authorships=[{"author": {"display_name": "Ada"}}, {"author": None, "raw_author_name": "Bo"}, {}, None],
            keywords=[{"keyword": "old"}, {"display_name": "new"}], concepts=[{"display_name": "c"}],
            topics=[{"display_name": "t"}], publication_year=2001, cited_by_count=5,
            locations=[None, {"landing_page_url": "http://arxiv.org/abs/2101.00001"}],
        ),
    )  # fmt: skip
    assert paper == Paper(
        "W1", "D", "", ("Ada", "Bo"), venue="H", date="2001", doi="10.1234/a", arxiv_id="2101.00001",
        categories=("t",), keywords=("new", "old", "c"), citations=5,
    )  # fmt: skip


def test_a_record_of_semantic_scholars_datasets_is_in_lower_case(tmp_path: Path) -> None:
    paper = one(
        tmp_path,
        {
            "corpusid": 12, "externalids": {"ArXiv": "2101.00001", "DOI": "10.1234/A", "MAG": None}, "title": "T",
            "authors": [{"authorId": "1", "name": "Ada"}, {"name": None}], "venue": "", "journal": {"name": "J"},
            "year": 2021, "publicationdate": "2021-03-04", "s2fieldsofstudy": [{"category": "Biology", "source": "x"}],
            "citationcount": 7, "url": "https://example.org",
        },
    )  # fmt: skip
    assert paper == Paper(
        "12", "T", "", ("Ada",), venue="J", date="2021-03-04", doi="10.1234/a", arxiv_id="2101.00001",
        url="https://example.org", categories=("Biology",), citations=7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("abstract", "tldr", "read_as"),
    [("Whole.", {"text": "Short."}, "Whole."), (None, {"text": "Short."}, "Short."), (None, None, ""), (None, "x", "")],
)
def test_a_tldr_stands_in_for_an_abstract_only(tmp_path: Path, abstract: Any, tldr: Any, read_as: str) -> None:
    record = {"paperId": "a", "externalIds": None, "corpusId": 1, "title": "T", "abstract": abstract, "tldr": tldr}
    assert one(tmp_path, record).abstract == read_as


@pytest.mark.parametrize(
    "record",
    [SNAPSHOT, work(), {"paperId": "s", "externalIds": {}, "title": "S"}],
    ids=["arxiv", "openalex", "scholar"],
)
def test_what_people_add_to_a_record_is_read_as_of_any(tmp_path: Path, record: dict[str, Any]) -> None:
    paper = one(tmp_path, record | {"tags": ["mine"], "num_comments": 4, "organization": "O"})
    assert (paper.keywords, paper.comments, paper.organization) == (("mine",), 4, "O")


def test_records_of_all_sources_may_stand_in_one_file(tmp_path: Path) -> None:
    scholar = {"paperId": "s", "externalIds": {}, "title": "S"}
    papers = read(tmp_path, {"id": "own", "title": "O", "comments": 3}, SNAPSHOT, work(), scholar, None)
    assert [paper if isinstance(paper, str) else paper.id for paper in papers] == [
        "own", "0704.0001", "W1", "s", "not a JSON object",
    ]  # fmt: skip
    assert papers[0].comments == 3


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[]], [None], [{}], {"a": 1}, True, 1.5])
def test_odd_values_of_every_field_cost_nothing_but_themselves(tmp_path: Path, value: Any) -> None:
    scholar = {"paperId": "s", "externalIds": {}, "title": "S"}
    for record in (SNAPSHOT, work(abstract_inverted_index={}, locations=[], primary_location={}, topics=[]), scholar):
        for name in record.keys() - {"title"}:
            found = read(tmp_path, record | {name: value}, {"title": "last"})
            assert found[-1].title == "last"


@pytest.mark.parametrize(
    "names",
    [
        ("journal-ref",), ("report-no",), ("versions", "update_date"), ("versions",), ("update_date",),
    ],
)  # fmt: skip
def test_a_snapshot_that_lost_some_of_its_names_is_known(tmp_path: Path, names: tuple[str, ...]) -> None:
    whole = {
        "id": "0704.0001", "title": "Tides", "abstract": "They come.", "authors": "A. Brook and B. Chen",
        "categories": "cs.LG math.AP", "comments": "12 pages",
    }  # fmt: skip
    more: dict[str, Any] = {
        "journal-ref": "J. Seas", "report-no": None, "update_date": "2020-01-01",
        "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}],
    }  # fmt: skip
    (tmp_path / "s.jsonl").write_text(json.dumps(whole | {name: more[name] for name in names}) + "\n")
    (paper,) = read_papers(tmp_path / "s.jsonl")
    assert [paper] == list(read_papers(tmp_path / "s.jsonl", format="arxiv-snapshot"))
    assert isinstance(paper, Paper)
    assert (paper.arxiv_id, paper.authors) == ("0704.0001", ("A. Brook", "B. Chen"))
    assert (paper.categories, paper.comments) == (("cs.LG", "math.AP"), None)
    assert paper.date == ("2007-04-02" if "versions" in names else "2007-04")
    other = {"id": "x1", "title": "Tides", "update_date": "2020-01-01", "comments": 3}
    (tmp_path / "o.jsonl").write_text(json.dumps(other) + "\n")
    (paper,) = read_papers(tmp_path / "o.jsonl")
    assert isinstance(paper, Paper)
    assert (paper.date, paper.comments) == ("2020-01-01", 3)


@pytest.mark.parametrize(
    ("id", "known", "month"),
    [
        (704.0001, "0704.0001", "2007-04"), (704.001, "0704.0010", "2007-04"), (1501.1, "1501.10000", "2015-01"),
        (1012.12, "1012.1200", "2010-12"), ("704.0001", "0704.0001", "2007-04"), ("2103.1", "2103.10000", "2021-03"),
    ],
)  # fmt: skip
def test_an_id_of_arxiv_that_became_a_number_has_its_zeros_again(
    tmp_path: Path, id: float | str, known: str, month: str
) -> None:
    versions = [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]
    records = [{"id": id, "title": "A"}, {"id": id, "title": "B", "versions": versions}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({**r, "update_date": "2008-11-26"}) + "\n" for r in records))
    assert [(p.id, p.arxiv_id, p.date) for p in read_papers(tmp_path / "a.jsonl")] == [
        (known, known, month), (known, known, "2007-04-02"),
    ]  # fmt: skip
