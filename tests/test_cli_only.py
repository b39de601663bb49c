"""The file of `--only`, and the filter that the options of the command line make."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest
import typer

from semsearch.cli.only import read_only
from semsearch.cli.options import filter_of
from semsearch.errors import SemsearchError
from semsearch.filters import Filter

RECORDS = [
    {"id": "b", "title": "Tides", "doi": "https://doi.org/10.1000/B"},
    {"id": "a", "title": "Winds", "arXiv": "2101.00001v2"},
]
JSONL = "".join(json.dumps(record) + "\n" for record in RECORDS)
NAMES = (("b", "10.1000/b"), ("a", "2101.00001"))
HITS = '{"rank": 1, "id": "z", "paper": {"id": "z", "doi": "10.1000/z"}}\n{"id": 7}\n'


@pytest.mark.parametrize(
    ("name", "content", "names"),
    [
        ("ids.txt", "a\n\n  b \r\na\n", ("a", "b")),
        ("ids", "\ufeff10.1000/one\nA whole title\t7\tx\n", ("10.1000/one", "A whole title")),
        ("ids.v1.lst", "鯨\n", ("鯨",)),
        ("corpus.jsonl", JSONL, NAMES),
        ("corpus.json", json.dumps(RECORDS), NAMES),
        ("corpus.csv", "id,title,DOI\nx,Tides,\ny,Winds,10.1000/y\n", (("x",), ("y", "10.1000/y"))),
        ("refs.bib", "@article{b, title = {Tides}, doi = {10.1000/b}}\n@misc{c, title = {C}}", (NAMES[0], ("c",))),
        ("refs.ris", "TY  - JOUR\nID  - b\nTI  - Tides\nDO  - 10.1000/b\nER  - \n", NAMES[:1]),
        ("lines", JSONL, NAMES),
        ("lines.txt", json.dumps(RECORDS), NAMES),
        ("marked", "\ufeff" + JSONL, NAMES),
        ("marked.txt", "\ufeff \n" + json.dumps(RECORDS), NAMES),
        ("spaced", "\n  \t" + JSONL, NAMES),
        ("hits", HITS, (("z", "10.1000/z"), ("7",))),
        ("hits.json", '{"query": "?", "hits": [' + HITS.replace("}\n{", "},{") + "]}", (("z", "10.1000/z"), ("7",))),
        ("names.json", '["a", "10.1000/b"]', (("a",), ("10.1000/b",))),
        ("titles", "[Re] A title\n{A} title\n", ("[Re] A title", "{A} title")),
        ("dois", '{"doi": "10.1000/q"}\n', (("10.1000/q",),)),
    ],
)
def test_names_are_read(tmp_path: Path, name: str, content: str, names: tuple[object, ...]) -> None:
    (tmp_path / name).write_bytes(content.encode())
    assert read_only(str(tmp_path / name)) == names


def test_compressed_files_and_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "ids.txt.gz").write_bytes(gzip.compress(b"a\nb\n"))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "papers.jsonl.gz").write_bytes(gzip.compress(JSONL.encode()))
    assert read_only(str(tmp_path / "ids.txt.gz")) == ("a", "b")
    (tmp_path / "packed").write_bytes(gzip.compress(JSONL.encode()))
    assert read_only(str(tmp_path / "packed")) == NAMES
    assert read_only(str(tmp_path / "corpus" / "papers.jsonl.gz")) == NAMES
    assert read_only(str(tmp_path / "corpus")) == NAMES


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("a\nb\n", ("a", "b")),
        (JSONL, NAMES),
        ("\ufeff\n " + JSONL, NAMES),
        (json.dumps(RECORDS, indent=1), NAMES),
        (json.dumps({"hits": [{"id": "z", "paper": RECORDS[0]}]}), NAMES[:1]),
        (HITS, (("z", "10.1000/z"), ("7",))),
    ],
)
def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, content: str, names: tuple[object, ...]) -> None:
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(content.encode())))
    monkeypatch.setattr(sys, "stdin", stream)
    assert read_only("-") == names


@pytest.mark.parametrize("content", [b"", b" \n\n", b"{}\n"])
def test_a_file_without_a_name_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ids").write_bytes(content)
    with pytest.raises(SemsearchError, match="ids: no paper is named in it"):
        read_only(str(tmp_path / "ids"))


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SemsearchError, match="no such file"):
        read_only(str(tmp_path / "ids"))


def test_options_make_a_filter(tmp_path: Path) -> None:
    (tmp_path / "ids").write_text("a\n")
    asked = filter_of("2020", "2021-06", None, ["ACL"], ["G Hinton"], ["cs", "math"], str(tmp_path / "ids"))
    assert asked == Filter("2020", "2021-06", None, ("ACL",), ("G Hinton",), ("cs", "math"), ("a",))
    assert filter_of(None, None, None, None, [], None, None) is None


@pytest.mark.parametrize(
    ("since", "until", "venue"), [("soon", None, None), ("2021", "2020", None), (None, None, [""])]
)
def test_an_option_that_says_nothing_is_a_usage_error(
    since: str | None, until: str | None, venue: list[str] | None
) -> None:
    with pytest.raises(typer.BadParameter, match="; "):
        filter_of(since, until, None, venue, None, None, None)
