"""CSV and TSV as spreadsheets, pandas and Unix tools write them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.corpus import BadRecord, delimited, read_papers, sources
from semsearch.errors import CorpusError


def read(tmp_path: Path, data: str | bytes, name: str = "p.csv", **options) -> list[tuple[str, str]]:
    """(title, abstract) of papers, (place, reason) of bad records."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return [
        (entry.place.removeprefix(str(tmp_path) + "/"), entry.reason)
        if isinstance(entry, BadRecord)
        else (entry.title, entry.abstract)
        for entry in read_papers(path, **options)
    ]


@pytest.mark.parametrize(
    "data",
    [
        "title,abstract\nTides,We measure.\n",
        "title;abstract\nTides;We measure.\n",
        "title|abstract\nTides|We measure.\n",
        "title\tabstract\nTides\tWe measure.\n",
        '"Title","Abstract Note"\r\n"Tides","We measure."\r\n',
        '"Title";"Abstract"\r\n"Tides";"We measure."\r\n',
        "\ufefftitle,abstract\nTides,We measure.",
        "\n\ntitle,abstract\n\n,,\nTides,We measure.\n\n",
        "sep=;\r\ntitle;abstract\r\nTides;We measure.\r\n",
        "title,abstract\rTides,We measure.\r",  # an old Mac's
        "title,abstract,\nTides,We measure.,\n",
        "title,abstract\nTides,We measure.,,\n",
        " Title , ABSTRACT \n Tides , We  measure. \n",
        'title,abstract\nTides,"We\r\nmeasure."\r\n',
        'title,"abstract"\nTides,We me\0asure.\n',
    ],
)
def test_the_delimiter_and_the_line_ends_are_seen_by_looking_inside(tmp_path: Path, data: str) -> None:
    path = "p" if "\0" not in data else "p.csv"
    options = {"format": "csv"} if "\0" in data else {}
    assert read(tmp_path, data, path, **options) == [("Tides", "We measure.")]


def test_excels_unicode_text_is_read(tmp_path: Path) -> None:
    data = '\ufeffTitle\tAbstract\r\nÉtude\t"We ""measure"" tides."\r\n'.encode("utf-16-le")
    assert read(tmp_path, data, "p.txt") == [("Étude", 'We "measure" tides.')]


def test_a_file_in_windows_1252_is_read(tmp_path: Path) -> None:
    data = "title,abstract\nÉtude – one,naïve “tides”\n".encode("cp1252")
    assert read(tmp_path, data) == [("Étude – one", "naïve “tides”")]


def test_quoted_cells_hold_delimiters_quotes_and_lines_and_places_stay_right(tmp_path: Path) -> None:
    data = 'title,abstract\n"A, B","one\n\ntwo ""three"""\n,\nC,x,y\n"D\nE",d\n"",""\n,,z\n'
    assert read(tmp_path, data) == [
        ("A, B", 'one two "three"'),
        ("p.csv:6", "more cells than the header has"),
        ("D E", "d"),
        ("p.csv:10", "more cells than the header has"),
    ]


def test_a_row_may_end_early(tmp_path: Path) -> None:
    assert read(tmp_path, "id,title,abstract,year\n1,Tides\n2\n") == [
        ("Tides", ""),
        ("p.csv:3", "neither title nor abstract"),
    ]


def test_all_columns_are_read_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "zotero.csv"
    path.write_text(
        '"Key","Publication Year","Author","Title","Publication Title","DOI","Abstract Note","Manual Tags","Colour"\n'
        '"K1","2021","Brook, Ada; Chen, Bo","Tides","J. Tides","10.1000/T","We measure.","sea; moon","red"\n',
        encoding="utf-8-sig",
    )
    (paper,) = read_papers(path)
    assert (paper.id, paper.date, paper.authors) == ("K1", "2021", ("Ada Brook", "Bo Chen"))
    assert (paper.venue, paper.doi, paper.keywords) == ("J. Tides", "10.1000/t", ("sea", "moon"))


def test_what_pandas_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "frame.csv"
    path.write_text(",title,authors,year,month\n0,Tides,\"['Ada Brook', 'Bo Chen']\",2021.0,3.0\n1,Moons,,,\n", "utf-8")
    tides, moons = read_papers(path)
    assert (tides.authors, tides.date) == (("Ada Brook", "Bo Chen"), "2021-03")
    assert (moons.authors, moons.date) == ((), None)


def test_in_a_tsv_of_unix_tools_a_quotation_mark_is_a_letter(tmp_path: Path) -> None:
    data = 'title\tabstract\n"Tides" in harbours\tWe say "so.\n"Open\tb\nC\tc\n'
    assert read(tmp_path, data, "p.tsv") == [('"Tides" in harbours', 'We say "so.'), ('"Open', "b"), ("C", "c")]


def test_a_tsv_with_a_cell_quoted_whole_is_read_with_quotes(tmp_path: Path) -> None:
    assert read(tmp_path, 'title\tabstract\n"A ""B"""\t"c\td"\n', "p.tsv") == [('A "B"', "c d")]


def test_a_line_that_is_too_long_is_told_and_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIMIT_BYTES", 64)
    data = f"title,abstract\nA,a\nB,{'x' * 500}\nC,c\n"
    assert read(tmp_path, data) == [("A", "a"), ("p.csv:3", "longer than 16 MiB"), ("C", "c")]


def test_a_cell_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit()
    monkeypatch.setattr(delimited, "LIMIT_BYTES", 64)
    try:
        assert read(tmp_path, f"title,abstract\nB,{'x' * 500}\nC,c\n") == [
            ("p.csv:2", "longer than 16 MiB"),
            ("C", "c"),
        ]
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    "open_row",
    [
        '"A unclosed,a', 'A,"a unclosed', '"A",a "b" c"\n"A unclosed,a',
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "rows",
    [["B,b", "C,c"], ['"B","b, b"', '"C","c"'], ["B,b", '"C","c"'], ['B,"b"', "C,c"], ['"B",b', '"C",c']],
)
def test_an_unclosed_quotation_mark_costs_only_its_line(tmp_path: Path, open_row: str, rows: list[str]) -> None:
    before = open_row.count("\n")
    data = "\n".join(["title,abstract", open_row, *rows, ""])
    entries = read(tmp_path, data)
    assert entries[before] == (f"p.csv:{2 + before}", "an unclosed quotation mark")
    assert [title for title, _ in entries[before + 1 :]] == ["B", "C"]


def test_an_unclosed_quotation_mark_before_a_hundred_rows_costs_only_its_line(tmp_path: Path) -> None:
    data = 'title,abstract\nA,"a\n' + "".join(f"T{number},t\n" for number in range(500)) + '"Z","z"\n'
    bad, *papers = read(tmp_path, data)
    assert bad == ("p.csv:2", "an unclosed quotation mark")
    assert [title for title, _ in papers] == [*(f"T{number}" for number in range(500)), "Z"]


def test_a_cell_of_many_lines_is_whole_and_its_row_may_end_early(tmp_path: Path) -> None:
    text = "\n".join(f'line {number}, with ""quotes""' for number in range(90))
    data = f'title,abstract,year\nA,"{text}",2021\n"B\nb"\nC,c,\n'
    assert [title for title, _ in read(tmp_path, data)] == ["A", "B b", "C"]


def test_a_backslash_before_a_quotation_mark_is_its_escape_where_a_file_has_such(tmp_path: Path) -> None:
    rows = [f'{number},"Title \\"{number}\\"","a \\alpha, \\"b\\" c\\\\"' for number in range(10)]
    entries = read(tmp_path, "\n".join(["id,title,abstract", *rows]))
    assert entries == [(f'Title "{number}"', 'a α, "b" c') for number in range(10)]
    assert read(tmp_path, 'title,abstract\nA \\"o,"C:\\"\nB,"Schr\\""odinger"\n') == [
        ("A ö", "C:"),
        ("B", "Schrödinger"),
    ]


def test_of_columns_of_one_name_the_first_value_counts(tmp_path: Path) -> None:
    data = "title,abstract,Abstract,title\nA,a,,\n,,b,B\nC,c,d,D\n"
    assert read(tmp_path, data) == [("A", "a"), ("B", "b"), ("C", "c")]


def test_a_header_without_title_and_abstract_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"p\.csv: no column is a title or an abstract; there are name, colour$"):
        read(tmp_path, "name,colour\na,b\n")
    with pytest.raises(CorpusError, match=r"no column is a title or an abstract; there are A title, An abstract$"):
        read(tmp_path, "A title\tAn abstract\n", "p.tsv")


def test_a_format_that_is_stated_and_wrong_is_told(tmp_path: Path) -> None:
    assert read(tmp_path, '{"title": "A"}\n', format="csv") == [("p.csv:1", "no header with a title or an abstract")]
    assert read(tmp_path, "title,abstract\nA,a\n", format="jsonl")[1:] == [("p.csv:2", "not valid JSON")]


def test_a_header_alone_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "title,abstract") == []


cells = st.text("ab\"',;\t é", min_size=1).map(lambda text: f"x{text}x")


@settings(deadline=None, max_examples=50)
@given(rows=st.lists(st.tuples(cells, cells), min_size=1), delimiter=st.sampled_from(",;|"))
def test_whatever_pythons_csv_writes_is_read(tmp_path_factory, rows: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([("title", "abstract"), *rows])
    expected = [(" ".join(title.split()), " ".join(abstract.split())) for title, abstract in rows]
    assert read(tmp_path_factory.mktemp("csv"), text.getvalue()) == expected


@pytest.mark.parametrize(
    "data",
    [
        'id, title, abstract\n1, "Quoted, x", "abs"\n2, b, c\n3,"d, e",f\n',
        'id,title,abstract\n1, "Quoted, x", "abs"\n2,b,c\n3, "d, e", "f"\n',
        '"id"; "title"; "abstract"\n1; "Quoted, x"; "abs"\n2; b; c\n3; "d, e"; f\n',
    ],
)
def test_a_space_behind_each_delimiter_is_no_part_of_a_cell(tmp_path: Path, data: str) -> None:
    assert read(tmp_path, data) == [("Quoted, x", "abs"), ("b", "c"), ("d, e", "f")]


def test_a_quotation_mark_behind_a_comma_and_a_space_in_a_cell_is_no_cells(tmp_path: Path) -> None:
    data = 'title,abstract\nA,"He said, ""no"", twice, "\n"B, ",b\n'
    assert read(tmp_path, data) == [("A", 'He said, "no", twice,'), ("B,", "b")]


def test_an_author_that_is_said_to_be_none_is_none(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text('title,authors\nA,[No author name available]\nB,"Brook, A."\n')
    assert [entry.authors for entry in read_papers(tmp_path / "s.csv")] == [(), ("A. Brook",)]
