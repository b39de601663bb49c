"""PubMed's XML: what its elements may hold, after NLM's description of them (licensee/elements_descriptions)."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.corpus import read_papers
from semsearch.paper import Paper


def read(tmp_path: Path, article: str, rest: str = "", data: str = "") -> Paper:
    path = tmp_path / "pubmed.xml"
    path.write_text(
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID>"
        f"<Article>{article}</Article>{rest}</MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle>"
        "</PubmedArticleSet>",
        encoding="utf-8",
    )
    (paper,) = read_papers(path)
    assert isinstance(paper, Paper)
    return paper


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("<ArticleTitle>Tides rise.</ArticleTitle>", "Tides rise"),
        ("<ArticleTitle>Do tides rise?</ArticleTitle>", "Do tides rise?"),
        ("<ArticleTitle>And then ...</ArticleTitle>", "And then ..."),
        ("<ArticleTitle>H<sub>2</sub>O in <i>E.  coli</i>.</ArticleTitle>", "H2O in E. coli"),
        ("<ArticleTitle>[Tides rise.]</ArticleTitle><VernacularTitle>X.</VernacularTitle>", "Tides rise"),
        ("<ArticleTitle>[Tides rise].</ArticleTitle>", "Tides rise"),
        ("<ArticleTitle/><VernacularTitle>Gezeiten.</VernacularTitle>", "Gezeiten."),
        ("<ArticleTitle>[Not Available].</ArticleTitle><VernacularTitle>Marées</VernacularTitle>", "Marées"),
    ],
)
def test_titles(tmp_path: Path, written: str, title: str) -> None:
    assert read(tmp_path, f"{written}<Abstract><AbstractText>x</AbstractText></Abstract>").title == title


@pytest.mark.parametrize(
    ("written", "abstract"),
    [
        ('<AbstractText Label="AIM">To see.</AbstractText><AbstractText>I saw.</AbstractText>', "AIM: To see. I saw."),
        ('<AbstractText Label="UNLABELLED">We saw.</AbstractText>', "We saw."),
        ('<AbstractText Label="AIMS"/><AbstractText Label="RESULTS:">p &lt; 0.01</AbstractText>', "RESULTS: p < 0.01"),
        ("<AbstractText>x<sup>2</sup></AbstractText><CopyrightInformation>©</CopyrightInformation>", "x^2"),
        ("<AbstractText>SO<sub>4</sub><sup>2-</sup> at 10<sup>-3</sup></AbstractText>", "SO42- at 10^-3"),
        ("<AbstractText>a <m:math><m:mi>x</m:mi><m:annotation>x</m:annotation></m:math></AbstractText>", "a x"),
    ],
)  # fmt: skip
def test_abstracts(tmp_path: Path, written: str, abstract: str) -> None:
    assert read(tmp_path, f"<ArticleTitle>T</ArticleTitle><Abstract>{written}</Abstract>").abstract == abstract


def test_an_abstract_in_another_place_is_taken_where_there_is_no_other(tmp_path: Path) -> None:
    other = '<OtherAbstract Type="Publisher"><AbstractText>other</AbstractText></OtherAbstract>'
    own = "<Abstract><AbstractText>own</AbstractText></Abstract>"
    assert read(tmp_path, "<ArticleTitle>T</ArticleTitle>", other).abstract == "other"
    assert read(tmp_path, f"<ArticleTitle>T</ArticleTitle>{own}", other).abstract == "own"


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("<Year>2021</Year><Month>Mar</Month><Day>04</Day>", "2021-03-04"),
        ("<Year>2021</Year><Month>03</Month>", "2021-03"),
        ("<Year>2021</Year><Season>Spring</Season>", "2021"),
        ("<Year>2021</Year>", "2021"),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", "1998"),
        ("<MedlineDate>2000 Spring-Summer</MedlineDate>", "2000"),
        ("<MedlineDate>2015 Sep-Oct</MedlineDate>", "2015"),
        ("<MedlineDate>Fall 2017</MedlineDate>", "2017"),
        ("<MedlineDate>1977-1978</MedlineDate>", "1977"),
        ("<MedlineDate>unknown</MedlineDate>", None),
    ],
)
def test_dates(tmp_path: Path, written: str, date: str | None) -> None:
    issue = f"<Journal><JournalIssue><PubDate>{written}</PubDate></JournalIssue></Journal>"
    assert read(tmp_path, f"{issue}<ArticleTitle>T</ArticleTitle>").date == date


@pytest.mark.parametrize(("printed", "date"), [("2020", "2020-11-05"), ("2021", "2021")])
def test_the_electronic_date_only_makes_the_printed_one_finer(tmp_path: Path, printed: str, date: str) -> None:
    issue = f"<Journal><JournalIssue><PubDate><Year>{printed}</Year></PubDate></JournalIssue></Journal>"
    electronic = "<ArticleDate><Year>2020</Year><Month>11</Month><Day>05</Day></ArticleDate>"
    assert read(tmp_path, f"{issue}<ArticleTitle>T</ArticleTitle>{electronic}").date == date
    assert read(tmp_path, f"<ArticleTitle>T</ArticleTitle>{electronic}").date == "2020-11-05"


def test_authors_are_people_and_groups(tmp_path: Path) -> None:
    authors = (
        "<Author><LastName>de la Mar</LastName><ForeName>Ana B</ForeName><Initials>AB</Initials></Author>"
        "<Author><LastName>Brook</LastName><Initials>C</Initials><Suffix>3rd</Suffix></Author>"
        '<Author ValidYN="N"><LastName>Brok</LastName></Author>'
        "<Author><CollectiveName>Tide &amp; Sea Group</CollectiveName></Author>"
        "<Author><LastName>Plato</LastName></Author>"
    )
    paper = read(tmp_path, f"<ArticleTitle>T</ArticleTitle><AuthorList>{authors}</AuthorList>")
    assert paper.authors == ("Ana B de la Mar", "C Brook 3rd", "Tide & Sea Group", "Plato")


def test_a_doi_is_that_of_the_paper_and_not_of_what_it_cites(tmp_path: Path) -> None:
    title = "<ArticleTitle>T</ArticleTitle>"
    ids = (
        '<ArticleIdList><ArticleId IdType="pubmed">1</ArticleId><ArticleId IdType="doi">{}</ArticleId></ArticleIdList>'
    )
    own, others = ids.format("10.1234/Own"), ids.format("10.1234/cited")
    cited = f"<ReferenceList><Reference>{others}</Reference></ReferenceList>"
    assert read(tmp_path, title, data=cited).doi is None
    assert read(tmp_path, title, data=cited + own).doi == "10.1234/own"
    located = (
        '<ELocationID EIdType="doi" ValidYN="N">10.1234/no</ELocationID>'
        '<ELocationID EIdType="doi">10.1234/e</ELocationID>'
    )
    assert read(tmp_path, title + located, data=own).doi == "10.1234/e"


def test_keywords_stand_before_headings(tmp_path: Path) -> None:
    rest = (
        "<MeshHeadingList><MeshHeading><DescriptorName>Oceans and Seas</DescriptorName><QualifierName>history"
        "</QualifierName></MeshHeading></MeshHeadingList><KeywordList><Keyword>tides</Keyword></KeywordList>"
    )
    assert read(tmp_path, "<ArticleTitle>T</ArticleTitle>", rest).keywords == ("tides", "Oceans and Seas")


def test_a_book_is_read(tmp_path: Path) -> None:
    path = tmp_path / "book.xml"
    path.write_text(
        "<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>7</PMID><ArticleIdList><ArticleId IdType='doi'>"
        "10.1234/b</ArticleId></ArticleIdList><Book><BookTitle>Seas</BookTitle><PubDate><Year>1993</Year></PubDate>"
        "</Book><ArticleTitle>Tides.</ArticleTitle><Abstract><AbstractText>Why?</AbstractText></Abstract>"
        "</BookDocument></PubmedBookArticle></PubmedArticleSet>"
    )
    (paper,) = read_papers(path)
    assert paper == Paper("7", "Tides", "Why?", venue="Seas", date="1993", doi="10.1234/b")
