"""Where a corpus may lie: files, folders, globs and standard input; plain and compressed; whole and torn."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest
import zstandard
from conftest import write_jsonl

from semsearch.corpus import BadRecord, read_papers, sources
from semsearch.errors import CorpusError
from semsearch.paper import Paper

LINE = b'{"title": "Tides"}\n'


def titles(corpus, **options) -> list[str]:
    return [
        entry.title if isinstance(entry, Paper) else f"! {entry.reason}" for entry in read_papers(corpus, **options)
    ]


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))


def test_several_files_are_read_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    b, a = put(tmp_path / "b.jsonl", b'{"title": "B"}'), put(tmp_path / "a.jsonl", b'{"title": "A"}')
    assert titles([b, a]) == ["B", "A"]
    assert titles([str(a), b]) == ["A", "B"]


def test_a_file_named_twice_is_read_once_at_its_first_place(tmp_path: Path) -> None:
    a, b = put(tmp_path / "a.jsonl", b'{"title": "A"}'), put(tmp_path / "b.jsonl", b'{"title": "B"}')
    assert titles([a, b, a]) == ["A", "B"]
    assert titles([b, tmp_path]) == ["B", "A"]


def test_a_folder_is_its_files_sorted_with_those_below_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.jsonl", ".hidden.jsonl", ".git/config.jsonl"):
        put(tmp_path / name, b'{"title": "%s"}' % name.encode())
    assert titles(tmp_path) == ["a/z.jsonl", "b.jsonl"]


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    put(tmp_path / ".papers" / "a.jsonl", LINE)
    assert titles(tmp_path / ".papers") == ["Tides"]


def test_in_a_folder_a_file_of_no_known_format_is_told_and_costs_nothing(tmp_path: Path) -> None:
    put(tmp_path / "README.md", b"# My papers\n\nCollected by hand.\n")
    put(tmp_path / "figure.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    put(tmp_path / "papers.jsonl", LINE)
    assert list(read_papers(tmp_path))[:2] == [
        BadRecord(str(tmp_path / "README.md"), "a file of no known format"),
        BadRecord(str(tmp_path / "figure.png"), "a file of no known format"),
    ]
    assert titles(tmp_path)[2:] == ["Tides"]


def test_a_file_that_breaks_its_claim_is_told_in_a_folder_and_an_error_by_its_name(tmp_path: Path) -> None:
    broken = put(tmp_path / "papers.jsonl.gz", gzip.compress(b"not at all\n"))
    put(tmp_path / "tides.jsonl", LINE)
    assert titles(tmp_path) == ["! a file that is not what its ending says", "Tides"]
    with pytest.raises(CorpusError, match=r"papers\.jsonl\.gz: expected JSON lines.*'not at all'"):
        titles(broken)


@pytest.mark.parametrize(
    ("data", "ids"),
    [
        (b'{"title":"A","id":"1"}\n{"title":"B\0","id":"2"}\n{"title":"C","id":"3"}\n', ["1", "3"]),
        (b"id,title\n1,A\n2,B\0\n3,C\n", ["1", "2", "3"]),
        (b"id,ti\0tle\n1,A\n2,B\n3,C\n", ["1", "2", "3"]),
        (b"".join(b"@misc{%d,\n title = {T%d\0}\n}\n" % (n, n) for n in range(1, 4)), ["1", "2", "3"]),
        (b"".join(b"TY  - JOUR\nID  - %d\nTI  - T\0%d\nER  - \n" % (n, n) for n in range(1, 4)), ["1", "2", "3"]),
    ],
)
def test_a_nul_costs_its_record_at_most(tmp_path: Path, data: bytes, ids: list[str]) -> None:
    for folder_or_file in (put(tmp_path / "a.txt", data), tmp_path):
        assert [entry.id for entry in read_papers(folder_or_file) if isinstance(entry, Paper)] == ids


@pytest.mark.parametrize(
    "data",
    [
        '{"title": "A"}\n'.encode("utf-16-le"),
        b"SQLite format 3\0" + b"@article{a,\n title = {A}\n}\n" * 99,
        b"\xd0\xcf\x11\xe0\0" + b"@article{a,\n title = {A}\n}\n" * 99,
        b"@article{a,\n title = {A}\n}\n" + b"\0" * 99,
    ],
)
def test_binary_data_is_no_corpus_whatever_text_is_in_it(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CorpusError, match="expected a corpus, got binary data"):
        titles(put(tmp_path / "a.dat", data))


def test_a_spreadsheet_is_to_be_saved_as_csv(tmp_path: Path) -> None:
    path = put(tmp_path / "papers.xlsx", b"PK\3\4\x14\0\0\0[Content_Types].xml xl/workbook.xml")
    with pytest.raises(CorpusError, match=r"papers\.xlsx: expected a corpus, got a spreadsheet") as caught:
        titles(path)
    assert caught.value.hint == "save it as CSV, in UTF-8"
    assert titles(tmp_path) == ["! a spreadsheet: save it as CSV"]


def test_in_a_folder_an_index_is_no_corpus(tmp_path: Path) -> None:
    put(tmp_path / "a.jsonl", LINE)
    put(tmp_path / "sub/index/CURRENT", b"generation-000001\n")
    put(tmp_path / "sub/index/generation-000001/manifest.json", b'{"title": "no"}')
    put(tmp_path / "other/CURRENT.jsonl", LINE)
    put(tmp_path / "other/generation-1/b.jsonl", LINE)
    assert titles(tmp_path) == titles(str(tmp_path / "*")) == ["Tides"] * 3
    with pytest.raises(CorpusError, match="no file matches"):
        titles(str(tmp_path / "sub" / "*"))


def test_a_file_whose_records_have_no_text_says_which_names_work(tmp_path: Path) -> None:
    *records, told = read_papers(put(tmp_path / "a.jsonl", b'{"heading": "A"}\n{"heading": "B"}\n'))
    assert [record.reason for record in records] == ["neither title nor abstract"] * 2
    assert told.place == str(tmp_path / "a.jsonl")
    assert "title or paper_title or article_title, nor its abstract abstract or" in told.reason


def test_a_glob_is_its_matches_sorted(tmp_path: Path) -> None:
    for name in ("p2.jsonl", "p1.jsonl", "q.jsonl", "sub/p3.jsonl"):
        put(tmp_path / name, b'{"title": "%s"}' % name.encode())
    assert titles(str(tmp_path / "p*.jsonl")) == ["p1.jsonl", "p2.jsonl"]
    assert titles(str(tmp_path / "**" / "p*.jsonl")) == ["p1.jsonl", "p2.jsonl", "sub/p3.jsonl"]


def test_a_glob_that_meets_an_empty_folder_passes_it_by(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    put(tmp_path / "a.jsonl", LINE)
    assert titles(str(tmp_path / "*")) == ["Tides"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    assert titles(str(put(tmp_path / "papers[1].jsonl", LINE))) == ["Tides"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing.jsonl", "no such file or folder"),
        ("*.nothing", "no file matches this pattern"),
        ("empty", "a folder without files"),
    ],
)
def test_what_is_not_there_is_an_error_that_names_it(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match=message) as caught:
        titles(str(tmp_path / name))
    assert name in str(caught.value)


def test_the_error_of_a_missing_file_comes_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        read_papers([put(tmp_path / "a.jsonl", LINE), tmp_path / "nothing"])


def test_no_corpus_an_unknown_format_and_a_page_date_without_a_year_are_errors() -> None:
    with pytest.raises(CorpusError, match="no corpus"):
        read_papers([])
    with pytest.raises(CorpusError, match="unknown format 'xml'") as caught:
        read_papers("x", format="xml")
    assert "hf-text" in caught.value.hint
    with pytest.raises(CorpusError, match="page date 'Mar 28'"):
        read_papers("x", page_date="Mar 28")


def test_standard_input_is_read_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, LINE + b"oops\n")
    assert list(read_papers("-"))[1] == BadRecord("standard input:2", "not valid JSON")


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_standard_input_is_read_compressed_and_among_files(monkeypatch, tmp_path: Path, compress) -> None:
    give(monkeypatch, compress(b'{"title": "Piped"}\n'))
    assert titles([put(tmp_path / "a.jsonl", LINE), "-"]) == ["Tides", "Piped"]


def test_empty_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, b"")
    assert list(read_papers("-")) == [BadRecord("standard input", "an empty file")]


@pytest.mark.parametrize("data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0), b"\xff\xfe"])
def test_an_empty_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = put(tmp_path / "a.jsonl", data)
    assert list(read_papers(path)) == [BadRecord(str(path), "an empty file")]


def frames(*parts: bytes) -> bytes:
    return b"".join(map(zstandard.ZstdCompressor().compress, parts))


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(LINE + LINE, mtime=0),
        gzip.compress(LINE, mtime=0) + gzip.compress(LINE, mtime=0),
        frames(LINE + LINE),
        frames(LINE, LINE),
        frames(LINE) + b"\x50\x2a\x4d\x18\x03\0\0\0abc" + frames(LINE),  # a frame to be skipped, as pzstd writes them
        gzip.compress(b"\xef\xbb\xbf" + LINE + LINE, mtime=0),
        b"\xef\xbb\xbf" + LINE + LINE,
        (LINE + LINE).decode().encode("utf-16"),
        b"\xfe\xff" + (LINE + LINE).decode().encode("utf-16-be"),
        gzip.compress((LINE + LINE).decode().encode("utf-16"), mtime=0),
    ],
)
def test_compression_and_encoding_are_told_by_the_first_bytes_whatever_the_name(tmp_path: Path, data: bytes) -> None:
    assert titles(put(tmp_path / "papers.dat", data)) == ["Tides", "Tides"]


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_compressed_file_longer_than_every_buffer_is_read_whole(tmp_path: Path, compress) -> None:
    expected = [f"Tide {number} {number * 7919 % 10007}" for number in range(40_000)]
    data = "".join(f'{{"title": "{title}"}}\n' for title in expected).encode()
    assert titles(put(tmp_path / "a", compress(data))) == expected


def test_an_utf16_file_longer_than_every_buffer_is_read_whole(tmp_path: Path) -> None:
    expected = [f"Étude 𝛼 {number}" for number in range(10_000)]
    text = "".join(f'{{"title": "{title}"}}\r\n' for title in expected)
    assert titles(put(tmp_path / "a", text.encode("utf-16"))) == expected


@pytest.mark.parametrize("size", [12, 40, 1000, -1])
@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_torn_file_is_an_error_wherever_it_is_torn(tmp_path: Path, compress, size: int) -> None:
    text = b"".join(b'{"title": "%d %d"}\n' % (number, number * 7919 % 10007) for number in range(2000))
    with pytest.raises(CorpusError, match=r"a\.jsonl: .*damaged"):
        titles(put(tmp_path / "a.jsonl", compress(text)[:size]))


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_file_that_rotted_is_an_error(tmp_path: Path, kind: str) -> None:
    data = bytearray(gzip.compress(LINE * 100) if kind == "gzip" else frames(LINE, LINE) + b"left over")
    if kind == "gzip":
        data[-6] ^= 0xFF  # in its checksum
    with pytest.raises(CorpusError, match=f"damaged {kind} data"):
        titles(put(tmp_path / "a.jsonl", bytes(data)))


def test_binary_data_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"model\.bin: expected a corpus, got binary data"):
        titles(put(tmp_path / "model.bin", b"\x93NUMPY\x01\0v\0{'descr': '<f4'}"))


def test_text_of_no_known_format_is_an_error_that_shows_its_beginning(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="begins with 'Dear diary, today'") as caught:
        titles(put(tmp_path / "notes.txt", b"Dear diary,\ntoday\n"))
    assert "hf-text" in caught.value.hint


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    path = put(tmp_path / "a.jsonl", LINE)
    path.chmod(0)
    try:
        path.open().close()
    except PermissionError:
        with pytest.raises(CorpusError, match=r"a\.jsonl: cannot be read \(Permission denied\)"):
            titles(path)
    finally:
        path.chmod(0o600)


def test_lines_are_numbered_and_a_line_too_long_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIMIT_BYTES", 8)
    path = put(tmp_path / "a", b"1234567\n12345678\n123456789012345678901\r\n\nend")
    with sources.open_source(sources.Source("a", path)) as opened:
        assert list(opened.lines()) == [(1, b"1234567"), (2, None), (3, None), (4, b""), (5, b"end")]


def test_reading_stops_where_its_reader_stops(tmp_path: Path) -> None:
    entries = read_papers(write_jsonl(tmp_path / "a.jsonl", [{"title": "A"}, {"title": "B"}]))
    assert next(entries).title == "A"
    entries.close()


@pytest.mark.parametrize(
    ("name", "text"),
    [("p.csv", "Code;Heading;Words\n1;Tides;They come.\n"), ("p.tsv", "Code\tHeading\tWords\n1\tTides\tThey come.\n")],
)
def test_a_table_without_a_title_names_its_columns_and_those_expected(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(
        CorpusError, match=r"no column is a title or an abstract; there are Code, Heading, Words$"
    ) as caught:
        list(read_papers(tmp_path / name))
    assert caught.value.hint.startswith("expected one that is called title or paper_title or")


def test_json_without_a_title_names_its_fields_and_those_expected(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text('{"code": 1, "heading": "Tides", "more": {"words": "They come."}}\n' * 2)
    *_, told = read_papers(tmp_path / "p.jsonl")
    assert isinstance(told, BadRecord)
    assert told.reason.endswith("; there are code, heading, more, words")
    assert "names its title title or paper_title or article_title, nor its abstract abstract or" in told.reason
