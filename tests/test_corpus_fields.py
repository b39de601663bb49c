"""From the field names and values that people have to a Paper."""

from __future__ import annotations

import math

import pytest

from semsearch.corpus.field_names import field_name
from semsearch.corpus.fields import FIELD_NAMES, UnreadableError, paper_from_record
from semsearch.paper import PAPER_FIELDS, Paper


def paper(**record) -> Paper:
    return paper_from_record({"title": "Tides", **record})


def test_a_whole_record_is_read() -> None:
    record = {
        "id": "W1", "title": " Tides\nof \u00a0Harbours ", "abstract": "We  measure.", "authors": ["Ada Brook"],
        "author_count": 1, "organization": "Lab", "venue": "J. Tides", "date": "2021-03-04", "doi": "10.1000/T",
        "arxiv_id": "2103.00001v2", "url": "https://example.org/a b", "categories": ["cs.IR"], "keywords": ["tides"],
        "citations": 5, "comments": 0, "aliases": ["old 1"],
    }  # fmt: skip
    assert paper_from_record(record) == Paper(
        "W1", "Tides of Harbours", "We measure.", ("Ada Brook",), 1, "Lab", "J. Tides", "2021-03-04", "10.1000/t",
        "2103.00001", "https://example.org/a b", ("cs.IR",), ("tides",), 5, 0, ("old%201",),
    )  # fmt: skip


def test_what_semsearch_writes_it_reads() -> None:
    first = paper(
        id="W1", abstract="a", authors=["A B", "C, D."], year=2021, doi="10.1000/t", citations=0, aliases=["x"]
    )
    assert paper_from_record(first.as_dict()) == first


def test_every_field_of_a_paper_has_names() -> None:
    assert set(FIELD_NAMES) == set(PAPER_FIELDS) | {"year", "month", "extra"}


READ_FIELDS = [field for field in FIELD_NAMES if field not in ("month", "extra")]
READ = {  # field: what is written under each of its names, and what the paper then has
    "authors": ("7", ("7",)),
    "categories": ("7", ("7",)),
    "keywords": ("7", ("7",)),
    "aliases": ("7", ("7",)),
    "author_count": ("7", 7),
    "citations": ("7", 7),
    "comments": ("7", 7),
    "date": ("2021-03", "2021-03"),
    "year": (2021, 2021),
    "doi": ("10.1000/t", "10.1000/t"),
    "arxiv_id": ("2103.00001", "2103.00001"),
}


@pytest.mark.parametrize(("field", "name"), [(f, name) for f in READ_FIELDS for name in FIELD_NAMES[f]])
def test_every_name_in_the_table_is_read(field: str, name: str) -> None:
    written, expected = READ.get(field, ("7", "7"))
    record = {} if field in ("title", "abstract") else {"title": "Tides"}
    assert getattr(paper_from_record({**record, name: written}), field) == expected


@pytest.mark.parametrize("name", FIELD_NAMES["month"])
def test_a_month_is_read_beside_a_year(name: str) -> None:
    assert paper(year=2021, **{name: 3}).date == "2021-03"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Abstract Note", "abstract_note"),
        ("citationCount", "citation_count"),
        ("paperId", "paper_id"),
        ("DOI", "doi"),
        ("journal-ref", "journal_ref"),
        (" Publication  Year ", "publication_year"),
        ("_id", "_id"),
        ("arXiv", "arxiv"),
        ("ArXiv ID", "arxiv_id"),
        ("arXivId", "arxiv_id"),
        ("ARXIV", "arxiv"),
        ("PDF URL", "pdf_url"),
    ],
)
def test_names_are_compared_without_case_and_separators(written: str, name: str) -> None:
    assert field_name(written) == name


@pytest.mark.parametrize("nothing", [None, "", [], {}, math.nan])
def test_the_first_name_with_a_value_wins(nothing: object) -> None:
    read = paper(id=nothing, _id="W2", paper_id="W3", abstract=nothing, summary="S", description="D")
    assert (read.id, read.abstract) == ("W2", "S")


# ids


@pytest.mark.parametrize(
    ("value", "id"),
    [
        (7, "7"),
        (0, "0"),
        (7.0, "7"),
        ("7.0", "7.0"),
        ("my paper", "my%20paper"),
        ("https://x.org/W1", "https://x.org/W1"),
    ],
)
def test_an_id_keeps_its_letters(value: object, id: str) -> None:
    assert paper(id=value).id == id


def test_without_an_id_one_is_made_from_the_content() -> None:
    assert paper().id == paper(id=" ", year=1999).id == paper_from_record({"title": "tides!"}).id
    assert len(paper().id) == 16
    assert paper().id != paper(abstract="Another").id


def test_an_arxiv_id_serves_as_id_and_comes_from_arxivs_own_doi_too() -> None:
    read = paper(arxiv_id="arXiv:2103.00001v2")
    assert (read.id, read.arxiv_id) == ("arXiv:2103.00001v2", "2103.00001")
    read = paper(doi="https://doi.org/10.48550/arXiv.2103.00001")
    assert (read.arxiv_id, read.doi) == ("2103.00001", "10.48550/arxiv.2103.00001")


def test_what_is_no_doi_and_no_arxiv_id_is_left_out() -> None:
    read = paper(doi="n/a", eprint="none")
    assert (read.doi, read.arxiv_id) == (None, None)


@pytest.mark.parametrize(
    ("id", "arxiv_id"),
    [
        ("http://arxiv.org/abs/1706.03762v5", "1706.03762"),
        ("arXiv:1706.03762", "1706.03762"),
        ("1706.03762", "1706.03762"),
        ("1706.03762v2", "1706.03762"),
        ("0704.0001", "0704.0001"),
        ("hep-th/9711200", "hep-th/9711200"),
        ("math.GT/0309136v1", "math.gt/0309136"),
        ("1706.0376", None),
        ("2017.12345", None),
        ("9999.00001", None),
        ("paper/9711200", None),
        ("W1706.03762", None),
    ],
)
def test_an_id_that_is_an_arxiv_id_is_one(id: str, arxiv_id: str | None) -> None:
    assert (paper(id=id).id, paper(id=id).arxiv_id) == (id, arxiv_id)


@pytest.mark.parametrize(
    ("url", "doi", "arxiv_id"),
    [
        ("https://doi.org/10.1000/T", "10.1000/t", None),
        ("https://arxiv.org/abs/1706.03762v5", None, "1706.03762"),
        ("http://arxiv.org/pdf/1706.03762", None, "1706.03762"),
        ("https://dl.acm.org/doi/10.1145/1", None, None),
        ("https://example.org/1706.03762", None, None),
    ],
)
def test_a_url_of_doi_org_or_arxiv_tells_the_identity(url: str, doi: str | None, arxiv_id: str | None) -> None:
    assert (paper(url=url).doi, paper(url=url).arxiv_id) == (doi, arxiv_id)


def test_the_fields_for_identity_come_before_id_and_url() -> None:
    read = paper(id="1706.03762", eprint="2103.00001", doi="10.1000/a", url="https://doi.org/10.1000/b")
    assert (read.arxiv_id, read.doi) == ("2103.00001", "10.1000/a")


# authors


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        (["Ada Brook", " Bo  Chen "], ("Ada Brook", "Bo Chen")),
        (["Brook, Ada", "Bo Chen"], ("Ada Brook", "Bo Chen")),
        ({"literal": "Lakes, Shores"}, ("Lakes, Shores",)),
        ([{"name": "Brook, Ada"}], ("Ada Brook",)),
        ([{"name": "Ada Brook"}, {"display_name": "Bo Chen"}], ("Ada Brook", "Bo Chen")),
        ([{"given": "Ada", "family": "Brook"}, {"family": "Chen"}], ("Ada Brook", "Chen")),
        ([{"firstName": "Ada", "lastName": "Brook", "creatorType": "author"}], ("Ada Brook",)),
        ([{"literal": "The Tides Group"}], ("The Tides Group",)),
        ({"name": "Ada Brook"}, ("Ada Brook",)),
        ([["Brook", "Ada", ""], ["Chen", "Bo", "Jr."]], ("Ada Brook", "Bo Chen Jr.")),
        (["Ada Brook", None, "", {}, {"orcid": "0000"}], ("Ada Brook",)),
        ("Ada Brook", ("Ada Brook",)),
        ("Ada Brook, Bo Chen", ("Ada Brook", "Bo Chen")),
        ("Ada Brook, Bo Chen and Cy Diaz", ("Ada Brook", "Bo Chen", "Cy Diaz")),
        ("Ada Brook, Bo Chen, and Cy Diaz", ("Ada Brook", "Bo Chen", "Cy Diaz")),
        ("Ada Brook & Bo Chen", ("Ada Brook", "Bo Chen")),
        ("Brook, Ada and Chen, Bo", ("Ada Brook", "Bo Chen")),
        ("Brook, Ada; Chen, Bo;", ("Ada Brook", "Bo Chen")),
        ("Brook, A., Chen, B.-C.", ("A. Brook", "B.-C. Chen")),
        ("Brook, Ada M., Chen, Bo", ("Ada M. Brook", "Bo Chen")),
        ("Brook, Ada", ("Ada Brook",)),
        ("Einstein, Albert", ("Albert Einstein",)),
        ("Perlis, A. J.", ("A. J. Perlis",)),
        (
            "Brook, AG; de Souza, Carla; Muñoz-Peña, José; O'Neil, C",
            ("AG Brook", "Carla de Souza", "José Muñoz-Peña", "C O'Neil"),
        ),
        (
            "Beethoven, Ludwig van; Miller, Jr., John; Miller, John, Jr",
            ("Ludwig van Beethoven", "John Miller Jr.", "John Miller Jr"),
        ),
        ("Miller, III; Google, Inc.; Brook, Ada", ("Miller III", "Google, Inc.", "Ada Brook")),
        ("Google, Inc.", ("Google, Inc.",)),
        (
            "Office of Lakes, North; Sand, Sea, and Sons; Group A, 2nd Part; Brook & Sons, Leeds",
            ("Office of Lakes, North", "Sand, Sea, and Sons", "Group A, 2nd Part", "Brook & Sons, Leeds"),
        ),
        (
            "Brook, Ada (Leeds); Brook, ada; Brook, 17; Brook, A, B, C",
            ("Brook, Ada (Leeds)", "Brook, ada", "Brook, 17", "Brook, A, B, C"),
        ),
        ("Петров, Иван; Åström, Zoë", ("Иван Петров", "Zoë Åström")),
        ("Alice, Bob, Carol", ("Alice", "Bob", "Carol")),
        ("李明, 王伟", ("李明", "王伟")),
        ("李明，王伟、張三", ("李明", "王伟", "張三")),
        ("Brook, J., Jr.", ("J. Brook Jr.",)),
        ("Brook A, Chen BC", ("Brook A", "Chen BC")),
        ("Brook, A. and others", ("A. Brook",)),
        ("Ada Brook, et al.", ("Ada Brook",)),
        ("Brook, A., Chen, B., et al.", ("A. Brook", "B. Chen")),
        ("Brook, A. et al", ("A. Brook",)),
        ("Ada Brook et al.", ("Ada Brook",)),
        (["Brook, Ada et al.", "et al."], ("Ada Brook",)),
        ("Brook, A.; Chen, B., et al.", ("A. Brook", "B. Chen")),
        ("Brook, A., Chen, B., . . . Diaz, C.", ("A. Brook", "B. Chen", "C. Diaz")),
        ("Brook, A., Chen, B., … & Diaz, C.", ("A. Brook", "B. Chen", "C. Diaz")),
        ("Janet Al, Metal Alloys", ("Janet Al", "Metal Alloys")),
        ("Sandy Anderson", ("Sandy Anderson",)),
        ("['Ada Brook', \"Bo O'Chen\"]", ("Ada Brook", "Bo O'Chen")),
        ("[]", ()),
        ("[Ada Brook]", ("[Ada Brook]",)),
        ("", ()),
        (None, ()),
        (7, ()),
    ],
)
def test_authors_in_every_shape(value: object, authors: tuple[str, ...]) -> None:
    assert paper(authors=value).authors == authors


# categories and keywords


@pytest.mark.parametrize(
    ("value", "categories"),
    [
        ("cs.LG stat.ML", ("cs.LG", "stat.ML")),
        ("hep-th math-ph cond-mat.stat-mech", ("hep-th", "math-ph", "cond-mat.stat-mech")),
        ("cs.LG", ("cs.LG",)),
        ("cs.LG, stat.ML", ("cs.LG", "stat.ML")),
        ("machine learning", ("machine learning",)),
        ("self-supervised learning", ("self-supervised learning",)),
        ("Computer Vision; Speech, Audio", ("Computer Vision", "Speech, Audio")),
        (["cs.LG", "cs.LG", " stat.ML "], ("cs.LG", "stat.ML")),
        ([{"name": "Physics"}, {"display_name": "Tides"}], ("Physics", "Tides")),
        ("['cs.LG', 'stat.ML']", ("cs.LG", "stat.ML")),
        (7, ()),
    ],
)
def test_categories_in_every_shape(value: object, categories: tuple[str, ...]) -> None:
    assert paper(categories=value).categories == categories


def test_categories_are_collected_from_all_their_names() -> None:
    read = paper(subjects=["Ocean"], categories="cs.LG", primary_area="vision", area="vision")
    assert read.categories == ("cs.LG", "vision", "Ocean")


def test_keywords_are_split_and_each_is_there_once() -> None:
    assert paper(keywords="tides, sea level , tides,,").keywords == ("tides", "sea level")
    assert paper(keywords=["tides, high", "sea"]).keywords == ("tides, high", "sea")


# dates and numbers


@pytest.mark.parametrize(
    ("record", "date"),
    [
        ({"year": 2021}, "2021"),
        ({"year": 2021.0, "month": 3.0}, "2021-03"),
        ({"year": "2021.0", "month": "3.0"}, "2021-03"),
        ({"year": "2021", "month": "mar"}, "2021-03"),
        ({"year": math.nan, "month": math.nan}, None),
        ({"published": "2021-03-04T00:00:00Z"}, "2021-03-04"),
        ({"update_date": "2020-01-02", "published": "2021-03-04"}, "2021-03-04"),
        ({"date": "Sep 29", "year": 2021}, "2021-09-29"),
        ({"date": "2023-01-01", "year": 2021}, "2021"),
        ({"published": {"date-parts": [[2021, 3, 4]]}}, "2021-03-04"),
        ({"published": {"date-parts": [["2021", "3"]]}}, "2021-03"),
        ({"published": {"date-parts": [[2021]]}}, "2021"),
        ({"date": "soon"}, None),
        ({"year": 0}, None),
    ],
)
def test_dates_in_every_shape(record: dict[str, object], date: str | None) -> None:
    assert paper(**record).date == date


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5), ("5", 5), ("5.0", 5), (5.0, 5), (0, 0), ("12 pages, 3 figures", None), (-1, None), (math.inf, None),
        (10**400, None), ([1], None), ("", None), ("1,234", 1234), (" 1,234,567 ", 1234567), ("1,23", None),
        (True, None), ({"n": 1}, None),
    ],
)  # fmt: skip
def test_numbers_that_are_none_are_not_known(value: object, number: int | None) -> None:
    read = paper(comments=value, citations=value)
    assert (read.comments, read.citations) == (number, number)


# odd values


def test_a_list_of_one_text_is_that_text_and_an_abstract_in_parts_is_whole() -> None:
    read = paper_from_record({"title": ["Tides"], "abstract": ["Aim: tides.", "Result: high."], "venue": ["J. Tides"]})
    assert (read.title, read.abstract, read.venue) == ("Tides", "Aim: tides. Result: high.", "J. Tides")


def test_an_object_with_a_name_is_its_name() -> None:
    assert paper(venue="", journal={"name": "J. Tides", "pages": "1-9"}).venue == "J. Tides"


def test_lone_surrogates_and_nul_are_dropped_everywhere() -> None:
    dirty = "a\ud800\x00b"
    read = paper(title=dirty, abstract=dirty, authors=[dirty], venue=dirty, url=dirty, keywords=[dirty], id="x\ud800")
    assert {read.title, read.abstract, read.authors[0], read.venue, read.url, read.keywords[0]} == {"ab"}
    assert read.id == "x"
    read.to_json().encode()


@pytest.mark.parametrize("record", [{}, {"title": ""}, {"title": " \u200b", "abstract": None}, {"year": 2021}])
def test_a_record_without_text_is_unreadable(record: dict[str, object]) -> None:
    with pytest.raises(UnreadableError, match=r"^neither title nor abstract$"):
        paper_from_record(record)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"title": {"a": 1}}, "title is an object, expected text"),
        ({"title": "T", "abstract": [1, 2]}, "abstract is a list, expected text"),
        ({"title": True}, "title is true or false, expected text"),
        ({"title": "T", "abstract": False}, "abstract is true or false, expected text"),
        ({"title": [{"a": 1}]}, "title is a list, expected text"),
    ],
)
def test_a_value_of_a_wrong_kind_is_unreadable_and_named(record: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        paper_from_record(record)
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ({"name": "x"}, "x"),
        ({"title": "x"}, "x"),
        ({"value": "x"}, "x"),
        ({"$oid": "x"}, "x"),
        ({"href": "x", "rel": "self"}, "x"),
        ([{"url": "x"}, {"url": "y"}], "x"),
        ([None, {}, "x"], "x"),
        (["x", 1], "x"),
        ({"value": ["x"]}, "x"),
        ({"colour": "red"}, None),
        ([[], {}], None),
        (True, None),
        (False, None),
    ],
)
def test_of_an_odd_value_what_can_be_taken_is_taken(value: object, taken: str | None) -> None:
    for field in ("url", "venue", "organization"):
        assert getattr(paper(**{field: value}), field) == taken
    assert paper(_id=value).id == taken or (taken is None and len(paper(_id=value).id) == 16)


@pytest.mark.parametrize("field", [field for field in FIELD_NAMES if field not in ("title", "abstract")])
@pytest.mark.parametrize("value", [True, {"a": [1]}, [{"a": 1}], [[1, [2]]], [True, None], {"value": {"b": 2}}, 1.5])
def test_no_odd_value_of_an_optional_field_drops_the_paper(field: str, value: object) -> None:
    for name in FIELD_NAMES[field]:
        assert paper(**{name: value}).title == "Tides"


def test_an_odd_doi_and_an_odd_year_are_taken() -> None:
    read = paper(doi=[{"value": "10.1000/T"}], year={"value": 2021})
    assert (read.doi, read.date) == ("10.1000/t", "2021")
    assert paper_from_record({"title": {"value": "Tides"}}).title == "Tides"


@pytest.mark.parametrize(
    "stub",
    [
        "No abstract available.", "Abstract not available", "[no abstract]", "N/A", "n.a.", "None", "-", "—", "...",
        "[Abstract not available]", "Abstract unavailable.", "Not available", "NO ABSTRACT", "Abstract: N/A", "NaN",
        "There is no abstract for this article.", "This article does not have an abstract.", "No abstract is provided",
        "This paper has no abstract.", "Abstract", "(missing)",
    ],
)  # fmt: skip
def test_an_abstract_that_says_there_is_none_is_none(stub: str) -> None:
    assert paper_from_record({"title": "Reply", "abstract": stub}).abstract == ""
    with pytest.raises(UnreadableError, match="neither title nor abstract"):
        paper_from_record({"abstract": stub})


@pytest.mark.parametrize(
    "text", ["Reply", "Not available to all: a study", "None of them sing.", "€", "无", "42", "α → β"]
)
def test_a_short_abstract_is_one(text: str) -> None:
    assert paper_from_record({"title": "Reply", "abstract": text}).abstract == text


@pytest.mark.parametrize("name", FIELD_NAMES["extra"])
def test_a_note_tells_the_identity_on_lines_of_its_own(name: str) -> None:
    read = paper(**{name: "Citation Key: kk\r\narXiv: 2101.00001 [cs]\nDOI: 10.5555/ABC\n"})
    assert (read.arxiv_id, read.doi) == ("2101.00001", "10.5555/abc")
    read = paper(**{name: "It extends arXiv: 2101.00001\nSee also DOI: 10.5555/abc"})
    assert (read.arxiv_id, read.doi) == (None, None)
    assert paper(doi="10.5555/own", **{name: "DOI: 10.5555/other"}).doi == "10.5555/own"


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("authors", r"M{\"u}ller, K. and Jos\'e Garc\'ia", ("K. Müller", "José García")),
        ("authors", "Jos&eacute; Brook; Bo D&apos;Arc", ("José Brook", "Bo D'Arc")),
        ("authors", [r"Paul Erd{\H o}s", {"given": "Zo&euml;", "family": r"\O rsted"}], ("Paul Erdős", "Zoë Ørsted")),
        ("authors", ["Abstract: A. {B}", "(c) 2020 Brook"], ("Abstract: A. {B}", "(c) 2020 Brook")),
        ("venue", r"Sea &amp; Sand, Journal of M{\"o}bius", "Sea & Sand, Journal of Möbius"),
        ("venue", "Letters $5 on C_2 and re- use {Letters}", "Letters $5 on C_2 and re- use {Letters}"),
        ("organization", "AT&amp;T", "AT&T"),
        ("keywords", "R&amp;D, <i>E. coli</i>", ("R&D", "E. coli")),
        ("categories", [r"$\alpha$-decay"], ("α-decay",)),
    ],
)
def test_names_are_without_latex_and_markup(field: str, written: object, read: object) -> None:
    paper = paper_from_record({"title": "Whales", field: written})
    assert getattr(paper, field) == read
    again = list(read) if isinstance(read, tuple) else read
    assert getattr(paper_from_record({"title": "Whales", field: again}), field) == read
