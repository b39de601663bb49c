"""A real builder, killed with SIGKILL at every change that it makes to the file system, and in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.search import SearchIndex
from semsearch.store.generations import open_live

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")

OLD = [{"id": f"old{n}", "title": f"Old paper {n}", "abstract": f"Whales number {n}."} for n in range(20)]
NEW = [{"id": f"new{n}", "title": f"New paper {n}", "abstract": f"Seals number {n}."} for n in range(600)]

# For each line of JSON forks a builder, which says that it is there at the moment named, and waits to be killed.
BUILDER = """
import json, os, signal, sys
sys.path.insert(0, sys.argv[1])
from conftest import TinyEncoder
from semsearch.build import build_index
from semsearch.store import files

what, number, met = "", 0, 0
def moment(kind):
    global met
    met += kind == what
    if kind == what and met == number:
        print(os.getpid(), flush=True)
        while True:
            signal.pause()

def around(function):
    def call(*arguments):
        if function.__name__ == "remove" and arguments[0].is_dir():
            for entry in sorted(arguments[0].rglob("*"), reverse=True):
                entry.rmdir() if entry.is_dir() else entry.unlink()
                moment("removing")
        result = function(*arguments)
        moment("changed files")
        return result
    return call

for name in ("write_durably", "sync_file", "sync_folder", "rename", "make_folder", "remove"):
    setattr(files, name, around(getattr(files, name)))

class Slow(TinyEncoder):
    def encode_documents(self, texts):
        moment("embedding")
        return super().encode_documents(texts)

def told(stage, done, total):
    moment(stage)

while line := sys.stdin.readline():
    corpus, index, what, number = json.loads(line)
    if builder := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(builder, 0)[1]), flush=True)
    else:
        build_index(corpus, index, model=Slow(), progress=told)
        print("finished", flush=True)
        os._exit(0)
"""


Answers = list[tuple[str, float, str]]


def answers(index: Path) -> Answers:
    with SearchIndex(index, encoder=TinyEncoder()) as opened:
        return [
            (hit.id, hit.similarity, hit.paper.abstract)
            for question in ("Whales number 3.", "Seals number 7.")
            for hit in opened.search(question, 20)
        ]


class Crashes:
    """An index of OLD with a generation before it, and builders of NEW to be killed."""

    def __init__(self, folder: Path, builders: subprocess.Popen[str]) -> None:
        self._builders = builders
        self.index = folder / "index"
        self.before = folder / "before"
        self.old = write_jsonl(folder / "old.jsonl", OLD)
        self.new = write_jsonl(folder / "new.jsonl", NEW[:20])
        self.long = write_jsonl(folder / "long.jsonl", NEW)
        for _ in range(2):
            build_index(self.old, self.before, model=TinyEncoder())
        build_index(self.new, folder / "new", model=TinyEncoder())
        self.old_answers, self.new_answers = answers(self.before), answers(folder / "new")

    def restore(self) -> None:
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self.before, self.index)

    def kill(self, what: str, number: int) -> bool:
        """Kill a builder at this moment; False if it ended before."""
        corpus = self.new if what in ("changed files", "removing") else self.long
        self._tell(json.dumps([str(corpus), str(self.index), what, number]))
        word = self._told()
        if word != "finished":
            os.kill(int(word), signal.SIGKILL)
        assert self._told() == ("0" if word == "finished" else str(-signal.SIGKILL))
        return word != "finished"

    def _tell(self, line: str) -> None:
        assert self._builders.stdin is not None
        self._builders.stdin.write(line + "\n")
        self._builders.stdin.flush()

    def _told(self) -> str:
        assert self._builders.stdout is not None
        return self._builders.stdout.readline().strip()

    def build_again(self) -> None:
        """The next build publishes, and what the killed one left is gone, but what it published is kept."""
        live = open_live(self.index).name
        name = build_index(self.old, self.index, model=TinyEncoder()).name
        assert sorted(path.name for path in self.index.iterdir()) == ["CURRENT", "LOCK", live, name]
        assert answers(self.index) == self.old_answers


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashes]:
    command = [sys.executable, "-c", BUILDER, str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as builders:
        yield Crashes(tmp_path_factory.mktemp("crashes"), builders)
        builders.communicate()


@pytest.mark.parametrize(
    ("what", "number"), [("reading papers", 1), ("embedding", 1), ("embedding", 3), ("embedding papers", 3)]
)
def test_killed_at_work_the_earlier_index_answers_as_before(crashes: Crashes, what: str, number: int) -> None:
    crashes.restore()
    assert crashes.kill(what, number)
    assert len(list(crashes.index.glob("building-*"))) == 1
    assert answers(crashes.index) == crashes.old_answers
    crashes.build_again()


@pytest.mark.parametrize("what", ["changed files", "removing"])
def test_killed_at_any_change_of_files_there_is_a_whole_index(crashes: Crashes, what: str) -> None:
    """The earlier one until CURRENT was switched, then the new one."""
    switched: list[bool] = []
    crashes.restore()
    while crashes.kill(what, len(switched) + 1):
        switched.append((crashes.index / "CURRENT").read_text() != "generation-000002\n")
        assert answers(crashes.index) == (crashes.new_answers if switched[-1] else crashes.old_answers)
        crashes.build_again()
        crashes.restore()
    assert switched == sorted(switched)
    if what == "changed files":
        assert switched.count(False) >= 8  # among them: parts synced, manifest written, generation named
    assert switched.count(True) >= 2


def test_killed_again_and_again_nothing_piles_up(crashes: Crashes) -> None:
    crashes.restore()
    for number in (1, 2, 3):
        assert crashes.kill("embedding", number)
    assert len(list(crashes.index.glob("building-*"))) == 1
    assert answers(crashes.index) == crashes.old_answers
    crashes.build_again()


def test_the_first_build_killed_at_any_change_of_files_leaves_a_folder_that_can_be_built_in(crashes: Crashes) -> None:
    """Sampled: in the building folder, while its parts are sealed, named, and behind all."""
    killed = 0
    for number in range(2, 100, 2):
        shutil.rmtree(crashes.index, ignore_errors=True)
        if not crashes.kill("changed files", number):
            break
        killed += 1
        name = build_index(crashes.old, crashes.index, model=TinyEncoder()).name
        assert open_live(crashes.index).name == name
        assert answers(crashes.index) == crashes.old_answers
    assert killed >= 5
