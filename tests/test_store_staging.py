"""Staging: which records are one paper, what that paper is then called, and what is known about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.paper import Paper, content_id
from semsearch.store.merging import merge
from semsearch.store.staging import Staging
from semsearch.text import comparable


@dataclass(frozen=True)
class Staged:
    papers: list[Paper]
    renamed: list[str]
    dropped: list[str]

    @property
    def ids(self) -> list[str]:
        return [paper.id for paper in self.papers]


@contextmanager
def opened() -> Iterator[Staging]:
    with TemporaryDirectory() as folder:
        staging = Staging(Path(folder) / "staging.db")
        try:
            yield staging
        finally:
            staging.close()


def staged(*records: Paper, require_abstract: bool = False) -> Staged:
    with opened() as staging:
        for record in records:
            staging.add(record)
        count, dropped = staging.settle(require_abstract)
        papers = [merged.paper for merged in staging.papers()]
        assert staging.records == len(records)
        assert count == len(papers)
        return Staged(papers, staging.renamed, dropped)


def full(id: str, title: str = "", abstract: str = "", **known: object) -> Paper:
    """A record with a title and an abstract of its own, unless they are given."""
    return Paper(id, title or f"Title of {id}", abstract or f"Abstract of {id}.", **known)  # type: ignore[arg-type]


LONG = "They sing for hours, and the whole bay hears it. " * 6


def test_records_with_nothing_in_common_stay_apart_in_their_order() -> None:
    assert staged(full("c"), full("a"), full("b")).ids == ["c", "a", "b"]


def test_one_doi_is_one_paper() -> None:
    found = staged(full("a", doi="10.1000/x"), full("b"), full("c", doi="10.1000/x"))
    assert found.ids == ["a", "b"]
    assert found.papers[0].aliases == ("c",)


def test_one_arxiv_id_is_one_paper() -> None:
    assert staged(full("a", arxiv_id="2401.00001"), full("b", arxiv_id="2401.00001")).ids == ["a"]


def test_a_doi_and_an_arxiv_id_of_the_same_letters_are_two() -> None:
    assert staged(full("a", doi="10.1000/1"), full("b", arxiv_id="10.1000/1")).ids == ["a", "b"]


def test_comparable_title_and_abstract_are_one_paper() -> None:
    found = staged(full("a", "On Whales: a study", "They sing."), full("b", "ON WHALES — A STUDY", "they  sing"))
    assert found.ids == ["a"]
    assert found.papers[0].title == "On Whales: a study"


def test_a_title_or_an_abstract_alone_does_not_make_one_paper() -> None:
    assert staged(full("a", "Editorial", "One."), full("b", "Editorial", "Two.")).ids == ["a", "b"]
    assert staged(full("a", "Part I", "No abstract."), full("b", "Part II", "No abstract.")).ids == ["a", "b"]


def test_where_the_title_ends_and_the_abstract_begins_matters() -> None:
    assert staged(Paper("a", "ab", "c"), Paper("b", "a", "bc")).ids == ["a", "b"]


def test_an_abstract_without_a_title_is_one_paper_with_the_same() -> None:
    assert staged(Paper("a", "", "They sing."), Paper("b", "", "they sing")).ids == ["a"]


@pytest.mark.parametrize("abstract", ["", "Reply", "This is a reply to an article of this issue."])
@pytest.mark.parametrize("field", ["doi", "arxiv_id"])
def test_different_dois_keep_records_of_a_short_text_apart(abstract: str, field: str) -> None:
    records = [Paper(id, "Reply", abstract, **{field: f"10.1/{id}"}) for id in "abc"]  # type: ignore[arg-type]
    assert staged(*records).ids == ["a", "b", "c"]
    assert staged(*(replace(record, id="x") for record in records)).ids == ["x", "x~2", "x~3"]
    assert staged(*records, replace(records[1], id="d")).papers[1].aliases == ("d",)


def test_a_long_equal_abstract_makes_one_paper_of_two_dois() -> None:
    found = staged(Paper("a", "Whales", LONG, doi="10.1/preprint"), Paper("b", "Whales", LONG, doi="10.1/journal"))
    assert found.ids == ["a"]
    assert found.papers[0].aliases == ("b", "10.1/journal")


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (2, 0, 1), (2, 1, 0), (1, 2, 0)])
def test_a_short_text_without_a_doi_joins_one_paper_and_brings_no_two_together(order: tuple[int, ...]) -> None:
    records = [Paper("n", "Reply", "Reply"), *(Paper(id, "Reply", "Reply", doi=f"10.1/{id}") for id in "ab")]
    found = staged(*(records[number] for number in order))
    assert sorted(paper.doi or "" for paper in found.papers) == ["10.1/a", "10.1/b"]
    assert found.papers[0].doi == next(records[number].doi for number in order if number)
    assert "n" in (found.papers[0].id, *found.papers[0].aliases)


def test_a_record_joins_two_earlier_papers() -> None:
    found = staged(full("a", doi="10.1/a"), full("b", arxiv_id="2401.00002"), full("z"),
                   full("c", doi="10.1/a", arxiv_id="2401.00002"))  # fmt: skip
    assert found.ids == ["a", "z"]
    assert found.papers[0].aliases == ("b", "c")


def test_chains_are_followed_through_joins_of_joins() -> None:
    found = staged(
        full("a", "A", LONG, doi="10.1/a"),
        full("b", doi="10.1/b"),
        full("c", "C", LONG, doi="10.1/c", arxiv_id="2401.00003"),
        full("d", "C", LONG, doi="10.1/b"),  # b and c
        full("e", "A", LONG, arxiv_id="2401.00003"),  # those and a
        full("f", doi="10.1/c"),
    )
    assert found.ids == ["a"]
    assert found.papers[0].aliases == ("b", "c", "d", "e", "f", "10.1/b", "10.1/c")  # the DOIs find it as well


def test_without_an_abstract_the_title_does_not_make_one_paper() -> None:
    assert staged(Paper("a", "Editorial"), Paper("b", "Editorial"), full("c", "Editorial")).ids == ["a", "b", "c"]


@pytest.mark.parametrize("known", [{"doi": "10.1/a"}, {"arxiv_id": "2401.00001"}])
def test_without_an_abstract_doi_or_arxiv_id_make_one_paper(known: dict[str, str]) -> None:
    assert staged(Paper("a", "Whales", **known), full("b", **known)).ids == ["a"]
    assert staged(full("b", **known), Paper("a", "Whales", **known)).ids == ["b"]


def test_without_an_abstract_the_same_id_and_title_are_one_paper() -> None:
    for records in ([Paper("a", "Whales"), full("a", "WHALES")], [full("a", "WHALES"), Paper("a", "Whales")]):
        found = staged(*records)
        assert found.ids == ["a"]
        assert found.papers[0].abstract == "Abstract of a."
        assert found.papers[0].aliases == ()


def test_the_same_id_and_title_with_another_abstract_is_another_paper() -> None:
    found = staged(full("a", "Whales", "One."), full("a", "Whales", "Two."))
    assert found.ids == ["a", "a~2"]
    assert found.renamed == ["a~2"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_without_an_abstract_does_not_bring_two_with_different_ones_together(place: int) -> None:
    records = [full("a", "Whales", "One."), full("a", "Whales", "Two.")]
    records.insert(place, Paper("a", "Whales", venue="Journal of Whales"))
    found = staged(*records)
    assert [(paper.id, paper.abstract, paper.venue) for paper in found.papers] == [
        ("a", "One.", "Journal of Whales"), ("a~2", "Two.", None),
    ]  # fmt: skip


def test_the_same_id_with_another_text_is_kept_under_a_suffixed_id() -> None:
    found = staged(full("x", "One", "1"), full("x", "Two", "2"), Paper("x", "Three"), full("x", "One", "1"))
    assert [(paper.id, paper.title) for paper in found.papers] == [("x", "One"), ("x~2", "Two"), ("x~3", "Three")]
    assert found.renamed == ["x~2", "x~3"]
    assert all(paper.aliases == () for paper in found.papers)


def test_a_suffixed_id_avoids_the_ids_that_there_are() -> None:
    found = staged(full("x", "One"), full("x", "Two"), full("x~2"), full("x", "Three"), full("x~4"))
    assert found.ids == ["x", "x~3", "x~2", "x~5", "x~4"]


def test_thousands_of_papers_of_one_id_get_ids_of_their_own() -> None:
    found = staged(*(full("x", f"Title {number}") for number in range(3000)))
    assert found.ids == ["x"] + [f"x~{number}" for number in range(2, 3001)]


def test_an_alias_that_is_another_papers_id_is_left_to_that_paper() -> None:
    found = staged(full("a", doi="10.1/a"), full("b"), full("b", "Other", doi="10.1/a"), full("c", aliases=("a", "k")))
    assert {paper.id: paper.aliases for paper in found.papers} == {"a": (), "b": (), "c": ("k",)}


def test_an_id_that_a_source_gave_is_preferred_to_one_made_of_the_text() -> None:
    made = content_id("Whales", "They sing.")
    found = staged(Paper(made, "Whales", "They sing."), Paper("w1", "Whales", "They sing."))
    assert found.ids == ["w1"]
    assert found.papers[0].aliases == (made,)


def test_aliases_of_all_records_are_kept_once() -> None:
    first, second = full("a", doi="10.1/a", aliases=("old", "b")), full("b", doi="10.1/a", aliases=("old", "older"))
    assert staged(first, second).papers[0].aliases == ("old", "b", "older")


def test_merging_takes_the_first_that_is_known_the_finest_date_and_the_largest_counts() -> None:
    found = staged(
        Paper("a", "Whales", doi="10.1/a", date="2021", citations=3, categories=("x", "y"), author_count=4),
        Paper("b", "", "They sing.", ("Ada", "Bo"), 2, "Sea Lab", "Oceans", "2021-05-03", "10.1/a", "2105.00001",
              "https://example.org/b", ("y", "z"), ("song",), 9, 0),
        Paper("c", "Another title", "Another abstract.", ("Cy",), doi="10.1/a", date="2021-05", comments=7,
              keywords=("sea", "song"), venue="Elsewhere", citations=1),
    )  # fmt: skip
    assert found.papers == [
        Paper("a", "Whales", "They sing.", ("Ada", "Bo"), 4, "Sea Lab", "Oceans", "2021-05-03", "10.1/a", "2105.00001",
              "https://example.org/b", ("x", "y", "z"), ("song", "sea"), 9, 7, ("b", "c"))
    ]  # fmt: skip


def test_what_is_known_as_zero_is_kept() -> None:
    found = staged(full("a", citations=0, comments=0, author_count=0)).papers[0]
    assert (found.citations, found.comments, found.author_count) == (0, 0, 0)


def test_require_abstract_drops_papers_of_which_no_record_has_one() -> None:
    bare = [Paper("a", "Whales", doi="10.1/a"), Paper("b", "Seals"), Paper("d", "Gulls", doi="10.1/d")]
    found = staged(*bare, full("c", doi="10.1/a"), Paper("e", "Gulls", doi="10.1/d"), require_abstract=True)
    assert found.ids == ["a"]
    assert found.dropped == ["b", "d"]


def test_an_id_of_a_dropped_paper_is_free() -> None:
    found = staged(Paper("a", "Whales"), full("a", "Seals"), require_abstract=True)
    assert (found.ids, found.renamed, found.dropped) == (["a"], [], ["a"])


def test_require_abstract_can_leave_nothing() -> None:
    assert staged(Paper("a", "Whales"), require_abstract=True) == Staged([], [], ["a"])


# The same rules, naively: records are linked by a common key, or by a weak one that the first of it agrees to; papers
# are what is connected.


class Weak:
    """By key the first record that has it, and the DOI and the arXiv id that it and those it was linked to have."""

    def __init__(self) -> None:
        self.first: dict[object, int] = {}
        self.known: dict[object, dict[str, str]] = {}

    def link(self, key: object, record: Paper) -> list[int]:
        own = {name: value for name in ("doi", "arxiv_id") if (value := getattr(record, name))}
        known = self.known.get(key, {})
        if key not in self.first or any(known.get(name, value) != value for name, value in own.items()):
            return []
        self.known[key] = own | known
        return [self.first[key]]

    def keep(self, key: object, number: int, record: Paper) -> None:
        if self.first.setdefault(key, number) == number:
            self.known[key] = {name: value for name in ("doi", "arxiv_id") if (value := getattr(record, name))}


def partition(records: Sequence[Paper]) -> list[list[int]]:
    group, weak = list(range(len(records))), Weak()
    for second, b in enumerate(records):
        text, same = (comparable(b.title), comparable(b.abstract)), (b.id, comparable(b.title))
        links = [
            first
            for first, a in enumerate(records[:second])
            if (a.doi and a.doi == b.doi)
            or (a.arxiv_id and a.arxiv_id == b.arxiv_id)
            or (len(text[1]) >= 200 and text == (comparable(a.title), comparable(a.abstract)))
        ]
        bare, full = ("bare", same), ("full", same)
        if b.abstract:
            links += weak.link(text, b) if len(text[1]) < 200 else []
            if joined := weak.link(bare, b):
                links += joined
                del weak.first[bare]
            weak.keep(full, second, b)
            weak.keep(text, second, b)
        else:
            links += weak.link(full, b) or weak.link(bare, b)
            if full not in weak.first:
                weak.keep(bare, second, b)
        for first in links:
            old, new = group[second], group[first]
            group = [new if each == old else each for each in group]
    groups: dict[int, list[int]] = {}
    for number, each in enumerate(group):
        groups.setdefault(each, []).append(number)
    return sorted(groups.values())


RECORDS = st.lists(
    st.builds(
        Paper,
        id=st.sampled_from("abc"),
        title=st.sampled_from(["One", "ONE.", "Two"]),
        abstract=st.sampled_from(["", "", "First.", "first", "Second.", LONG, LONG.upper()]),
        doi=st.sampled_from([None, None, None, "10.1/a", "10.1/b", "10.1/c"]),
        arxiv_id=st.sampled_from([None, None, None, "2401.00001", "2401.00002"]),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(RECORDS)
def test_papers_are_those_of_the_naive_oracle(records: list[Paper]) -> None:
    marked = [replace(record, keywords=(str(number),)) for number, record in enumerate(records)]
    found, groups = staged(*marked), partition(records)
    assert [sorted(map(int, paper.keywords)) for paper in found.papers] == groups
    assert len(set(found.ids)) == len(found.ids)
    for group, paper in zip(groups, found.papers, strict=True):
        assert paper.id.split("~")[0] in {records[number].id for number in group}
        assert replace(paper, id="", aliases=()) == replace(merge([marked[number] for number in group]), id="")
