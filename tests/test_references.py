"""What is written for reference managers and spreadsheets is read back equal: by each format's library, and by us."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from conftest import TinyEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from test_formats import CARRIED, CELLS, NOTHING
from twelve import TWELVE
from typer.testing import CliRunner

from semsearch.build import build_index
from semsearch.cleaning import clean_name, clean_text
from semsearch.cli import app
from semsearch.corpus import BadRecord, read_papers
from semsearch.corpus.authors import authors_in
from semsearch.corpus.bibtex_values import plain_text
from semsearch.paper import Paper
from semsearch.references import (
    CSV_FIELDS,
    Name,
    bibtex,
    citation_keys,
    csl,
    csv_cells,
    csv_lines,
    csv_papers,
    name_of,
    ris,
)
from semsearch.text import clean

NASTY = (
    Paper("nasty-1", "Braces {A} and {nested {ones}}, 50% & more_of #this ~ for $5 ^ 6", "Says \"no\" -- or ``yes''?"),
    Paper("nasty-2", "An open { brace", "Two } } closed, one { open; https://example.org/a_b?c=%20"),
    Paper("nasty-3", "", "Only an abstract, with @article{x, title = {y}} in it", url="https://a.example/q;r=1?x={y}"),
    Paper(
        "nasty-4",
        "TY - JOUR",
        "ER - and AU - are tags, PMID- 1 too",
        authors=("Sand and Sea Laboratory", "Plato", "李明", "Ludwig van der Berg", "John Miller Jr", "Smith"),
        venue="Sea, Sand & Co. {Letters}",
        keywords=("Trials, Controlled", "50% of #1"),
    ),
    Paper("nasty-5", "One keyword with a comma", "No", keywords=("Trials, Controlled",), date="2021-03"),
    Paper("nasty-6", "A month without its year", "No", date="--09-29"),
    Paper("nasty-8", "One group", "No", authors=("Johnson & Johnson",), organization="Acme, Inc."),
    Paper(
        "nasty-9", "One group", "At all", authors=("Simon and Schuster",), categories=("Computer Science", "Law, EU")
    ),
    Paper(
        "nasty-10",
        "Categories beside an id",
        "Of one word and of two",
        arxiv_id="2101.00001",
        venue="Seas",
        categories=("Computer Science", "cs.LG"),
        organization="Acme, Inc.",
        authors=("Acme, Inc.", "Rock & Sons"),
    ),
    Paper("nasty-11", "One category", "Of arXiv's", arxiv_id="2101.00002", categories=("hep-th",)),
    Paper("nasty-12", "One category", "With a comma", categories=("Law, EU",), comments=3, aliases=("a,b",)),
    Paper("nasty-13", "One keyword", "As a list", keywords=("[1, 2]",), author_count=0),
    Paper("nasty-7", "12", "2021", authors=("Øyvind Ærø", "Владимир Ильич Петров"), date="1850"),
)
PAPERS = tuple(
    replace(paper, title=clean_text(paper.title), abstract=clean_text(paper.abstract)) for paper in (*TWELVE, *NASTY)
)  # as every index has them
BY_FORMAT: dict[str, Callable[[Sequence[Paper]], Any]] = {"bibtex": bibtex, "ris": ris, "csl-json": csl}
UNCARRIED = {"bibtex": {}, "ris": {"categories": ()}, "csl-json": {}}

some = settings(deadline=None, max_examples=150)


def written(format: str, papers: Sequence[Paper]) -> str:
    return "".join(line + "\n" for line in BY_FORMAT[format](papers))


def read(folder: Path, text: str, format: str | None = None) -> list[Paper]:
    path = folder / "file"
    path.write_text(text, encoding="utf-8")
    entries = list(read_papers(path, format=format))
    assert not [entry for entry in entries if isinstance(entry, BadRecord)]
    return [entry for entry in entries if isinstance(entry, Paper)]


def kept(format: str, paper: Paper) -> Paper:
    """What of a paper a format has a place for: what its row in docs/formats.md says that it carries."""
    cells = CARRIED[format]
    values = {f: CELLS[cell](getattr(paper, f)) if cell else getattr(NOTHING, f) for f, cell in cells.items()}
    if format == "bibtex":
        values["categories"] = paper.categories  # in a field of our own, which no other program writes
    if paper.year is None:
        values["date"] = None
    if paper.url:
        values["url"] = paper.url if format != "bibtex" else paper.url.replace("{", "%7B").replace("}", "%7D")
    return replace(paper, **values)


@pytest.mark.parametrize("format", BY_FORMAT)
def test_what_is_written_is_read_back_equal(tmp_path: Path, format: str) -> None:
    back = read(tmp_path, written(format, PAPERS))
    assert len(back) == len(PAPERS)
    for paper, again in zip(PAPERS, back, strict=True):
        assert again == kept(format, paper)


TEXTS = st.text("ab \u00e9\u4e2d\u03b1{}\\$%&#_~^\"'`-,;@=()[]!?.<>|/*:0", min_size=1, max_size=20).map(clean)


@some
@given(title=TEXTS, abstract=TEXTS, venue=TEXTS, keyword=TEXTS)
def test_any_text_makes_valid_bibtex_and_ris(title: str, abstract: str, venue: str, keyword: str) -> None:
    papers = [Paper(f"p{n}", title, abstract, venue=venue or None, keywords=(keyword,), date="2020") for n in range(2)]
    library = parse_string(written("bibtex", papers))
    assert [entry.key for entry in library.entries] == ["p0", "p1"]
    assert library.failed_blocks == []
    assert library.comments == []
    for entry in library.entries:
        for field in entry.fields:
            assert depths(field.value)[-1] == 0 <= min(depths(field.value)), "BibTeX counts escaped braces as well"
    records = rispy.loads(written("ris", papers))
    assert [(record["id"], record.get("title", ""), record.get("abstract", "")) for record in records] == [
        (paper.id, title, abstract) for paper in papers
    ]


@some
@given(TEXTS.map(clean_text))
def test_any_text_of_an_index_survives_latex(text: str) -> None:
    (fields,) = parse_string(written("bibtex", [Paper("p", abstract=text or "-")])).entries
    assert clean_text(plain_text(fields["abstract"])) == (text or "-")


def depths(text: str) -> list[int]:
    found = [0]
    for char in text:
        found.append(found[-1] + (char == "{") - (char == "}"))
    return found


def test_bibtex_is_as_a_person_would_write_it() -> None:
    paper = replace(TWELVE[0], title="10% of {BERT}", authors=("Ludwig van der Berg", "John Miller Jr", "Sea and Sand"))
    assert "".join(bibtex([paper])) == (
        "@article{brook2021tides,\n"
        "\ttitle = {{10\\% of \\{BERT\\}}},\n"
        "\tauthor = {van der Berg, Ludwig and Miller, Jr, John and {Sea and Sand}},\n"
        "\tjournal = {Journal of Invented Oceans},\n"
        "\tyear = {2021},\n\tmonth = mar,\n\tday = {14},\n"
        "\tdoi = {10.5555/ocean.2021.0314},\n\turl = {https://example.org/papers/slow-tides},\n"
        "\tkeywords = {tide gauges, photographs, regression},\n"
        f"\tabstract = {{{paper.abstract.replace('%', chr(92) + '%')}}},\n"
        "\teprint = {2103.00001},\n\tarchiveprefix = {arXiv},\n\tprimaryclass = {cs.CV},\n"
        "\tcategories = {cs.CV, physics.ao-ph}\n}\n"
    )


def test_ris_and_csl_are_as_their_programs_write_them() -> None:
    paper = replace(TWELVE[0], authors=("Ludwig van der Berg", "John Miller Jr", "Plato"), abstract="", keywords=())
    assert "".join(ris([paper])) == (
        "TY  - JOUR\nID  - brook2021tides\nTI  - "
        + paper.title
        + "\nAU  - van der Berg, Ludwig\nAU  - Miller, John, Jr\n"
        "AU  - Plato\nT2  - Journal of Invented Oceans\nPY  - 2021\nDA  - 2021/03/14\nDO  - 10.5555/ocean.2021.0314\n"
        "AN  - arXiv:2103.00001\nUR  - https://example.org/papers/slow-tides\nER  - \n"
    )
    (item,) = json.loads("".join(csl([paper])))
    assert item["author"] == [
        {"family": "Berg", "given": "Ludwig", "non-dropping-particle": "van der"},
        {"family": "Miller", "given": "John", "suffix": "Jr"},
        {"literal": "Plato"},
    ]
    assert item["issued"] == {"date-parts": [[2021, 3, 14]]}
    assert (item["type"], item["DOI"], item["id"]) == ("article-journal", "10.5555/ocean.2021.0314", "brook2021tides")


def test_csv_is_read_back_by_pythons_reader_and_ours(tmp_path: Path) -> None:
    text = "".join(line + "\n" for line in csv_lines([CSV_FIELDS, *map(csv_cells, PAPERS)]))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["title"] for row in rows] == [paper.title for paper in PAPERS]
    assert [row["authors"] for row in rows[: len(TWELVE)]] == ["; ".join(paper.authors) for paper in TWELVE]
    assert read(tmp_path, text) == list(PAPERS)


def test_an_answer_in_csv_has_its_numbers_before_the_paper() -> None:
    assert list(csv_lines([(1, "a, b", ("c", 'd"e'), None)])) == ['1,"a, b","c; d""e",']


@pytest.mark.parametrize(
    ("ids", "keys"),
    [
        (("brook2021", "10.1038/171737a0", "cs/0112017"), ["brook2021", "10.1038/171737a0", "cs/0112017"]),
        (("a", "A", "a"), ["a", "A-2", "a-3"]),
        (("x~2", "x-2", "a,b{c}%d"), ["x-2", "x-2-2", "a-b-c-d"]),
        (("Åström", "笔顺"), ["Astrom", "paper-3567b65c"]),
    ],
)
def test_citation_keys_are_valid_and_unique(ids: tuple[str, ...], keys: list[str]) -> None:
    assert list(citation_keys(Paper(id) for id in ids)) == keys


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Brook", Name("Brook", "Ada")),
        ("Ada B. Brook", Name("Brook", "Ada B.")),
        ("Ludwig van der Berg", Name("Berg", "Ludwig", "van der")),
        ("van der Berg, Ludwig", Name("Berg", "Ludwig", "van der")),
        ("John Miller Jr.", Name("Miller", "John", "", "Jr.")),
        ("Miller, Jr, John", Name("Miller", "John", "", "Jr")),
        ("Plato", Name("Plato")),
        ("Johnson & Johnson", Name("Johnson & Johnson")),
        ("Simon and Schuster", Name("Simon and Schuster")),
        ("Andrew Anderson", Name("Anderson", "Andrew")),
        ("王小明", Name("王小明")),
        ("Group {A} of B", Name("Group {A} of B")),
        ("A, B, C, D, E", Name("A, B, C, D, E")),
    ],
)
def test_names_in_parts(written: str, name: Name) -> None:
    assert name_of(written) == name


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An index of the twelve, with one encoder wherever the commands load one."""
    encoder, folder = TinyEncoder(), tmp_path_factory.mktemp("references")
    build_index(Path(__file__).parent / "formats" / "jsonl.jsonl", folder / "ix", model=encoder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("semsearch.opened.encoder_of", lambda *_: encoder)
        yield folder / "ix"


ASKED = {
    "query": [TWELVE[0].title, "-k", "2", "--mode", "lexical"],
    "similar": [TWELVE[0].id, "-k", "2"],
    "show": [TWELVE[0].id, TWELVE[4].id],
}


@pytest.mark.parametrize("option", ["--bibtex", "--ris", "--csl", "--csv"])
@pytest.mark.parametrize("command", ASKED)
def test_commands_print_what_is_read_again(command: str, option: str, index: Path, tmp_path: Path) -> None:
    def printed(*options: str) -> str:
        ran = CliRunner().invoke(app, [command, *ASKED[command], *options, "--index", str(index)])
        assert (ran.exit_code, ran.stderr) == (0, "")
        return ran.stdout

    ids = printed("--ids").split()
    assert len(ids) == 2
    text = printed(option)
    assert [paper.id for paper in read(tmp_path, text)] == ids
    if option == "--csv":
        header = text.partition(",")[0]
        assert header == ("id" if command == "show" else "rank")


def test_two_outputs_at_once_are_misuse(index: Path) -> None:
    ran = CliRunner().invoke(app, ["show", TWELVE[0].id, "--bibtex", "--csl", "--index", str(index)])
    assert ran.exit_code == 2
    assert "--bibtex and --csl exclude each other" in ran.stderr


@pytest.mark.parametrize("group", ["World Health Organization", "The ATLAS Collaboration", "Office of Lakes"])
def test_a_group_has_no_family_name(group: str) -> None:
    assert name_of(group) == Name(group)


def test_a_group_stands_in_braces_and_a_category_of_no_class_in_no_class() -> None:
    paper = Paper("a", "A", authors=("Johnson & Johnson",), arxiv_id="2101.00001", categories=("Computer Science",))
    text = "".join(bibtex([paper]))
    assert "\tauthor = {{Johnson \\& Johnson}},\n" in text
    assert "\tcategories = {Computer Science}\n" in text
    assert "primaryclass" not in text


@pytest.mark.parametrize("format", BY_FORMAT)
@pytest.mark.parametrize("venue", [None, "Seas", "Workshop on Seas"])
def test_the_organisation_is_written_beside_a_venue_too(format: str, venue: str | None, tmp_path: Path) -> None:
    paper = Paper("a", "Lakes", "Few.", venue=venue, organization="Office of Lakes", date="0800", arxiv_id="2101.00001")
    (tmp_path / "p").write_text(written(format, [paper]), encoding="utf-8")
    assert list(read_papers(tmp_path / "p", format=format)) == [paper]


def test_lists_with_semicolons_in_them_are_whole_in_csv_and_have_commas_elsewhere(tmp_path: Path) -> None:
    paper = Paper("a", "Lakes", "Few.", keywords=("a; b's", "c, d"), categories=("x; y",))
    (tmp_path / "p.csv").write_text("\n".join(csv_papers([paper])), encoding="utf-8")
    assert list(read_papers(tmp_path / "p.csv")) == [paper]
    for format in BY_FORMAT:
        for keywords in (paper.keywords, ("a; b's",)):
            (tmp_path / "p").write_text(written(format, [replace(paper, keywords=keywords)]), encoding="utf-8")
            (read,) = read_papers(tmp_path / "p", format=format)
            assert isinstance(read, Paper)
            assert read.keywords == tuple(keyword.replace(";", ",") for keyword in keywords)


def test_csl_item_by_item_is_what_json_writes() -> None:
    assert json.loads("\n".join(csl(PAPERS[:2])))[1]["title"] == PAPERS[1].title
    assert written("csl-json", []) == "[]\n"


PIECES = [
    "Bo Chen",
    "cs.LG",
    "a, b",
    "['a'",
    "]",
    '"y"',
    "& Sons",
    "and",
    "x; y",
    "；",
    "李明、",
    "Acme, Inc.",
    "R&D",
    "\\",
]
LISTS = st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join).map(clean_name), max_size=3)


@some
@given(LISTS)
def test_any_list_is_whole_in_csv(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    texts = [text for text in dict.fromkeys(texts) if text and clean_name(text) == text]
    people = authors_in(texts)
    authors = people if authors_in(list(people)) == people else ()
    paper = Paper("p", "T", keywords=tuple(texts), authors=authors)
    path = tmp_path_factory.getbasetemp() / "lists.csv"
    path.write_text("\n".join(csv_papers([paper])), encoding="utf-8")
    assert list(read_papers(path)) == [paper]
