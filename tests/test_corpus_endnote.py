"""EndNote's tagged records (refer) and its XML, as EndNote, Google Scholar and Zotero make them. All are our own."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from semsearch.corpus import BadRecord, read_papers
from semsearch.errors import CorpusError
from semsearch.paper import Paper


def read(folder: Path, text: str | bytes) -> list[Paper | BadRecord]:
    path = folder / "refs"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_papers(path))


def told(entries: list[Paper | BadRecord]) -> list[str]:
    """Titles, and of bad records the place and the reason."""
    return [
        entry.title if isinstance(entry, Paper) else f"{entry.place.partition('refs:')[2]} {entry.reason}"
        for entry in entries
    ]


def enw(folder: Path, *lines: str) -> Paper:
    (paper,) = read(folder, "\n".join(["%0 Journal Article", "%T Tides", *lines, ""]))
    assert isinstance(paper, Paper)
    return paper


def xml(folder: Path, inner: str) -> Paper:
    record = f"<record><rec-number>1</rec-number><titles><title>Tides</title></titles>{inner}</record>"
    (paper,) = read(folder, f'<?xml version="1.0" encoding="UTF-8" ?><xml><records>{record}</records></xml>')
    assert isinstance(paper, Paper)
    return paper


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["%A Brook, Ada", "%A Miller, John, Jr", "%A Sea Laboratory,"], "authors",
         ("Ada Brook", "John Miller Jr", "Sea Laboratory")),
        (["%A Brook, Ada", "Chen, Bo", "%E Itor, Ed"], "authors", ("Ada Brook", "Bo Chen")),
        (["%A Ada Brook"], "authors", ("Ada Brook",)),
        (["%D 2021", "%8 March 14"], "date", "2021-03-14"),
        (["%D 2021", "%8 14 March"], "date", "2021-03-14"),
        (["%D 2021", "%8 Mar-Apr"], "date", "2021"),
        (["%D 2021", "%8 2021/03/14"], "date", "2021-03-14"),
        (["%D 2021", "%8 03/14/"], "date", "2021"),
        (["%D in press"], "date", None),
        (["%X First", "second line", "", "third, 50", "% of all", "%K a"], "abstract",
         "First second line third, 50 % of all"),
        (["%X First", "", "%K a", "%F key"], "id", "key"),
        (["%K a", "%K b, c"], "keywords", ("a", "b, c")),
        (["%K a", "b", "c"], "keywords", ("a", "b", "c")),
        (["%K a; b ;c"], "keywords", ("a", "b", "c")),
        (["%J Seas", "%B Book of Seas"], "venue", "Seas"),
        (["%B Book of Seas"], "venue", "Book of Seas"),
        (["%J arXiv preprint arXiv:2103.00001"], "arxiv_id", "2103.00001"),
        (["%J arXiv preprint arXiv:2103.00001"], "venue", None),
        (["%M arXiv:cs/0112017v2 [cs]"], "arxiv_id", "cs/0112017"),
        (["%R https://doi.org/10.5555/ABC"], "doi", "10.5555/abc"),
        (["%Z DOI: 10.5555/abc"], "doi", "10.5555/abc"),
        (["%U https://a.example", "https://b.example"], "url", "https://a.example"),
        (["%I Press"], "organization", None),
    ],
)  # fmt: skip
def test_fields_of_tagged_records(tmp_path: Path, lines: list[str], field: str, value: object) -> None:
    assert getattr(enw(tmp_path, *lines), field) == value


def test_tagged_records_as_they_are_met(tmp_path: Path) -> None:
    text = (
        "\n%0 Journal Article\n%T One\n%A Brook, Ada\n%X Why?\n\n\n%0 Thesis\n%T Two\n%D 2001\n%I Shore\n"
        "%0 Generic\n%D 1999\n\nlost\n\n%0 Book\n%T Last"
    )
    assert told(read(tmp_path, text)) == ["One", "Two", "12 neither title nor abstract", "Last"]


def test_records_of_refer_are_parted_by_empty_lines(tmp_path: Path) -> None:
    text = "%A Ada Brook\n%T One\n%J Seas\n%D 2001\n\n%T Two,\nwhich goes on\n%A Bo Chen\n\n%A Nobody\n\n%T Three\n"
    entries = read(tmp_path, text)
    assert told(entries) == ["One", "Two, which goes on", "10 neither title nor abstract", "Three"]
    assert [entry.authors for entry in entries if isinstance(entry, Paper)] == [("Ada Brook",), ("Bo Chen",), ()]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_tagged_records_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = "%0 Book\r\n%T Möwen – groß\r\n%A Brøk, Zoë\r\n\r\n%0 Book\r\n%T Zwei\r\n"
    entries = read(tmp_path, gzip.compress(text.encode(encoding)))
    assert told(entries) == ["Möwen – groß", "Zwei"]


@pytest.mark.parametrize("text", ["%PDF-1.4\n%T x\n", "%!PS-Adobe\n%A b\n%T c\n", "% A comment\n%T of LaTeX\n%A b\n"])
def test_what_only_begins_with_a_per_cent_sign_is_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(CorpusError, match="expected a corpus"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("inner", "field", "value"),
    [
        ("<contributors><authors><author>Brook, Ada</author><author><style>Sea Laboratory,</style></author></authors>"
         "<secondary-authors><author>Itor, Ed</author></secondary-authors></contributors>", "authors",
         ("Ada Brook", "Sea Laboratory")),
        ("<abstract><style>CO</style><style face='subscript'>2</style><style> in the sea</style></abstract>",
         "abstract", "CO2 in the sea"),
        ("<abstract>10<style face='superscript'>-3</style> of it&#xD;rose</abstract>", "abstract", "10^-3 of it rose"),
        ("<dates><year>2021</year><pub-dates><date>14 Mar</date></pub-dates></dates>", "date", "2021-03-14"),
        ("<dates><year><style>2021</style></year></dates>", "date", "2021"),
        ("<periodical><full-title>Seas</full-title></periodical>", "venue", "Seas"),
        ("<electronic-resource-num>doi:10.5555/ABC</electronic-resource-num>", "doi", "10.5555/abc"),
        ("<notes>Of note&#xD;DOI: 10.5555/abc</notes>", "doi", "10.5555/abc"),
        ("<accession-num>arXiv:2103.00001</accession-num>", "arxiv_id", "2103.00001"),
        ("<keywords><keyword>a</keyword><keyword>b; c</keyword></keywords>", "keywords", ("a", "b; c")),
        ("<keywords><keyword>a; b</keyword></keywords>", "keywords", ("a", "b")),
        ("<ref-type name='Report'>27</ref-type><publisher>Office</publisher>", "organization", "Office"),
        ("<ref-type name='Book'>6</ref-type><publisher>Press</publisher>", "organization", None),
        ("<label>tide 21</label>", "id", "tide%2021"),
        ("<urls><related-urls><url>https://a.example</url><url>https://b.example</url></related-urls></urls>", "url",
         "https://a.example"),
    ],
)  # fmt: skip
def test_fields_of_endnotes_xml(tmp_path: Path, inner: str, field: str, value: object) -> None:
    assert getattr(xml(tmp_path, inner), field) == value


def test_a_broken_record_of_the_xml_costs_itself(tmp_path: Path) -> None:
    records = [f"<record><titles><title>Tide {n}</title></titles></record>" for n in range(3)]
    records[1] = records[1].replace("</titles>", "")
    text = f"<xml><records>{''.join(records)}</records></xml>"
    assert told(read(tmp_path, gzip.compress(text.encode()))) == ["Tide 0", " record 2 not valid XML", "Tide 2"]
