"""Hostile files cost what limits.py says: a counted skip or an error, in bounded memory, and no good record."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from conftest import TinyEncoder, write_jsonl
from reader_cases import READERS, SEEDS, check_papers

from semsearch.build import build_index
from semsearch.cli.render import Shown, show_papers, show_results
from semsearch.corpus import FORMATS, BadRecord, hf_text, read_papers, sources
from semsearch.corpus.json_document import _values
from semsearch.corpus.json_lines import find_records
from semsearch.errors import CorpusError, EvaluationError, QueryError, SemsearchError
from semsearch.evaluate.judgements import read_judgements
from semsearch.evaluate.runs import read_run
from semsearch.limits import ID_CHARS, LIMIT_BYTES, TEXT_CHARS, TOO_LONG, TOO_LONG_ID, TOO_MUCH_TEXT
from semsearch.paper import parse_doi
from semsearch.questions import read_questions
from semsearch.search import SearchIndex

# Reads from memory that is made as it is read, and tells the papers, the reasons, and by how much the process grew.
CHILD = """
import io, json, resource, sys
sys.path.insert(0, sys.argv[1])
from semsearch.corpus import BadRecord, read_papers
import semsearch.corpus.fields

class Stream(io.RawIOBase):
    def __init__(self, parts):
        self.parts = iter(parts)
        self.left = memoryview(b"")
    def readable(self):
        return True
    def readinto(self, buffer):
        self.left = self.left or memoryview(next(self.parts, b""))
        size = min(len(buffer), len(self.left))
        buffer[:size] = self.left[:size]
        self.left = self.left[size:]
        return size

def peak():
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1 << 10)

for line in sys.stdin.buffer:
    format, before, filler, times, behind = json.loads(line)
    filler = filler.encode() * 1000
    parts = (before.encode(), *(filler for _ in range(times)), behind.encode())
    sys.stdin = io.TextIOWrapper(io.BufferedReader(Stream(parts)))
    start, papers, reasons = peak(), [], []
    for entry in read_papers("-", format=format):
        reasons.append(entry.reason) if isinstance(entry, BadRecord) else papers.append(entry.title[:100])
    print(json.dumps([papers, reasons, peak() - start]), flush=True)
"""


def read_in_child(cases: list[tuple[str, str, str, int, str]]) -> list[tuple[list[str], list[str], float]]:
    """(titles, reasons, MiB by which the process grew) of (format, before, filler, thousands of it, behind) each."""
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    command = [sys.executable, "-c", CHILD, str(Path(__file__).parent.parent)]
    child = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    return [tuple(json.loads(line)) for line in child.stdout.splitlines()]


def around_abstract(format: str) -> tuple[str, str]:
    """A valid file of five records, cut in two behind the first words of the third's title."""
    seed = SEEDS[format]
    before, word, behind = seed.file(seed.records()).decode().partition("Tide 2")
    assert word
    return before + word, behind


@pytest.mark.skipif(os.name == "nt", reason="no ru_maxrss there")
@pytest.mark.parametrize("format", [name for name in FORMATS if not FORMATS[name].magic])
def test_a_record_of_100_mb_costs_itself_and_little_memory(format: str) -> None:
    before, behind = around_abstract(format)
    ((papers, reasons, grown_mib),) = read_in_child([(format, before, "tide ", 20_000, behind)])
    assert papers == [f"Tide {n}" for n in (0, 1, 3, 4)]
    assert len(reasons) == 1
    assert TOO_LONG in reasons[0]
    assert grown_mib < 8 * LIMIT_BYTES / (1 << 20)


@pytest.mark.skipif(os.name == "nt", reason="no ru_maxrss there")
def test_the_costliest_json_stays_within_its_bound() -> None:
    """Empty lists, of which three bytes become 64 and more: as a line just within the limit."""
    good, lists = '{"title": "A"}', (LIMIT_BYTES - 100) // 3000
    ((papers, reasons, grown_mib),) = read_in_child(
        [("jsonl", f'{good}\n{{"title": "B", "x": [', "[],", lists, f"1]}}\n{good}\n")]
    )
    assert (papers, reasons) == (["A", "B", "A"], [])
    assert grown_mib < 640, "LIMIT_BYTES decides"


def entries(tmp_path: Path, data: bytes, **options: str) -> list[str]:
    """The titles, and the reasons why others are none."""
    path = tmp_path / "file"
    path.write_bytes(data)
    found = list(read_papers(path, **options))
    check_papers(found)
    return [f"! {entry.reason}" if isinstance(entry, BadRecord) else entry.title for entry in found]


def record(**fields: object) -> bytes:
    return json.dumps({"title": "T"} | fields).encode() + b"\n"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": "x" * (TEXT_CHARS + 1)}, TOO_MUCH_TEXT),
        ({"abstract": "x" * TEXT_CHARS}, TOO_MUCH_TEXT),
        ({"authors": ["Ada Brook"] * (TEXT_CHARS // 9)}, TOO_MUCH_TEXT),
        ({"authors": [[]] * (TEXT_CHARS + 1)}, TOO_MUCH_TEXT),
        ({"keywords": "x;" * TEXT_CHARS}, TOO_MUCH_TEXT),
        ({"id": "x" * (ID_CHARS + 1)}, TOO_LONG_ID),
        ({"id": " x" * 1000}, TOO_LONG_ID),
    ],
)
def test_a_paper_that_is_too_large_is_told(tmp_path: Path, fields: dict[str, object], reason: str) -> None:
    assert entries(tmp_path, record() + record(**fields) + record(), format="jsonl") == ["T", f"! {reason}", "T"]


@pytest.mark.parametrize(
    "fields",
    [
        {"abstract": "x" * (TEXT_CHARS - 100)},
        {"authors": [f"A {n}" for n in range(100_000)]},
        {"id": "x" * ID_CHARS},
        {"full_text": "x" * 2 * TEXT_CHARS},
    ],
)
def test_a_paper_that_is_just_not_too_large_is_kept(tmp_path: Path, fields: dict[str, object]) -> None:
    assert entries(tmp_path, record(**fields), format="jsonl") == ["T"]


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("hf-text", f"Daily Papers\n\nTides\n\n{'x' * TEXT_CHARS}\n\n2 authors\n\u00b7\nSep 29, 2025\n\nA\n\nB\n"),
        ("csv", f"title,abstract\nTides,{'x' * TEXT_CHARS}\nA,B\n"),
    ],
)
def test_other_formats_tell_it_too(tmp_path: Path, format: str, data: str) -> None:
    assert entries(tmp_path, data.encode(), format=format) == [f"! {TOO_MUCH_TEXT}", "A"]


def test_a_paragraph_of_many_lines_is_a_record_that_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hf_text, "LIMIT_BYTES", 10_000)
    seed = SEEDS["hf-text"]
    first, second, third, *others = seed.records()
    long = second.replace(b"Why", b"line\n" * 1000 + b"Why")
    data = seed.file([first, long, third.replace(b"Tide", b"line\n" * 1000 + b"Tide"), *others])
    assert entries(tmp_path, data) == ["Tide 0", *[f"! {TOO_LONG}"] * 2, "Tide 3", "Tide 4"]


@pytest.mark.parametrize("piece", [b"\0", b" ", b"[", b'{"title": "x"},\n'])
@pytest.mark.parametrize("compress", [gzip.compress, zstandard.ZstdCompressor().compress])
def test_a_file_that_grows_out_of_all_proportion_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: bytes, compress
) -> None:
    monkeypatch.setattr(sources, "EXPANSION_FROM_BYTES", 1 << 19)
    path = tmp_path / "bomb.gz"
    path.write_bytes(compress(b'{"title": "A"}\n' + piece * ((1 << 20) // len(piece))))
    with pytest.raises(CorpusError, match="grows to more than 200 times its size") as caught:
        for _ in read_papers(path, format="jsonl"):
            pass
    assert "decompress it first" in caught.value.hint


def test_a_small_file_may_be_as_dense_as_it_likes(tmp_path: Path) -> None:
    data = b'{"title": "A"}\n' * 10_000
    assert len(gzip.compress(data)) * 200 < len(data)
    assert entries(tmp_path, gzip.compress(data)) == ["A"] * 10_000


@pytest.mark.parametrize("unit", ['{"a" 1},', '{"a": "x}, ', '{"a":{"b" 1},\n{"title":"x",', '},{"t":"\\"', '{"a":[\n'])
def test_broken_json_is_passed_over_in_linear_time(monkeypatch: pytest.MonkeyPatch, unit: str) -> None:
    from semsearch.corpus import json_document

    class Counting(json.JSONDecoder):
        looked_at = 0

        def raw_decode(self, text: str, idx: int = 0) -> tuple[object, int]:
            assert Counting.looked_at < 7_000 * 200_000, "it grows with the square"
            try:
                value, end = super().raw_decode(text, idx)
            except json.JSONDecodeError as fault:
                Counting.looked_at += fault.pos  # from the beginning: its lines are counted
                raise
            except RecursionError:
                Counting.looked_at += 8000
                raise
            Counting.looked_at += end - idx
            return value, end

    monkeypatch.setattr(json_document, "_DECODER", Counting())
    text = '[{"a" 1,' + unit * (200_000 // len(unit))
    assert sum(isinstance(value, BadRecord) for value in _values(iter([text]))) > 0
    assert Counting.looked_at > 0


def test_a_string_that_never_closes_is_looked_at_once() -> None:
    assert find_records('{"' + '\\"' * 30_000) == (0, 0)
    assert find_records('{"papers": [{"' + '\\"' * 30_000) == (2, 12)


def test_a_doi_of_a_megabyte_is_none() -> None:
    assert parse_doi("x.y/" + "10.1234/" * 100_000 + " z") is None


@pytest.mark.parametrize("name", [name for name in READERS if name not in ("looking inside", *FORMATS)])
def test_a_line_of_any_length_is_an_error_of_the_other_readers(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (LIMIT_BYTES + 1))
    with pytest.raises(SemsearchError):
        READERS[name](path)


def test_ids_texts_and_grades_have_limits_everywhere(tmp_path: Path) -> None:
    path = tmp_path / "file"
    long = "x" * (ID_CHARS + 1)
    path.write_text(f"{long}\twhy?\n")
    with pytest.raises(QueryError, match=f"file:1: {TOO_LONG_ID}"):
        list(read_questions(path))
    path.write_text("q1\t" + "x" * (TEXT_CHARS + 1))
    with pytest.raises(QueryError, match=f"file:1: {TOO_MUCH_TEXT}"):
        list(read_questions(path))
    for line in (f"{long} 0 p 1", f"q 0 {long} 1"):
        path.write_text(line)
        with pytest.raises(EvaluationError, match=f"file:1: {TOO_LONG_ID}"):
            read_judgements(path)
    for grade in ("9" * 5000, "1000001", "-99999999999"):
        path.write_text(f"q 0 p {grade}")
        with pytest.raises(EvaluationError, match="whole number of at most 1000000") as caught:
            read_judgements(path)
        assert len(caught.value.message) < 300
    path.write_text(f"q Q0 {long} 1 1.0 t")
    with pytest.raises(EvaluationError, match=TOO_LONG_ID):
        read_run(path)


@pytest.mark.skipif(sys.platform != "linux", reason="names there are Unicode")
def test_a_file_name_without_utf8_and_with_a_line_end_is_told_on_one_line(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\n\x1b[31m\xff.jsonl"))
    path.write_bytes(b'{"title": "A"}\noops\n')
    for corpus in (path, tmp_path, str(tmp_path / "*")):
        _, bad = read_papers(corpus)
        assert bad == BadRecord(f"{tmp_path}/a\\n\\x1b[31m\\udcff.jsonl:2", "not valid JSON")
        bad.place.encode()


def test_a_title_of_nearly_a_million_characters_is_found_shown_and_widens_no_other_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    title = "tides " * 160_000
    corpus = [{"id": "long", "title": title}, {"id": "a/b\nc", "title": "Moons", "abstract": "tides"}]
    build_index(write_jsonl(tmp_path / "p.jsonl", corpus), tmp_path / "index", model=TinyEncoder())
    with SearchIndex(tmp_path / "index", encoder=TinyEncoder()) as index:
        results = index.search("tides", k=2)
        assert {hit.id for hit in results} == {"long", "a/b%0Ac"}
        assert index.paper("a/b\nc").title == "Moons"
        show_results(results, "table")
        lines = capsys.readouterr().out.splitlines()
        assert sorted(len(line) > 900_000 for line in lines) == [False] * (len(lines) - 1) + [True]
        assert max(len(line) for line in lines if title.strip() not in line) < 400
        show_papers([Shown(index.paper("long"))], "jsonl")
        assert json.loads(capsys.readouterr().out)["title"] == title.strip()
