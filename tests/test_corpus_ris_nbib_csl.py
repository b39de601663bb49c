"""RIS after its specification and what EndNote, Zotero, Scopus and publishers make of it; MEDLINE after the NLM's
description of its elements; CSL JSON after its schema and Zotero's export. The records are our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from semsearch.corpus import BadRecord, read_papers
from semsearch.paper import Paper


def read(folder: Path, text: str | bytes, name: str = "refs.ris") -> list[Paper | BadRecord]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_papers(path))


def told(entries: list[Paper | BadRecord]) -> list[str]:
    """Titles, and of bad records the line and the reason."""
    return [
        entry.title if isinstance(entry, Paper) else f"{entry.place.partition('refs')[2]} {entry.reason}"
        for entry in entries
    ]


def ris(folder: Path, *lines: str) -> Paper:
    (paper,) = read(folder, "\n".join(["TY  - JOUR", "TI  - Tides", *lines, "ER  - ", ""]))
    assert isinstance(paper, Paper)
    return paper


@pytest.mark.parametrize(
    ("lines", "field", "value"),
    [
        (["AU  - Brook, Ada", "AU  - Miller, John, Jr", "AU  - Sea Laboratory,"], "authors",
         ("Ada Brook", "John Miller Jr", "Sea Laboratory")),
        (["A1  - van der Berg, Ludwig"], "authors", ("Ludwig van der Berg",)),
        (["AU  - Brook, Ada", "A2  - Editor, An"], "authors", ("Ada Brook",)),
        (["PY  - 2021", "DA  - 2021/03/14"], "date", "2021-03-14"),
        (["PY  - 2021/03/14/Spring"], "date", "2021-03-14"),
        (["Y1  - 2021/03//"], "date", "2021-03"),
        (["Y1  - 2021///"], "date", "2021"),
        (["PY  - 2021", "DA  - Mar 14"], "date", "2021-03-14"),
        (["DA  - 2021-03-14"], "date", "2021-03-14"),
        (["PY  - in press"], "date", None),
        (["AB  - First", "second line", "", "third"], "abstract", "First second line third"),
        (["N2  - Second name"], "abstract", "Second name"),
        (["KW  - a", "KW  - b, c"], "keywords", ("a", "b, c")),
        (["KW  - a", "b", "c"], "keywords", ("a", "b", "c")),
        (["KW  - a; b ;c"], "keywords", ("a", "b", "c")),
        (["T2  - Full Name", "JO  - Abbr."], "venue", "Full Name"),
        (["JO  - Abbr.", "JA  - A."], "venue", "Abbr."),
        (["DO  - https://doi.org/10.5555/ABC"], "doi", "10.5555/abc"),
        (["M3  - 10.5555/abc"], "doi", "10.5555/abc"),
        (["M3  - Article"], "doi", None),
        (["UR  - https://a.example/x;y; https://b.example"], "url", "https://a.example/x;y"),
        (["UR  - https://a.example", "UR  - https://b.example"], "url", "https://a.example"),
        (["AN  - arXiv:2103.00001v2 [cs.LG]"], "arxiv_id", "2103.00001"),
        (["DO  - 10.48550/arXiv.2103.00001"], "arxiv_id", "2103.00001"),
        (["UR  - http://arxiv.org/abs/cs/0112017"], "arxiv_id", "cs/0112017"),
        (["ID  - brook 21"], "id", "brook%2021"),
        (["XX  - unknown", "C7  - 12"], "abstract", ""),
    ],
)  # fmt: skip
def test_fields_of_ris(tmp_path: Path, lines: list[str], field: str, value: object) -> None:
    assert getattr(ris(tmp_path, *lines), field) == value


def test_the_publisher_of_a_report_is_its_organisation(tmp_path: Path) -> None:
    text = "TY  - {}\nTI  - Lakes\nPB  - Office\nT2  - Series\nER  - \n"
    (report, paper) = read(tmp_path, text.format("RPRT") + text.format("CONF"))
    assert isinstance(report, Paper)
    assert isinstance(paper, Paper)
    assert (report.organization, report.venue) == ("Office", None)
    assert (paper.organization, paper.venue) == (None, "Series")


def test_ris_as_it_is_met(tmp_path: Path) -> None:
    text = (
        "Provider: Some Library\nContent: text/plain\n\n1.\nTY  - JOUR\nT1  - One\nER  - \n\n\n2.\nTY  - JOUR\n"
        "TI  - No end\n\nTY  -  CHAP\nTI -  One space\nER -\nTY  - JOUR\nPY  - 2001\nER  - \n"
        "what is this\nTI  - lost\nTY  - JOUR\nTI  - Last"
    )
    assert told(read(tmp_path, text)) == [
        "One",
        "No end",
        "One space",
        ".ris:17 neither title nor abstract",
        ".ris:20 no type of reference (TY)",
        "Last",
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_ris_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    text = "TY  - JOUR\r\nTI  - Möwen – groß\r\nER  - \r\nTY  - JOUR\r\nTI  - Zwei\r\nER  - \r\n"
    assert told(read(tmp_path, text.encode(encoding))) == ["Möwen – groß", "Zwei"]


def nbib(folder: Path, text: str) -> Paper:
    (paper,) = read(folder, f"\nPMID- 123\nOWN - NLM\nTI  - Tides.\n{text}\n", "refs.txt")
    assert isinstance(paper, Paper)
    return paper


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("", "id", "123"),
        ("", "title", "Tides"),
        ("AB  - First line\n      goes on\n      - and on.", "abstract", "First line goes on - and on."),
        ("FAU - Brook, Ada B\nAU  - Brook AB\nFAU - Miller, John Jr\nAU  - Miller J Jr", "authors",
         ("Ada B Brook", "John Miller Jr")),
        ("AU  - Brook AB", "authors", ("Brook AB",)),
        ("FAU - Plato", "authors", ("Plato",)),
        ("FAU - Brook, Ada\nCN  - Sea Group, North\nFAU - Chen, Bo\nCN  - Shores", "authors",
         ("Ada Brook", "Sea Group, North", "Bo Chen", "Shores")),
        ("AU  - Brook A\nCN  - Sea Group", "authors", ("Brook A", "Sea Group")),
        ("CN  - Sea Group", "organization", None),
        ("JT  - Journal of seas\nTA  - J Seas", "venue", "Journal of seas"),
        ("TA  - J Seas", "venue", "J Seas"),
        ("DP  - 2021 Mar 14", "date", "2021-03-14"),
        ("DP  - 2021 Mar-Apr", "date", "2021"),
        ("DP  - 2021 Spring", "date", "2021"),
        ("DP  - 2021-2022", "date", "2021"),
        ("LID - S0000(21)1 [pii]\nLID - 10.5555/ABC [doi]", "doi", "10.5555/abc"),
        ("AID - 10.5555/abc [doi]", "doi", "10.5555/abc"),
        ("AID - arXiv:2103.00001v1 [pii]", "arxiv_id", "2103.00001"),
        ("MH  - *Honey/adverse effects/*analysis\nMH  - Trials, Controlled\nOT  - *hiccup\nMH  - Honey/history",
         "keywords", ("Honey", "Trials, Controlled", "hiccup")),
    ],
)  # fmt: skip
def test_fields_of_medline(tmp_path: Path, text: str, field: str, value: object) -> None:
    assert getattr(nbib(tmp_path, text), field) == value


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("[Tides of the\n      north].", "Tides of the north"),
        ("Why?", "Why?"),
        ("And so on...", "And so on..."),
        ("The U.S.A.", "The U.S.A"),
        ("Role of [18F]FDG.", "Role of [18F]FDG"),
        ("[18F]FDG and [11C]CO.", "[18F]FDG and [11C]CO"),
    ],
)
def test_titles_of_medline(tmp_path: Path, written: str, title: str) -> None:
    assert told(read(tmp_path, f"PMID- 1\nSTAT- MEDLINE\nTI  - {written}\n", "refs.txt")) == [title]


def test_broken_medline_records_cost_themselves(tmp_path: Path) -> None:
    text = (
        "PMID- 1\nTI  - One.\n\nPMID- 2\nOWN - NLM\n\nPMID- 3\nTI  - Three.\nPMID- 4\nTI  - Four.\n\nnot a record\n\n"
        "PMID- 5\nTI  - Five.\n"
    )
    assert told(read(tmp_path, text, "refs.txt")) == [
        "One", ".txt:4 neither title nor abstract", "Three", "Four", ".txt:12 neither title nor abstract", "Five",
    ]  # fmt: skip


def csl(folder: Path, **fields: Any) -> Paper:
    item = {"id": "x", "type": "article-journal", "title": "Tides", "container-title": ""} | fields
    (paper,) = read(folder, json.dumps([item]), "refs.json")
    assert isinstance(paper, Paper)
    return paper


@pytest.mark.parametrize(
    ("item", "field", "value"),
    [
        ({"id": "http://zotero.org/users/1/items/AB12CD34"}, "id", "AB12CD34"),
        ({"id": "1234567/AB12CD34"}, "id", "AB12CD34"),
        ({"id": 17}, "id", "17"),
        ({"citation-key": "brook21"}, "id", "brook21"),
        ({"note": "Citation Key: brook21\nDOI: 10.5555/a"}, "id", "brook21"),
        ({"note": "Citation Key: brook21\nDOI: 10.5555/a"}, "doi", "10.5555/a"),
        ({"author": [{"family": "Berg", "given": "Ludwig", "non-dropping-particle": "van der"}, {"literal": "Sea Lab"},
                     {"family": "Miller", "given": "J.", "suffix": "Jr"}, {"family": "Plato"}, {"given": 3}]},
         "authors", ("Ludwig van der Berg", "Sea Lab", "J. Miller Jr", "Plato")),
        ({"issued": {"date-parts": [[2021, 3, 14]]}}, "date", "2021-03-14"),
        ({"issued": {"date-parts": [["2021", "3"], ["2022"]]}}, "date", "2021-03"),
        ({"issued": {"date-parts": [[2021]], "season": 2}}, "date", "2021"),
        ({"issued": {"raw": "2021-03"}}, "date", "2021-03"),
        ({"issued": {"literal": "Spring 2021"}}, "date", "2021"),
        ({"issued": {"date-parts": [[]]}}, "date", None),
        ({"container-title": "Annals"}, "venue", "Annals"),
        ({"event-title": "Meeting"}, "venue", "Meeting"),
        ({"type": "report", "publisher": "Office"}, "organization", "Office"),
        ({"publisher": "Press"}, "organization", None),
        ({"keyword": "tide gauges, photographs"}, "keywords", ("tide gauges", "photographs")),
        ({"note": "arXiv:2103.00001 [cs]"}, "arxiv_id", "2103.00001"),
        ({"number": "arXiv:2103.00001"}, "arxiv_id", "2103.00001"),
        ({"URL": "http://arxiv.org/abs/2103.00001"}, "arxiv_id", "2103.00001"),
        ({"author": "Ada Brook", "issued": 2021, "note": 3, "keyword": None}, "authors", ("Ada Brook",)),
    ],
)  # fmt: skip
def test_fields_of_csl(tmp_path: Path, item: dict[str, Any], field: str, value: object) -> None:
    assert getattr(csl(tmp_path, **item), field) == value


def test_broken_csl_items_cost_themselves(tmp_path: Path) -> None:
    whole = '{"id": "%d", "type": "book", "title": "T%d", "author": [{"family": "Brook"}]}'
    records = (whole % (1, 1), '{"id": "2", "type": "book", "title": }', whole % (3, 3), "7", whole % (5, 5))
    text = f'{{"items": [{", ".join(records)}]}}'
    assert told(read(tmp_path, text, "refs.json")) == [
        "T1", ".json[2] not valid JSON", "T3", ".json[4] not a JSON object", "T5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": "a", "title": "T", "authors": ["Ada"], "type": "article-journal"}]',
        '[{"id": "a", "title": "T", "key_type": "book"}]',
        '[{"DOI": "10.5555/a", "title": ["T"], "type": "journal-article", "issued": {"date-parts": [[2021]]}}]',
        '[{"DOI": "10.5555/a", "title": ["T"], "type": "book", "reference-count": 3, "author": [{"family": "B"}]}]',
    ],
)
def test_other_json_is_not_taken_for_csl(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    assert list(read_papers(path)) == list(read_papers(path, format="json"))


def test_a_file_is_recognised_whatever_it_is_called(tmp_path: Path) -> None:
    for format, file in (
        ("bibtex", "bibtex.bib"),
        ("ris", "ris.ris"),
        ("nbib", "nbib.nbib"),
        ("csl-json", "csl-json.json"),
    ):
        source = Path(__file__).parent / "formats" / file
        (tmp_path / "plain.txt").write_bytes(source.read_bytes())
        assert list(read_papers(tmp_path / "plain.txt")) == list(read_papers(source, format=format))


def test_the_note_of_zotero_is_read_line_by_line_in_ris(tmp_path: Path) -> None:
    found = ris(tmp_path, "N1  - Citation Key: kk", "N1  - arXiv: 2101.00001 [cs]", "N1  - DOI: 10.5555/abc")
    assert (found.arxiv_id, found.doi) == ("2101.00001", "10.5555/abc")


def test_the_note_of_zotero_is_read_line_by_line_in_csl(tmp_path: Path) -> None:
    found = csl(tmp_path, note="Citation Key: kk\narXiv: 2101.00001 [cs]\nDOI: 10.5555/abc")
    assert (found.id, found.arxiv_id, found.doi) == ("kk", "2101.00001", "10.5555/abc")
