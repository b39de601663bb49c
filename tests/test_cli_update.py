"""add, remove, sync, rollback and info --generations as a user calls them, and Ctrl-C in a real process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl
from states import Record, state
from test_cli import Ran, fails, misused

from semsearch import cli
from semsearch.store import open_live

WHALES: Record = {"id": "w", "title": "Whales", "abstract": "They sing to each other."}
SEALS: Record = {"id": "s", "title": "Seals", "abstract": "They bark on the ice.", "doi": "10.1000/seals"}
GULLS: Record = {"id": "g", "title": "Gulls", "abstract": "They eat chips."}
TERNS: Record = {"id": "t", "title": "Terns", "abstract": "They fly from pole to pole."}


class Shell:
    """Calls commands in this process, on an index named `i` in a folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder, self.index = folder, folder / "i"
        self._capsys, self._patch = capsys, patch

    def __call__(self, *args: object) -> Ran:
        self._patch.setattr(sys, "argv", ["semsearch", *map(str, args), "--index", str(self.index)])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Ran(int(ended.value.code or 0), *self._capsys.readouterr())

    def corpus(self, *records: Record) -> Path:
        return write_jsonl(self.folder / "corpus.jsonl", records)

    def lines(self, *args: object) -> list[str]:
        """What a command that succeeds prints, its seconds left out."""
        ran = self(*args)
        assert (ran.code, ran.err) == (0, "")
        return [re.sub(r"\d+\.\d s\)$", "... s)", line) for line in ran.lines]


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    for where in ("semsearch.build.load_encoder", "semsearch.opened.encoder_of", "semsearch.update.encoder_of"):
        monkeypatch.setattr(where, lambda *_: TinyEncoder())
    monkeypatch.delenv("SEMSEARCH_INDEX", raising=False)
    shell = Shell(tmp_path, capsys, monkeypatch)
    shell("build", shell.corpus(WHALES, SEALS, GULLS))
    return shell


def test_add_tells_what_came_in_and_how_to_undo_it(shell: Shell) -> None:
    corpus = shell.corpus(TERNS, {**SEALS, "abstract": "They sleep."}, WHALES, {"id": "x"})
    assert shell.lines("add", corpus) == [
        "1 added, 1 replaced, 0 removed, 1 unchanged",
        f"skipped 1: neither title nor abstract ({corpus}:4)",
        "embedded 2 texts, took over the vectors of 2",
        f"index: {shell.index}/generation-000002 (4 papers, ... s)",
        f"undo:  semsearch rollback --index {shell.index}",
    ]
    assert shell.lines("add", shell.corpus(TERNS)) == [
        "0 added, 0 replaced, 0 removed, 1 unchanged",
        f"index: {shell.index}/generation-000002 as it was, there was nothing to change (... s)",
    ]


def test_records_that_are_one_paper_are_told(shell: Shell) -> None:
    merged = "merged 1: the same paper as another entry, by DOI, arXiv id, or title and abstract"
    assert shell.lines("add", shell.corpus(TERNS, {**TERNS, "id": "t2"}))[:2] == [
        "1 added, 0 replaced, 0 removed, 0 unchanged", merged,
    ]  # fmt: skip
    assert f"             {merged}" in shell.lines("info")
    shell("add", shell.corpus({**SEALS, "id": "s2", "title": "Seals again"}))  # joins the seals that there are
    assert f"             {merged.replace('1', '2')}" in shell.lines("info")


def test_sync_tells_what_became_of_the_papers(shell: Shell) -> None:
    assert shell.lines("sync", shell.corpus(TERNS, WHALES))[:2] == [
        "1 added, 0 replaced, 2 removed, 1 unchanged",
        "embedded 1 texts, took over the vectors of 1",
    ]
    assert state(shell.index).ids == ["t", "w"]


def test_remove_takes_names_or_a_file_of_them(shell: Shell, tmp_path: Path) -> None:
    assert shell.lines("remove", "10.1000/SEALS")[0] == "0 added, 0 replaced, 1 removed, 2 unchanged"
    assert state(shell.index).ids == ["g", "w"]
    fails(shell("remove", "g", "nobody"), "not in the index: 1 of 2 papers ('nobody'); nothing was removed", "--from")
    (tmp_path / "names").write_text("nobody\ng\n")
    ran = shell("remove", "--from", tmp_path / "names")
    assert (ran.code, ran.lines[0]) == (0, "0 added, 0 replaced, 1 removed, 1 unchanged")
    assert ran.err == "not in the index: 1 (nobody)\n"
    fails(shell("remove", "w"), "no paper would be left")
    misused(shell("remove"), "name papers, or a file of names by --from")
    misused(shell("remove", "w", "--from", tmp_path / "names"), "name papers, or a file of names by --from")
    misused(shell("remove", "w", "--keep", "-1"), "--keep")
    assert state(shell.index).ids == ["w"]


def test_rollback_goes_back_and_forward_and_info_lists_the_generations(shell: Shell) -> None:
    shell("add", shell.corpus(TERNS))
    before = state(shell.index)
    listed = [re.sub(r"\d{4}-\S+", "DATE", line) for line in shell.lines("info", "--generations")]
    assert listed == [
        "generation-000002  live  DATE  4 papers  add: 1 added",
        "generation-000001        DATE  3 papers  build: 3 added",
    ]
    created = open_live(shell.index).manifest.created
    (line,) = shell.lines("rollback")
    assert line.startswith(f"live: {shell.index}/generation-000001 (3 papers, published ")
    values = json.loads(shell("info", "--generations", "--json").out)
    assert [(each["name"], each["live"]) for each in values] == [
        ("generation-000002", False),
        ("generation-000001", True),
    ]
    fails(shell("rollback"), "no generation before generation-000001", "semsearch rollback --to generation-000002")
    fails(shell("rollback", "--to", "generation-000007"), "no generation generation-000007; there is generation-000002")
    assert shell.lines("rollback", "--to", "generation-000002") == [
        f"live: {shell.index}/generation-000002 (4 papers, published {created})"
    ]
    assert state(shell.index) == before


def test_keep_bounds_what_stays_on_the_disk(shell: Shell) -> None:
    for number, keep in enumerate(("2", "2", "0")):
        shell("add", shell.corpus({**TERNS, "citations": number}), "--keep", keep)
        names = [line.split()[0] for line in shell.lines("info", "--generations")]
        assert names == [f"generation-{each:06}" for each in range(number + 2, number + 1 - int(keep), -1) if each]


def test_a_damaged_live_generation_is_listed_refused_and_left(shell: Shell) -> None:
    shell("add", shell.corpus(TERNS))
    (shell.index / "generation-000002" / "vectors.faiss").unlink()
    for command in (("add", shell.corpus(GULLS)), ("remove", "w"), ("sync", shell.corpus(GULLS))):
        fails(shell(*command), "generation-000002/vectors.faiss: ", "semsearch rollback")
    first, second = shell.lines("info", "--generations")
    assert first.startswith("generation-000002  live  ")
    assert "vectors.faiss" in first
    assert second.startswith("generation-000001        ")
    shell.lines("rollback")
    assert shell.lines("add", shell.corpus(TERNS))[0] == "1 added, 0 replaced, 0 removed, 0 unchanged"


@pytest.mark.parametrize("command", ["add", "sync", "remove", "rollback"])
def test_where_there_is_no_index_none_is_made(shell: Shell, command: str) -> None:
    corpus = shell.corpus(WHALES)
    shutil.rmtree(shell.index)
    given = {"remove": ["w"], "rollback": []}.get(command, [corpus])
    fails(shell(command, *given), f"{shell.index}: no such index", "semsearch build")
    assert not shell.index.exists()


INTERRUPTED = """
import os, signal, sys
sys.path.insert(0, sys.argv.pop(1))
from conftest import TinyEncoder
import semsearch.build, semsearch.update
from semsearch import cli
from semsearch.store import files

class Interrupted(TinyEncoder):
    def encode_documents(self, texts):
        if self.calls:
            os.kill(os.getpid(), signal.SIGINT)
        return super().encode_documents(texts)

when, encoder, rename = sys.argv.pop(1), Interrupted(), files.rename
def renamed(source, target):
    rename(source, target)
    if target.name == "CURRENT":
        os.kill(os.getpid(), signal.SIGINT)

if when == "switched":
    files.rename, encoder = renamed, TinyEncoder()
semsearch.build.load_encoder = semsearch.update.encoder_of = lambda *_: encoder
cli.process()
"""


def interrupted(when: str, *args: object) -> Ran:
    command = [sys.executable, "-c", INTERRUPTED, str(Path(__file__).parent), when, *map(str, args)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT there")
@pytest.mark.parametrize("command", ["build", "add", "sync"])
def test_ctrl_c_ends_tidily_and_the_same_command_goes_on(shell: Shell, command: str) -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    before = state(shell.index)
    corpus = shell.corpus(*({"id": f"p{n}", "title": f"Paper {n}"} for n in range(100)))
    ran = interrupted("embedding", command, corpus, "--index", shell.index)
    (kept,) = re.findall(r"kept: (\d+) embedded texts", ran.err)
    assert ran == Ran(
        130,
        "",
        "interrupted: the index is as it was\n"
        f"kept: {kept} embedded texts; the same command again goes on from there\n",
    )
    assert 0 < int(kept) <= 64
    assert state(shell.index) == before
    known = int(kept) + (3 if command == "add" else 0)
    told = f"embedded {100 - int(kept)} texts, took over the vectors of {known}"
    assert told in shell.lines(command, corpus)
    assert open_live(shell.index).manifest.counts.papers == 100 + (3 if command == "add" else 0)
    assert sorted(path.name[:10] for path in shell.index.iterdir()) == ["CURRENT", "LOCK", "generation", "generation"]


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT there")
def test_ctrl_c_behind_the_switch_tells_that_the_new_one_is_live(shell: Shell) -> None:
    ran = interrupted("switched", "add", shell.corpus(TERNS), "--index", shell.index)
    assert ran == Ran(130, "", "interrupted: the index is now generation-000002\n")
    assert state(shell.index).ids == ["g", "s", "t", "w"]
