"""Paper: what is embedded, what is written and read back, and what DOIs, arXiv ids and ids are made into."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.paper import PAPER_FIELDS, Paper, content_id, parse_arxiv_id, parse_doi, safe_id

untimed = settings(deadline=None)

WHOLE = Paper(
    id="W1",
    title="Tides in Small Harbours",
    abstract="We measure tides.",
    authors=("Ada Brook", "Bo Chen"),
    author_count=2,
    organization="Harbour Lab",
    venue="Journal of Tides",
    date="2021-03",
    doi="10.1000/tides",
    arxiv_id="2103.00001",
    url="https://example.org/1",
    categories=("physics.ao-ph",),
    keywords=("tides",),
    citations=0,
    comments=3,
    aliases=("W2",),
)


def test_title_and_abstract_are_embedded_as_one_text() -> None:
    assert WHOLE.text == "Tides in Small Harbours We measure tides."
    assert Paper("x", title="Only a title").text == "Only a title"
    assert Paper("x", abstract="Only an abstract.").text == "Only an abstract."


def test_the_year_is_that_of_the_date() -> None:
    assert (WHOLE.year, Paper("x", date="--03-28").year, Paper("x").year) == (2021, None, None)


def test_as_dict_has_every_field_and_the_year_behind_the_date() -> None:
    plain = WHOLE.as_dict()
    names = list(PAPER_FIELDS)
    names.insert(names.index("date") + 1, "year")
    assert list(plain) == names
    assert (plain["year"], plain["authors"], plain["citations"]) == (2021, ["Ada Brook", "Bo Chen"], 0)
    assert json.loads(json.dumps(plain)) == plain


def test_json_leaves_out_what_is_not_known_and_keeps_zero() -> None:
    assert Paper("x", title="Ü", citations=0).to_json() == '{"id":"x","title":"Ü","citations":0}'


def test_json_reads_back() -> None:
    assert Paper.from_json(WHOLE.to_json()) == WHOLE
    assert Paper.from_json('{"id":"x"}') == Paper("x")


def test_from_values_refuses_a_field_that_no_paper_has() -> None:
    with pytest.raises(TypeError, match="colour"):
        Paper.from_values({"id": "x", "colour": "red"})


@untimed
@given(st.text(), st.lists(st.text(), max_size=3), st.none() | st.integers(0))
def test_any_paper_reads_back(title: str, authors: list[str], citations: int | None) -> None:
    paper = Paper("x", title=title, authors=tuple(authors), citations=citations)
    assert Paper.from_json(paper.to_json()) == paper


def test_a_content_id_ignores_case_and_punctuation_and_nothing_else() -> None:
    made = content_id("Tides: A Survey", "We measure.")
    assert made == content_id("tides a survey", "we  MEASURE")
    assert made == hashlib.sha256(b"tidesasurvey\x1fwemeasure").hexdigest()[:16]
    assert made != content_id("Tides: A Survey", "")
    assert content_id("a", "bc") != content_id("ab", "c")


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("W1", "W1"),
        ("  W1\n", "W1"),
        ("my paper\t1", "my%20paper%091"),
        ("a\u00a0b", "a%C2%A0b"),
        ("nul\x00", "nul%00"),
        ("\ud800 a", "a"),
        ("née/2021:α", "née/2021:α"),
        ("ne\u0301e", "n\u00e9e"),
        ("", ""),
    ],
)
def test_an_id_fits_a_run(raw: str, safe: str) -> None:
    assert safe_id(raw) == safe


@untimed
@given(st.text(st.characters(codec=None)))
def test_any_id_is_one_word_and_stays_as_it_is(text: str) -> None:
    made = safe_id(text)
    assert made.split() == ([made] if made else [])
    assert safe_id(made) == made
    made.encode()


@pytest.mark.parametrize(
    "written",
    [
        "10.1000/ABC.1",
        "https://doi.org/10.1000/abc.1",
        "http://dx.doi.org/10.1000/abc.1",
        "doi:10.1000/abc.1",
        "DOI: 10.1000/Abc.1.",
        "  10.1000/abc.1  ",
        "DOI 10.1000/abc.1",
        "doi.org/10.1000/abc.1",
        "https://www.doi.org/10.1000/abc.1",
        "https://doi.org/10.1000/abc.1/",
        "https://doi.org/10.1000%2Fabc.1",
        "10.1000%2fabc.1",
        "https://link.springer.com/chapter/10.1000/abc.1",
        "https://link.springer.com/article/10.1000/abc.1#Sec1",
        "https://dl.acm.org/doi/10.1000/abc.1?download=true",
        "http://dl.acm.org/doi/abs/10.1000/ABC.1/",
    ],
)
def test_a_doi_is_bare_and_in_lower_case(written: str) -> None:
    assert parse_doi(written) == "10.1000/abc.1"


def test_a_doi_keeps_its_own_slashes_and_what_its_url_writes_in_percent() -> None:
    assert (
        parse_doi("https://onlinelibrary.wiley.com/doi/10.1002/(SICI)1%3C2::A-B%3E3.0/") == "10.1002/(sici)1<2::a-b>3.0"
    )
    assert parse_doi("https://link.springer.com/chapter/10.1007/978-3-1_2") == "10.1007/978-3-1_2"
    assert parse_doi("10.1000/a/b/") == "10.1000/a/b/"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "10.1000",
        "10.12/x",
        "see 10.1000/abc",
        "10.1000/a b",
        "n/a",
        "https://x.org/10.1000/",
        "https://x.org/a?10.1000/b",
    ],
)
def test_what_is_no_doi_is_none(written: str) -> None:
    assert parse_doi(written) is None


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        ("2103.00001", "2103.00001"),
        ("2103.00001v12", "2103.00001"),
        ("0704.0001", "0704.0001"),
        ("arXiv:2103.00001v1", "2103.00001"),
        ("arXiv:2103.00001v1 [cs.CL]", "2103.00001"),
        ("https://arxiv.org/abs/2103.00001v2", "2103.00001"),
        ("http://www.arxiv.org/pdf/2103.00001v2.pdf", "2103.00001"),
        ("https://export.arxiv.org/abs/2103.00001", "2103.00001"),
        ("https://arxiv.org/html/2103.00001v1", "2103.00001"),
        ("arxiv.org/abs/2103.00001", "2103.00001"),
        ("https://arxiv.org/abs/2103.00001v2/", "2103.00001"),
        ("10.48550/arXiv.2103.00001", "2103.00001"),
        ("https://doi.org/10.48550/arXiv.2103.00001", "2103.00001"),
        ("doi:10.48550/ARXIV.2103.00001", "2103.00001"),
        ("hep-th/9901001", "hep-th/9901001"),
        ("hep-th/9901001v3", "hep-th/9901001"),
        ("math.GT/0309136", "math.gt/0309136"),
        ("https://arxiv.org/abs/cond-mat/0309136v1", "cond-mat/0309136"),
    ],
)
def test_an_arxiv_id_is_bare_and_without_version(written: str, bare: str) -> None:
    assert parse_arxiv_id(written) == bare


@pytest.mark.parametrize("written", ["", "2103", "2103.1", "2103.000001", "10.1000/2103.00001", "arXiv", "hep-th"])
def test_what_is_no_arxiv_id_is_none(written: str) -> None:
    assert parse_arxiv_id(written) is None
