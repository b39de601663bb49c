"""Many processes ask an index while one writes it; an index is asked where nothing can be written."""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sharing
from conftest import TinyEncoder
from sharing import Answer

from semsearch.errors import StoreError
from semsearch.search import SearchIndex
from semsearch.store import roll_back, writing
from semsearch.update import add_papers, remove_papers, sync_papers

GENERATIONS = 8


def test_every_answer_is_of_one_whole_generation_while_others_are_published(tmp_path: Path) -> None:
    """More readers and generations: tests/torture/readers.py."""
    told = sharing.run(tmp_path, ("refresh", "reopen", "command"), GENERATIONS)
    assert list(told) == ["0 refresh", "1 reopen", "2 command"]
    for questions, editions in told.values():
        assert questions >= 2
        assert editions == sorted(editions)
        assert editions[-1] == GENERATIONS


def tiny(_: int) -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Answer]:
    """What two editions answer to the same question."""
    index = tmp_path_factory.mktemp("editions") / "index"
    found: dict[int, Answer] = {}
    for edition in (1, 2):
        sharing.publish(index, edition, TinyEncoder())
        with SearchIndex(index, encoder=TinyEncoder()) as opened:
            found[edition] = json.loads(json.dumps(opened.search("whale", 3).as_dict()))
    return found


def _one_paper(mixed: Answer, other: Answer) -> None:
    mixed["hits"][1]["paper"] = other["hits"][1]["paper"]


def _title_alone(mixed: Answer, other: Answer) -> None:
    mixed["hits"][0]["paper"]["title"] = other["hits"][0]["paper"]["title"]


def _all_papers(mixed: Answer, other: Answer) -> None:
    for mine, theirs in zip(mixed["hits"], other["hits"], strict=True):
        mine["paper"] = theirs["paper"]


def _all_similarities(mixed: Answer, other: Answer) -> None:
    for mine, theirs in zip(mixed["hits"], other["hits"], strict=True):
        mine["similarity"] = theirs["similarity"]


def _keywords_of_another_row(mixed: Answer, _: Answer) -> None:
    first, second = mixed["hits"][:2]
    first["lexical"], second["lexical"] = second["lexical"], first["lexical"]


def _summary(mixed: Answer, other: Answer) -> None:
    mixed["index"] = other["index"]


@pytest.mark.parametrize(
    "mix",
    [_one_paper, _title_alone, _all_papers, _all_similarities, _keywords_of_another_row, _summary],
)
def test_the_readers_would_see_an_answer_that_is_mixed(
    answers: dict[int, Answer], mix: Callable[[Answer, Answer], None]
) -> None:
    assert [sharing.edition_of(answer, tiny) for answer in answers.values()] == [1, 2]
    mixed = copy.deepcopy(answers[1])
    mix(mixed, answers[2])
    with pytest.raises((AssertionError, ValueError)):
        sharing.edition_of(mixed, tiny)


def test_an_index_is_moved_while_it_is_asked_and_written_to_where_it_lies_then(tmp_path: Path) -> None:
    sharing.publish(tmp_path / "index", 1, TinyEncoder())
    with SearchIndex(tmp_path / "index", encoder=TinyEncoder()) as before:
        moved = (tmp_path / "index").rename(tmp_path / "moved")
        shutil.copytree(moved, tmp_path / "copy")
        for edition in (2, 3):
            sharing.publish(moved, edition, TinyEncoder())
        for path, edition in ((moved, 3), (tmp_path / "copy", 1)):
            with SearchIndex(path, encoder=TinyEncoder()) as index:
                assert sharing.edition_of(index.search("whale", 3).as_dict(), tiny) == edition
        assert sharing.edition_of(before.search("whale", 3).as_dict(), tiny) == 1


def test_no_writer_gets_in_while_another_is_at_work(tmp_path: Path) -> None:
    """Each is told the process that is; once it has ended, the next one gets in, and readers never wait."""
    index = tmp_path / "index"
    for edition in (1, 2):
        sharing.publish(index, edition, TinyEncoder())
    corpus = tmp_path / "corpus.jsonl"
    writers: dict[str, Callable[[], object]] = {
        "build": lambda: sharing.publish(index, 3, TinyEncoder()),
        "add": lambda: add_papers([corpus], index, encoder=TinyEncoder()),
        "sync": lambda: sync_papers([corpus], index, encoder=TinyEncoder()),
        "remove": lambda: remove_papers(["whale"], index, encoder=TinyEncoder()),
        "rollback": lambda: roll_back(index),
    }
    with writing(index):
        for write in writers.values():
            with pytest.raises(StoreError, match=rf"another process \(pid {os.getpid()}\) is writing to this index"):
                write()
        with SearchIndex(index, encoder=TinyEncoder()) as opened:
            assert sharing.edition_of(opened.search("whale", 3).as_dict(), tiny) == 2
    assert roll_back(index).name == "generation-000001"


# Where nothing can be written

MOUNTED = """
mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 77
shift
exec "$@"
"""
"""Runs a command with a folder read-only, also for root, in a name space of its own."""


def on_read_only_media(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare here: a folder cannot be made read-only for root")
    mounted = [unshare, "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", str(folder)]
    ran = subprocess.run([*mounted, sys.executable, *command], capture_output=True, encoding="utf-8", check=False)
    if ran.returncode == 77 or ran.stderr.startswith("unshare:"):
        pytest.skip(f"a folder cannot be mounted read-only here ({ran.stderr.strip()})")
    return ran


@pytest.fixture(scope="module")
def disc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index that brings its encoder."""
    folder = tmp_path_factory.mktemp("disc")
    sharing.publish(folder / "index", 1, sharing.write_encoder(folder / "encoder", 0))
    return folder


def test_an_index_on_read_only_media_answers(disc: Path) -> None:
    command = ("-m", "semsearch", "query", "whale", "-k", "3", "--json", "--index", str(disc / "index"))
    ran = on_read_only_media(disc, *command)
    assert (ran.returncode, ran.stderr) == (0, "")
    found: dict[str, Any] = json.loads(ran.stdout)
    assert sharing.edition_of(found, lambda _: sharing.OnnxEncoder.open(disc / "encoder")) == 1


def test_an_index_on_read_only_media_is_verified(disc: Path) -> None:
    ran = on_read_only_media(disc, "-m", "semsearch", "verify", "--index", str(disc / "index"))
    assert (ran.returncode, ran.stderr) == (0, "")


def test_an_index_on_read_only_media_is_not_written_to(disc: Path) -> None:
    command = ("-m", "semsearch", "build", "--sample", "--index", str(disc / "index"))
    ran = on_read_only_media(disc, *command)
    assert ran.returncode == 1
    assert "index" in ran.stderr
    assert "Read-only file system" in ran.stderr
    assert ran.stderr.count("\n") == 2
