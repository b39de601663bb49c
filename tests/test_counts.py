"""Counts of what papers can be filtered by: each is what the filter by it lets through."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.counts import ValueCount
from semsearch.filters import Filter
from semsearch.search import SearchIndex
from semsearch.update import add_papers

PAPERS = [
    {
        "id": "1",
        "title": "one",
        "venue": "ACL",
        "authors": ["Wei Li", "Li"],
        "date": "2020-05",
        "categories": ["cs.CL"],
    },
    {
        "id": "2",
        "title": "two",
        "venue": "Findings of ACL",
        "authors": ["Wei Li"],
        "date": "2020",
        "keywords": ["Tides"],
    },
    {"id": "3", "title": "three", "venue": "ACL", "authors": ["Zoë Åström"], "date": "2021", "categories": ["cs.LG"]},
    {"id": "4", "title": "four", "venue": "Acl.", "authors": ["Zoe Astrom"], "categories": ["cs.LG", "tides"]},
    {"id": "5", "title": "five", "venue": "NAACL", "authors": ["Li Wei", "Li Li"], "date": "1999-01-02"},
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    build_index(write_jsonl(tmp_path / "p.jsonl", PAPERS[:4]), tmp_path / "index", model=TinyEncoder())
    add_papers(write_jsonl(tmp_path / "q.jsonl", PAPERS[4:]), tmp_path / "index", encoder=TinyEncoder())
    return tmp_path / "index"


@pytest.fixture
def index(path: Path) -> SearchIndex:
    return SearchIndex(path, encoder=TinyEncoder())


def pairs(values: tuple[ValueCount, ...]) -> dict[str, int]:
    return {each.value: each.papers for each in values}


def test_years_in_order_and_the_papers_without_one(index: SearchIndex) -> None:
    found = index.facets()
    assert [(each.year, each.papers) for each in found.years] == [(1999, 1), (2020, 2), (2021, 1)]
    assert (found.papers, found.without_year) == (5, 1)


def test_values_as_papers_write_them_with_what_the_filter_finds(index: SearchIndex) -> None:
    found = index.facets()
    assert pairs(found.venues) == {"ACL": 4, "Findings of ACL": 1, "NAACL": 1}
    assert [each.value for each in found.venues] == ["ACL", "Findings of ACL", "NAACL"]
    assert pairs(found.authors) == {"Wei Li": 3, "Li": 3, "Zoë Åström": 2, "Li Li": 1}
    assert pairs(found.categories) == {"cs": 3, "cs.LG": 2, "Tides": 2, "cs.CL": 1}


def test_every_count_is_that_of_the_filter(index: SearchIndex) -> None:
    found = index.facets(Filter(since="2000"))
    for kind, values in (("venue", found.venues), ("author", found.authors), ("category", found.categories)):
        assert values
        for each in values:
            asked = Filter(since="2000", **{kind: (each.value,)})  # type: ignore[arg-type]
            assert each.papers == len(index.search("x", 10, filter=asked)), each


def test_a_kind_is_not_counted_by_its_own_filter(index: SearchIndex) -> None:
    found = index.facets(Filter(venue=("NAACL",), until="2020"))
    assert found.papers == 1
    assert pairs(found.venues) == {"ACL": 2, "Findings of ACL": 1, "NAACL": 1}
    assert [(each.year, each.papers) for each in found.years] == [(1999, 1)]
    assert "Zoë Åström" not in pairs(found.authors)


def test_as_many_as_are_wanted_those_of_the_most_papers_first(index: SearchIndex) -> None:
    assert [each.value for each in index.facets(limit=1).venues] == ["ACL"]
    assert index.facets(limit=0).venues == ()
    counts = [each.papers for each in index.facets().authors]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("find", "authors", "venues"),
    [
        ("ast", {"Zoë Åström"}, set()),
        ("zoe a", {"Zoë Åström"}, set()),
        ("find", set(), {"Findings of ACL"}),
        ("of acl", set(), {"Findings of ACL"}),
        ("*", set(), set()),
        ("w*", {"Wei Li"}, set()),
    ],
)
def test_values_are_found_by_their_words(index: SearchIndex, find: str, authors: set[str], venues: set[str]) -> None:
    found = index.facets(find=find)
    assert pairs(found.authors).keys() == authors
    assert pairs(found.venues).keys() == venues


def test_counts_of_the_sample_are_those_of_its_papers(tmp_path: Path) -> None:
    import json

    from semsearch import sample_corpus

    build_index(sample_corpus(), tmp_path / "index", model=TinyEncoder())
    records = [json.loads(line) for line in sample_corpus().read_text(encoding="utf-8").splitlines()]
    with SearchIndex(tmp_path / "index", encoder=TinyEncoder()) as opened:
        found = opened.facets(limit=200)
    years = Counter(int(str(record.get("date") or record.get("year"))[:4]) for record in records)
    assert {each.year: each.papers for each in found.years} == years
    authors = Counter(name for record in records for name in record["authors"])
    assert {name: count for name, count in pairs(found.authors).items() if count > 1} == {
        name: count for name, count in authors.items() if count > 1
    }
