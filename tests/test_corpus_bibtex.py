"""BibTeX after Patashnik's "BibTeXing" and the biblatex manual; entries of our own, as those who write them would."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from semsearch.corpus import BadRecord, read_papers
from semsearch.paper import Paper


def read(folder: Path, text: str | bytes) -> list[Paper | BadRecord]:
    path = folder / "refs.bib"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_papers(path))


def one(folder: Path, fields: str) -> Paper:
    """The one paper of an entry with a title and these fields."""
    (paper,) = read(folder, f"@article{{key,\n  title = {{Tides}},\n  {fields}\n}}\n")
    assert isinstance(paper, Paper)
    return paper


def titles(entries: list[Paper | BadRecord]) -> list[str]:
    return [
        entry.title if isinstance(entry, Paper) else f"{entry.place.rpartition('/')[2]}: {entry.reason}"
        for entry in entries
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (r"{{Whole {Title}}}", "Whole Title"),
        (r'"A {"}quoted{"} word"', 'A "quoted" word'),
        (r'"With {nested {"braces"}} in"', 'With nested "braces" in'),
        (r'{10% of "still" water & 50\% of #1}', '10% of "still" water & 50% of #1'),
        (r"{M{\"o}bius, {\'E}tale, \c{c}a, {\O}re, na\"{\i}ve, {\ss}}", "Möbius, Étale, ça, Øre, naïve, ß"),
        (r"{The $\alpha$-helix at 5 \$}", "The α-helix at 5 $"),
        (r"{One $ more}", "One $ more"),
        ("{On several\n   lines, \n\tfolded}", "On several lines, folded"),
        ('"Joined " # {of } # part # 7', "Joined of parts7"),
        ("{Who @home{x} is}", "Who @homex is"),
        ("{A line\n@home (where) begins}", "A line @home (where) begins"),
        ("{Equal = signs, and commas}", "Equal = signs, and commas"),
        ("nowhere", "nowhere"),
        ("2001", "2001"),
    ],
)
def test_titles(tmp_path: Path, written: str, read_as: str) -> None:
    (paper,) = read(tmp_path, f"@string{{PART = {{parts}}}}\n@book{{key,\n title = {written},\n year = 2001}}\n")
    assert isinstance(paper, Paper)
    assert (paper.title, paper.year) == (read_as, 2001)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Brook, Ada and Chen, Ben", ("Ada Brook", "Ben Chen")),
        ("Ada Brook and\n  Ben Chen and others", ("Ada Brook", "Ben Chen")),
        ("van der Berg, Ludwig", ("Ludwig van der Berg",)),
        ("Miller, Jr., John", ("John Miller Jr.",)),
        ("{Sea and Sand Laboratory} and Plato", ("Sea and Sand Laboratory", "Plato")),
        (r"{\AA}str{\"o}m, Zo{\"e} and {\L}. {\.Z}ak", ("Zoë Åström", "Ł. Żak")),
        ("Brook, Ada; Chen, Ben", ("Ada Brook", "Ben Chen")),
        ("王小明 and Παππά, Ελένη", ("王小明", "Ελένη Παππά")),
        ("Anders{\\'o}n, {\\'A}. B.", ("Á. B. Andersón",)),
        ("", ()),
    ],
)
def test_authors(tmp_path: Path, written: str, names: tuple[str, ...]) -> None:
    assert one(tmp_path, f"author = {{{written}}}").authors == names


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year = 2021", "2021"),
        ("year = {2021}, month = mar", "2021-03"),
        ("year = {2021}, month = {March}", "2021-03"),
        ("year = {2021}, month = {03}", "2021-03"),
        ('year = {2021}, month = mar # "~14"', "2021-03-14"),
        ('year = {2021}, month = "14~" # mar', "2021-03-14"),
        ("year = {2021}, month = mar, day = {4}", "2021-03-04"),
        ("year = {2021}, month = {3}, day = 4", "2021-03-04"),
        ("year = {2021}, month = {March--April}", "2021-03"),
        ("year = {2021}, month = {30 Feb}", "2021-02"),
        ("date = {2021-03-14}", "2021-03-14"),
        ("date = {2021-03-14/2021-03-18}", "2021-03-14"),
        ("date = {2021-03~}", "2021-03"),
        ("year = {in press 2021}", "2021"),
        ("year = {to appear}", None),
        ("month = may", None),
    ],
)
def test_dates(tmp_path: Path, fields: str, date: str | None) -> None:
    assert one(tmp_path, fields).date == date


@pytest.mark.parametrize(
    ("fields", "arxiv_id", "venue"),
    [
        ("eprint = {2103.00001v2}, archivePrefix = {arXiv}", "2103.00001", None),
        ("eprint = {cs/0112017}, eprinttype = {arxiv}", "cs/0112017", None),
        ("eprint = {2103.00001}", "2103.00001", None),
        ("eprint = {2103.00001}, eprinttype = {jstor}", None, None),
        ("journal = {arXiv preprint arXiv:2103.00001}", "2103.00001", None),
        ("journal = {CoRR}, volume = {abs/2103.00001}", "2103.00001", None),
        ("note = {See arXiv:2103.00001 [cs.LG]}, journal = {Annals}", "2103.00001", "Annals"),
        ("howpublished = {\\url{https://arxiv.org/abs/2103.00001}}", "2103.00001", None),
        ("doi = {10.48550/arXiv.2103.00001}", "2103.00001", None),
        ("journal = {Annals}, volume = {12}, number = {2103.00001}", None, "Annals"),
        ("journal = {\\apj}, eprint = {2103.00001}", "2103.00001", "The Astrophysical Journal"),
    ],
)
def test_arxiv_ids(tmp_path: Path, fields: str, arxiv_id: str | None, venue: str | None) -> None:
    paper = one(tmp_path, fields)
    assert (paper.arxiv_id, paper.venue) == (arxiv_id, venue)


def test_other_fields(tmp_path: Path) -> None:
    paper = one(
        tmp_path,
        r"doi = {https://doi.org/10.5555/A\_b}, url = {https://example.org/a\_b\%20c},"
        r"keywords = {sea, {tide} \& wind},"
        r"subtitle = {A Story}, institution = {{Sea \& Sand} Lab}, organization = {Left out}, author = {Ada Brook},"
        "primaryClass = {cs.LG}, booktitle = {Proc.~of 1}, abstract = {Why?\n\n% 10 of them}, keywords = {again}",
    )
    assert (paper.id, paper.title) == ("key", "Tides: A Story")
    assert (paper.doi, paper.url) == ("10.5555/a_b", "https://example.org/a_b%20c")
    assert (paper.keywords, paper.categories) == (("sea", "tide & wind"), ("cs.LG",))
    assert (paper.organization, paper.venue) == ("Sea & Sand Lab", "Proc. of 1")
    assert paper.abstract == "Why? % 10 of them"


VOLUME = "@proceedings{Tides21, title = {All Tides}, year = 2021, month = jun, publisher = {Sea}}\n"
CHILD = "@inproceedings{child, title = {Ebb}, crossref = {tides21}}\n"
DATED = "@inproceedings{dated, title = {Flow}, crossref = {tides21}, year = 2022}\n"


@pytest.mark.parametrize("text", [VOLUME + CHILD + DATED, CHILD + DATED + VOLUME, CHILD + VOLUME + DATED])
def test_a_crossref_gives_what_is_missing_wherever_the_volume_stands(tmp_path: Path, text: str) -> None:
    found = [(paper.title, paper.venue, paper.date) for paper in read(tmp_path, text) if isinstance(paper, Paper)]
    assert sorted(found) == [("Ebb", "All Tides", "2021-06"), ("Flow", "All Tides", "2022")]


def test_a_crossref_to_nothing_and_to_itself_costs_nothing(tmp_path: Path) -> None:
    text = CHILD + "@book{self, title = {Self}, crossref = {self}}\n@book{last, title = {Last}}\n"
    assert sorted(titles(read(tmp_path, text))) == ["Ebb", "Last", "Self"]


def test_what_is_no_entry_is_left_out(tmp_path: Path) -> None:
    text = (
        "JabRef wrote this, ask me@example.org {or not}.\n% @article{old, title = {Old}}\n@comment{jabref-meta: x;}\n"
        "@Comment{\n  open\n@preamble{ {\\def\\x{y}} }\n@article{a, title = {One}}   some text\n"
        "%@article{b,\n% title = {No}\n%}\n"
        "@article\n{c, title = {Two}}\n@article(d, title = {Three (3)}, year = 2001)\n"
        "@article{e, title={4}} @article{f, title={5}}\n"
    )
    assert titles(read(tmp_path, text)) == ["One", "Two", "Three (3)", "4", "5"]


def test_a_broken_entry_costs_itself_and_is_told_with_its_line(tmp_path: Path) -> None:
    text = (
        "@article{a,\n title = {One}\n}\n\n@article{b,\n title = {Never closed,\n year = 2001\n}\n"
        "@article{c,\n title = {Three}\n}\n@article{d, title}\n@article\n@misc{e, year = 2001}\n"
        '@book{f, title = "Open, year = 3}\n@book{g, title = {Last}}\n'
    )
    assert titles(read(tmp_path, text)) == [
        "One",
        "refs.bib:5: not valid BibTeX",
        "Three",
        "refs.bib:12: not valid BibTeX",
        "refs.bib:13: not valid BibTeX",
        "refs.bib:14: neither title nor abstract",
        "refs.bib:15: not valid BibTeX",
        "Last",
    ]


def test_nothing_is_written_to_standard_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    read(tmp_path, "@article{a, title = {One\n@article{b, title = {Two}}\n")
    assert logging.getLogger("bibtexparser").handlers, "or logging's last resort prints what the library says"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str) -> None:
    text = "% Encoding: any\r\n@article{a,\r\n title = {Möwen – „groß“},\r\n author = {Åse Öberg}\r\n}\r\n"
    (paper,) = read(tmp_path, text.encode(encoding))
    assert isinstance(paper, Paper)
    assert (paper.title, paper.authors) == ("Möwen – „groß“", ("Åse Öberg",))


def test_old_macs_lines(tmp_path: Path) -> None:
    assert titles(read(tmp_path, "@article{a,\r title = {One}\r}\r@article{b,\r title = {Two}\r}\r")) == ["One", "Two"]


def test_macros_that_grow_are_bounded(tmp_path: Path) -> None:
    """Each macro is twice the one before it: forty of them would be a terabyte."""
    macros = "@string{m0 = {sea }}\n" + "".join(f"@string{{m{n} = m{n - 1} # m{n - 1}}}\n" for n in range(1, 41))
    entries = read(tmp_path, macros + "@article{a, title = {One}, abstract = m40}\n@article{b, title = {Two}}\n")
    assert titles(entries)[-2:] == ["One", "Two"]
    assert {entry.reason for entry in entries if isinstance(entry, BadRecord)} == {"more than 1,000,000 characters"}


@pytest.mark.parametrize(
    "broken", ["title = {Two}" + ", a = 1" * 20_000, "title = {Two " + "@{" * 1_001, "title = " + "{" * 100_000]
)
def test_an_entry_of_too_many_parts_costs_itself(tmp_path: Path, broken: str) -> None:
    entries = read(
        tmp_path, f"@article{{a, title = {{One}}}}\n@book{{b,\n {broken}\n}}\n@book{{c, title = {{Three}}}}\n"
    )
    assert titles(entries) == ["One", "refs.bib:2: not valid BibTeX", "Three"]


def test_names_that_begin_with_a_command_keep_it(tmp_path: Path) -> None:
    written = r"author={Smith, A. and \'Alvarez, J. and {Lakes and Rivers} and \O stergaard, K and \L{}ukasz, K.}"
    assert one(tmp_path, written).authors == ("A. Smith", "J. Álvarez", "Lakes and Rivers", "K Østergaard", "K. Łukasz")


@pytest.mark.parametrize(
    ("note", "arxiv_id"),
    [
        ("arXiv:1706.03762v2 [cs.CL]", "1706.03762"),
        ("Comment on arXiv:1706.03762", None),
        ("arXiv:1706.03762 is discussed here", None),
    ],
)
def test_a_note_on_another_paper_is_not_that_paper(tmp_path: Path, note: str, arxiv_id: str | None) -> None:
    assert one(tmp_path, f"note={{{note}}}").arxiv_id == arxiv_id


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("title = {A}\n year = 2020", "no comma between two fields"),
        ('title = "A"\n year = "2020"', "no comma between two fields"),
        ("title = {A}, year = 2020\n doi = {10.1/a}", "no comma between two fields"),
        ("title = {A}, stray words\n year = 2020", "no comma between two fields"),
        ("title = {A}}, year = 2020", "not valid BibTeX"),
    ],
)
def test_an_entry_of_which_fields_would_be_lost_is_told_and_costs_no_other(
    tmp_path: Path, fields: str, reason: str
) -> None:
    entries = read(tmp_path, f"@misc{{k1,\n {fields}\n}}\n\n@misc{{k2,\n title = {{B}}\n}}\n")
    (bad, good) = entries
    assert isinstance(bad, BadRecord)
    assert bad.place.endswith("refs.bib:1")
    assert bad.reason.endswith(reason)
    assert isinstance(good, Paper)
    assert good.title == "B"


def test_a_brace_too_many_behind_an_entry_costs_nothing(tmp_path: Path) -> None:
    entries = read(tmp_path, "@misc{k1,\n title = {A}\n}}\n\n@misc{k2,\n title = {B = C, d = {e}}\n}\n")
    assert [entry.title for entry in entries if isinstance(entry, Paper)] == ["A", "B = C, d = e"]


def test_names_as_biblatex_extends_them(tmp_path: Path) -> None:
    written = "family=Simon, given=J and given={Ludwig}, prefix=van der, family={Berg}, useprefix=true and Brook, Ada"
    assert one(tmp_path, f"author = {{{written}}}").authors == ("J Simon", "Ludwig van der Berg", "Ada Brook")


def test_a_note_of_zotero_is_read_line_by_line(tmp_path: Path) -> None:
    paper = one(tmp_path, "note = {Citation Key: kk\narXiv: 2101.00001 [cs]\nDOI: 10.5555/abc}")
    assert (paper.arxiv_id, paper.doi) == ("2101.00001", "10.5555/abc")
