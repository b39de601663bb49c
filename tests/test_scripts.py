"""build_index.py and query.py as real processes with the bundled model, and query as a module."""

from __future__ import annotations

import importlib
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.errors import SemsearchError

ROOT = Path(__file__).parent.parent
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
RECORDS = [
    {
        "id": "penguins",
        "title": "Penguins of the Antarctic",
        "abstract": "Birds that swim under the ice and cannot fly.",
    },
    {
        "id": "whales",
        "title": "Songs of whales",
        "abstract": "Large sea mammals sing to each other over long distances.",
    },
    {"id": "primes", "title": "Gaps between primes", "abstract": "We bound the distance between prime numbers."},
    {"id": "bread", "title": "Yeast and dough", "abstract": "How bread rises while it is kept warm."},
]
QUESTION = "which birds live in the cold?"

MODULE = f"""
import json, sys
import query
found = query.search({QUESTION!r}, k=2)
like = query.similar(["penguins"], k=1)
rankings = query.rank([{QUESTION!r}, query.Question("x", "number theory")], k=2)
print(json.dumps({{
    "search": [(hit.rank, hit.id, hit.similarity) for hit in found],
    "similar": [hit.id for hit in like],
    "rank": [(one.query_id, [(paper.id, paper.similarity) for paper in one.papers]) for one in rankings],
}}))
"""


def start(folder: Path, *args: object, **environment: str) -> subprocess.Popen[str]:
    variables = {**os.environ, **OFFLINE, **environment}
    variables.pop("SEMSEARCH_INDEX", None)
    command = [sys.executable, *map(str, args)]
    return subprocess.Popen(
        command, cwd=folder, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate()
    return process.returncode, out, err


def script(folder: Path, *args: object) -> tuple[int, str, str]:
    return ended(start(folder, *args))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder elsewhere, with an index that build_index.py made."""
    folder = tmp_path_factory.mktemp("elsewhere")
    write_jsonl(folder / "papers.jsonl", RECORDS)
    code, out, err = script(folder, ROOT / "build_index.py", "papers.jsonl")
    assert (code, err) == (0, "")
    assert out.startswith("read 4 entries: 4 papers\nindex: index/generation-000001 (")
    return folder


@pytest.fixture(scope="module")
def asked(folder: Path) -> dict[str, tuple[int, str, str]]:
    """The two ways to ask that load the model, at the same time: a core each."""
    running = {
        "question": start(folder, ROOT / "query.py", QUESTION, "-k", 2, "--json"),
        "module": start(folder, "-c", MODULE, PYTHONPATH=str(ROOT)),
    }
    return {name: ended(process) for name, process in running.items()}


def test_a_question_to_the_script(asked: dict[str, tuple[int, str, str]]) -> None:
    code, out, err = asked["question"]
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["query"] == QUESTION
    assert answer["index"]["model"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert [hit["id"] for hit in answer["hits"]] == ["penguins", "whales"]
    assert 0.3 < answer["hits"][0]["similarity"] < 0.9


def test_the_module_answers_as_the_script_does(asked: dict[str, tuple[int, str, str]]) -> None:
    code, out, err = asked["module"]
    assert (code, err) == (0, "")
    answer: dict[str, Any] = json.loads(out)
    hits = json.loads(asked["question"][1])["hits"]
    expected = [[hit["rank"], hit["id"], pytest.approx(hit["similarity"], abs=1e-5)] for hit in hits]
    assert answer["search"] == expected
    assert answer["similar"] == ["whales"]
    (first, papers), (second, others) = answer["rank"]
    assert (first, second) == ("1", "x")
    assert papers == [hit[1:] for hit in expected]
    assert others[0][0] == "primes"


def test_papers_like_some_to_the_script(folder: Path) -> None:
    assert script(folder, ROOT / "query.py", "--like", "Songs of whales", "--ids", "-k", 1, "--mode", "dense") == (
        0,
        "penguins\n",
        "",
    )
    code, out, _ = script(folder, ROOT / "query.py", "--like", "whales", "--like", "penguins", "--json")
    assert code == 0
    assert json.loads(out)["like"] == ["whales", "penguins"]
    code, out, _ = script(folder, ROOT / "query.py", "cold", "--like", "whales", "--unlike", "bread", "--json")
    assert code == 0
    answer = json.loads(out)
    assert (answer["query"], answer["like"], answer["unlike"]) == ("cold", ["whales"], ["bread"])
    assert {hit["id"] for hit in answer["hits"]} == {"penguins", "primes"}


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--unlike", "whales"),
        ("x", "--batch", "q.txt"),
        ("--like", "whales", "--batch", "q.txt"),
        ("--unlike", "whales", "--batch", "q.txt"),
        ("--batch", "q.txt", "--json"),
        ("--batch", "q.txt", "--bibtex"),
        ("--batch", "q.txt", "--offset", "2"),
        ("x", "--json", "--ids"),
        ("x", "-k", "0"),
    ],
)
def test_misuse_of_the_script_exits_with_2(
    args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = in_process("query.py", args, monkeypatch, capsys)
    assert (code, out) == (2, "")
    assert "Usage: query.py" in err


def test_errors_of_the_scripts_are_two_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, args in (("query.py", ("x",)), ("query.py", ("--batch", "q")), ("build_index.py", ("none.jsonl",))):
        code, out, err = in_process(name, args, monkeypatch, capsys)
        assert (code, out) == (1, "")
        error, hint = err.splitlines()
        assert error.startswith("error: ")
        assert hint.startswith("hint: ")


def test_a_batch_to_the_script_is_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = TinyEncoder()
    monkeypatch.setattr("semsearch.build.load_encoder", lambda *_: tiny)
    monkeypatch.setattr("semsearch.opened.encoder_of", lambda *_: tiny)
    monkeypatch.chdir(tmp_path)
    many = [{"id": f"p{number}", "title": f"Paper number {number}"} for number in range(120)]
    write_jsonl(tmp_path / "papers.jsonl", [*RECORDS, *many])
    (tmp_path / "q.tsv").write_text("a\tSongs of whales\nb\tbread\n")
    assert in_process("build_index.py", ("papers.jsonl",), monkeypatch, capsys)[0] == 0
    code, out, err = in_process("query.py", ("--batch", "q.tsv"), monkeypatch, capsys)
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines()]
    assert [row[0] for row in rows] == ["a"] * 100 + ["b"] * 100
    assert rows[0][1:4] == ["Q0", "whales", "1"]
    tsv = in_process("query.py", ("--batch", "q.tsv", "--tsv", "-k", "1"), monkeypatch, capsys)[1]
    assert [line.split("\t")[:3] for line in tsv.splitlines()[:2]] == [["query_id", "id", "rank"], ["a", "whales", "1"]]
    jsonl = in_process("query.py", ("--batch", "q.tsv", "--jsonl", "-k", "1"), monkeypatch, capsys)[1]
    assert [json.loads(line)["query"] for line in jsonl.splitlines()] == ["Songs of whales", "bread"]


def test_the_module_answers_from_what_was_published_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index stays open, and its encoder is loaded once."""
    monkeypatch.syspath_prepend(str(ROOT))
    query = importlib.import_module("query")
    loaded: list[TinyEncoder] = []

    def load(*_: object) -> TinyEncoder:
        loaded.append(TinyEncoder())
        return loaded[-1]

    monkeypatch.setattr("semsearch.opened.encoder_of", load)
    index = tmp_path / "index"
    for number, record in enumerate(RECORDS, start=1):
        build_index(write_jsonl(tmp_path / "papers.jsonl", [record]), index, model=TinyEncoder())
        for _ in range(2):
            found = query.search("whales", index=index)
            assert [hit.id for hit in found] == [record["id"]]
            assert found.searched.generation == f"generation-{number:06}"
        assert [ranking.papers[0].id for ranking in query.rank(["ice"], index=index)] == [record["id"]]
    assert len(loaded) == 1
    shutil.rmtree(index)
    with pytest.raises(SemsearchError, match="no such index"):
        query.search("whales", index=index)


def in_process(
    name: str, args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    """Run a script as __main__ in this process, where the encoder can be another."""
    monkeypatch.setattr(sys, "argv", [name, *args])
    capsys.readouterr()
    with pytest.raises(SystemExit) as exit:
        runpy.run_path(str(ROOT / name), run_name="__main__")
    return int(exit.value.code or 0), *capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "code"), [(("--version",), 0), (("query", "x", "--index", "none"), 1), (("no",), 2)]
)
def test_the_process_ends_with_the_status_of_the_command(arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "semsearch", *arguments]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert ended.returncode == code
    assert (ended.stdout if code == 0 else ended.stderr).strip()
