"""Real writers, killed with SIGKILL at every change that they make to the file system, and in between: the index is
the one before or the one after, the same command again ends as if nothing had happened, and embeds nothing twice."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder, write_jsonl
from states import Record, State, built, state
from workers import Ended, Moment, Workers

from semsearch.build import build_index
from semsearch.store import left_by_writers, open_live
from semsearch.update import add_papers, remove_papers, sync_papers

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")

STRIDE = 1 if os.environ.get("SEMSEARCH_TORTURE") else 15
QUESTIONS = ("seals and whales number 7",)
OLD: list[Record] = [{"id": f"p{n}", "title": f"Old paper {n}", "abstract": f"Whales number {n}."} for n in range(20)]
NEW: list[Record] = [
    {"id": f"p{n}", "title": f"New paper {n}", "abstract": f"Seals number {n}."} for n in range(15, 100)
]


def seen(index: Path) -> State:
    return state(index, questions=QUESTIONS)


class Crashes:
    """An index of OLD with a generation before it, commands that change it, and what it is before and after each."""

    def __init__(self, folder: Path, workers: Workers) -> None:
        self._workers = workers
        self._origin = folder / "origin"
        self.index = folder / "index"
        for _ in range(2):
            built(self._origin, *OLD)
        self.new = write_jsonl(folder / "new.jsonl", NEW)
        only_new = write_jsonl(folder / "only-new.jsonl", NEW[5:])  # goes behind a copy of what is there
        self.given: dict[str, Any] = {
            "build": self.new, "add": only_new, "sync": self.new, "remove": ["p3", "p17"], "rollback": [],
        }  # fmt: skip
        self.before = seen(self._origin)
        self._after: dict[str, State] = {}

    def restore(self) -> None:
        shutil.rmtree(self.index, ignore_errors=True)
        shutil.copytree(self._origin, self.index)

    def seen(self) -> State:
        return seen(self.index)

    def after(self, command: str) -> State:
        """The state that the command ends in if nobody stops it."""
        if command not in self._after:
            self.restore()
            assert self.run(command).how == "finished"
            self._after[command] = seen(self.index)
        return self._after[command]

    def run(self, command: str, moment: Moment = Moment()) -> Ended:  # noqa: B008 (frozen)
        return self._workers.run(command, self.given[command], self.index, moment)

    def check(self, command: str, ended: Ended) -> bool:
        """The index is whole, and the same command ends well; returns whether the killed one had published."""
        found = seen(self.index)
        switched = (self.index / "CURRENT").read_text() != "generation-000002\n"
        assert found == (self.after(command) if switched else self.before)
        named = (self.index / "CURRENT").read_text().strip()
        left = left_by_writers(self.index)
        if command == "rollback" and switched:
            return True
        again = self._workers.run(command, self.given[command], self.index)
        assert again.how == "finished", again.text
        assert seen(self.index) == self.after(command)
        assert not set(again.encoded) & set(ended.safe), f"embedded again; {left}"
        names = sorted(path.name for path in self.index.iterdir())
        live = open_live(self.index).name
        if live != named and command != "rollback":
            assert names == ["CURRENT", "LOCK", *sorted({named, live})]
            assert sorted(path.name for path in (self.index / live).glob("embedded.db*")) == []
        return switched


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashes]:
    folder = tmp_path_factory.mktemp("crashes")
    workers = Workers(folder / "log")
    yield Crashes(folder, workers)
    workers.close()


@pytest.mark.parametrize("command", ["build", "add", "sync", "remove", "rollback"])
def test_killed_at_any_change_of_files_there_is_a_whole_index(crashes: Crashes, command: str) -> None:
    """The earlier one until CURRENT was switched, then the new one. Sampled; `make torture` takes every moment."""
    crashes.after(command)
    crashes.restore()
    stride = 1 if command == "rollback" else STRIDE
    switched = []
    last = crashes.run(command, Moment()).met
    for number in sorted({*range(1, last + 1, stride), last - 2, last}):
        crashes.restore()
        ended = crashes.run(command, Moment(number=number))
        assert ended.how == "killed"
        switched.append(crashes.check(command, ended))
    assert switched == sorted(switched)
    assert switched[0] is False
    assert switched[-1] is True


@pytest.mark.parametrize("at", ["embedding", "embedded"])
@pytest.mark.parametrize("command", ["build", "add", "sync"])
def test_killed_at_any_batch_the_next_goes_on_behind_the_last_that_is_safe(
    crashes: Crashes, command: str, at: str
) -> None:
    for number in (1, 2) if STRIDE == 1 else (2,):
        crashes.after(command)
        crashes.restore()
        ended = crashes.run(command, Moment(at, number))
        assert len(ended.safe) <= 64 * number
        ((folder, kept),) = left_by_writers(crashes.index)
        assert (folder.name[:9], kept, len(ended.encoded)) == ("building-", len(ended.safe), len(ended.safe))
        assert not crashes.check(command, ended)


def test_killed_while_folders_are_removed(crashes: Crashes) -> None:
    crashes.after("build")
    for number in range(1, 100, STRIDE):
        crashes.restore()
        ended = crashes.run("build", Moment("removing", number))
        if ended.how == "finished":
            break
        crashes.check("build", ended)
    assert number > 1


def test_killed_again_and_again_it_gets_on_and_nothing_piles_up(crashes: Crashes) -> None:
    crashes.after("build")
    crashes.restore()
    safe: list[str] = []
    for at in ("embedded", "embedding", "writing the index"):
        ended = crashes.run("build", Moment(at, 1))
        assert ended.how == "killed"
        assert not set(safe) & set(ended.encoded)
        safe += ended.safe
        ((_, kept),) = left_by_writers(crashes.index)
        assert kept == len(safe) == len(set(safe))
    assert len(safe) == len(NEW)
    again = crashes.run("build")
    assert (again.how, again.encoded) == ("finished", [])
    assert seen(crashes.index) == crashes.after("build")


@pytest.mark.parametrize("command", ["build", "add", "sync"])
def test_it_goes_on_by_content_whatever_became_of_the_corpus_meanwhile(
    crashes: Crashes, tmp_path: Path, command: str
) -> None:
    crashes.restore()
    ended = crashes.run(command, Moment("embedded", 1))
    assert 40 < len(ended.safe) <= 64
    more = [{"id": "more", "title": "More", "abstract": "Seals and whales."}, {**NEW[70], "title": "Another title"}]
    records = [*more, *reversed([record for n, record in enumerate(NEW) if n % 3 and n != 70]), *OLD[:3]]
    corpus = write_jsonl(tmp_path / "corpus.jsonl", records)
    encoder = TinyEncoder()
    if command == "build":
        build_index(corpus, crashes.index, model=encoder)
    else:
        {"add": add_papers, "sync": sync_papers}[command](corpus, crashes.index, encoder=encoder)
    unsafe = {f"{r['title']} {r['abstract']}" for r in records[:-3]} - set(ended.safe)
    assert sorted(encoder.calls) == sorted(unsafe)
    coming = {record["id"]: record for record in records}
    others = [record for record in OLD if record["id"] not in coming] if command == "add" else []
    built(tmp_path / "fresh", *others, *coming.values())
    assert seen(crashes.index) == seen(tmp_path / "fresh")


def test_a_removal_in_between_is_no_loss_of_the_index(crashes: Crashes) -> None:
    crashes.restore()
    crashes.run("add", Moment("embedded", 1))
    remove_papers(["p3", "p17"], crashes.index, encoder=TinyEncoder())
    assert seen(crashes.index) == crashes.after("remove")


def test_the_first_build_killed_at_any_change_of_files_leaves_a_folder_that_can_be_built_in(crashes: Crashes) -> None:
    for number in range(1, 100, STRIDE):
        shutil.rmtree(crashes.index, ignore_errors=True)
        ended = crashes.run("build", Moment(number=number))
        if ended.how == "finished":
            break
        again = crashes.run("build")
        assert (again.how, set(again.encoded) & set(ended.safe)) == ("finished", set())
        assert seen(crashes.index) == crashes.after("build")
    assert number > 10
