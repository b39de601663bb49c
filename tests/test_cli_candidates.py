"""The file of `--candidates`: what kind it is, what is read of it, and the runs that it makes."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch import cli
from semsearch.build import build_index
from semsearch.cli.candidates import read_candidates
from semsearch.errors import SemsearchError
from semsearch.paper import Paper

RUN = "q1 Q0 a 1 0.9 tag\nq1 Q0 b 2 0.8 tag\nq2 Q0 10.1000/b 1 0.7 tag\n"
BIBTEX = "@article{new, title = {New tides}, abstract = {The moon.}}\n@misc{bare, year = 2020}\n"
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>a query</title>
<entry><id>http://arxiv.org/abs/2601.00001v1</id><title>Of tides</title><summary>The moon again.</summary>
<published>2026-01-02T00:00:00Z</published><author><name>Ada Berg</name></author></entry></feed>
"""
RECORDS = [
    {"id": "b", "title": "Tides", "abstract": "The moon pulls the sea.", "doi": "10.1000/B"},
    {"id": "a", "title": "Winds", "abstract": "Air moves."},
    {"id": "c", "title": "Bees", "abstract": "They dance."},
]


@pytest.mark.parametrize(
    ("name", "content", "given"),
    [
        ("ids", "a\n10.1000/b\n", ("a", "10.1000/b")),
        ("titles.txt", "Of tides, winds and bees\nQ0 is a quality\n", ("Of tides, winds and bees", "Q0 is a quality")),
        ("run.trec", RUN, {"q1": ["a", "b"], "q2": ["10.1000/b"]}),
        ("hits.json", json.dumps({"hits": [{"id": "z", "paper": {"id": "z"}}]}), (("z",),)),
        ("ids.jsonl", '{"id": "a"}\n{"id": "b"}\n', (("a",), ("b",))),
    ],
)
def test_names_and_runs_are_told_apart(tmp_path: Path, name: str, content: str, given: object) -> None:
    (tmp_path / name).write_text(content)
    assert read_candidates(str(tmp_path / name)).given == given
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    assert read_candidates(str(tmp_path / f"{name}.gz")).given == given


@pytest.mark.parametrize(
    ("name", "content", "titles"),
    [
        ("new.bib", BIBTEX, ["New tides"]),
        ("pasted", BIBTEX, ["New tides"]),
        ("today", ATOM, ["Of tides"]),
        ("new.csv", "title,abstract\nA title,Some words.\n", ["A title"]),
        ("new.json", json.dumps(RECORDS), ["Tides", "Winds", "Bees"]),
        ("new", "TY  - JOUR\nTI  - Of tides\nER  - \n", ["Of tides"]),
    ],
)
def test_papers_are_read_in_any_format(tmp_path: Path, name: str, content: str, titles: list[str]) -> None:
    (tmp_path / name).write_text(content)
    papers = read_candidates(str(tmp_path / name)).given
    assert [paper.title for paper in papers if isinstance(paper, Paper)] == titles


def test_what_could_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "new.bib").write_text(BIBTEX)
    assert read_candidates(str(tmp_path / "new.bib")).notes == ("candidates left out: 1 x neither title nor abstract",)


@pytest.mark.parametrize(("content", "given"), [("a\nb\n", ("a", "b")), (RUN, {"q1": ["a", "b"], "q2": ["10.1000/b"]})])
def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, content: str, given: object) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content.encode()))))
    assert read_candidates("-").given == given


def test_papers_are_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for content, given in ((json.dumps(RECORDS), ["b", "a", "c"]), ('{"id": "z", "paper": {"id": "z"}}', [("z",)])):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content.encode()))))
        assert [each.id if isinstance(each, Paper) else each for each in read_candidates("-").given] == given


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "ids: no paper is named in it"),
        (RUN.encode() + b"q3 Q0 x\n", "ids:4: 3 columns, expected the six of a TREC run"),
    ],
)
def test_a_file_that_says_nothing_is_an_error(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "ids").write_bytes(content)
    with pytest.raises(SemsearchError, match=told):
        read_candidates(str(tmp_path / "ids"))
    with pytest.raises(SemsearchError, match="no such file"):
        read_candidates(str(tmp_path / "none"))


def test_two_files_have_two_digests(tmp_path: Path) -> None:
    digests = set()
    for number, content in enumerate(
        ("a\n", "b\n", RUN, RUN.replace("q2", "q3"), BIBTEX, BIBTEX.replace("moon", "sun"))
    ):
        (tmp_path / str(number)).write_text(content)
        digests.add(read_candidates(str(tmp_path / str(number))).digest)
    assert len(digests) == 6


# Runs

Rank = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Rank:
    """Calls `semsearch rank` over an index of RECORDS: its exit status, output and errors."""
    build_index(write_jsonl(tmp_path / "papers.jsonl", RECORDS), tmp_path / "index", model=TinyEncoder())
    (tmp_path / "q.jsonl").write_text('{"id": "q1", "text": "the moon"}\n{"id": "q2", "text": "", "like": ["c"]}\n')
    (tmp_path / "new.bib").write_text(BIBTEX)
    monkeypatch.setattr("semsearch.opened.encoder_of", lambda *_: TinyEncoder())
    monkeypatch.chdir(tmp_path)

    def called(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["semsearch", "rank", *args])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return called


def test_new_papers_are_ranked_for_each_interest(rank: Rank) -> None:
    code, out, err = rank("q.jsonl", "--candidates", "new.bib", "--format", "jsonl")
    assert (code, err) == (0, "candidates left out: 1 x neither title nor abstract\n")
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["query_id"], line["query"], line["id"], line["title"]) for line in lines] == [
        ("q1", "the moon", "new", "New tides"),
        ("q2", None, "new", "New tides"),
    ]
    assert rank("q.jsonl", "--candidates", "new.bib")[1].split()[:4] == ["q1", "Q0", "new", "1"]


def test_a_run_is_ranked_again(rank: Rank) -> None:
    Path("run").write_text("q1 Q0 a 1 0.9 x\nq1 Q0 b 2 0.8 x\nq1 Q0 z 3 0.7 x\n")
    code, out, err = rank("q.jsonl", "--candidates", "run", "--format", "tsv")
    assert code == 0
    assert [line.split("\t")[:3] for line in out.splitlines()[1:]] == [["q1", "b", "1"], ["q1", "a", "2"]]
    assert err.splitlines() == ["not in the index, of the candidates: 1 (z)", "questions without candidates: 1 (q2)"]
    Path("q.jsonl").write_text("".join(f'{{"id": "n{n}", "text": "the moon"}}\n' for n in range(4)))
    err = rank("q.jsonl", "--candidates", "run")[2]
    assert err.splitlines()[-1] == "questions without candidates: 4 (n0, n1, n2, ...)"


def test_an_interest_that_names_nobody_is_an_error_with_its_line(rank: Rank) -> None:
    for line, told in (
        ('{"like": ["gone"]}', "error: bad.jsonl:2: 'gone': no paper of this id"),
        ('{"text": "x", "like": 7}', "error: bad.jsonl:2: expected ids of papers under `like`, a list, got 7"),
        ('{"unlike": ["a"]}', "error: bad.jsonl:2: expected a question under `text`, got unlike"),
        ('{"text": " ", "unlike": ["a"]}', "error: bad.jsonl:2: a question without text"),
    ):
        Path("bad.jsonl").write_text('{"text": "x"}\n' + line + "\n")
        code, out, err = rank("bad.jsonl")
        assert (code, out) == (1, "")
        assert err.startswith(told)


@pytest.mark.parametrize("args", [("--only", "ids", "--candidates", "ids"), ("--only", "-", "--candidates", "-")])
def test_candidates_exclude_what_says_the_same(rank: Rank, args: tuple[str, ...]) -> None:
    assert rank("q.jsonl", *args)[0] == 2


def test_a_run_over_candidates_is_not_gone_on_with_over_others(rank: Rank) -> None:
    Path("bad.jsonl").write_text("".join(f'{{"text": "x{n}"}}\n' for n in range(256)) + "{}\n")
    Path("ids").write_text("a\n")
    for args, told in (
        (("--candidates", "new.bib"), "bad.jsonl:257"),
        (("--candidates", "ids", "--resume"), "out.part: begun with candidates "),
        (("--resume",), ", now none"),
    ):
        code, _, err = rank("bad.jsonl", "-o", "out", *args)
        assert code == 1
        assert told in err
