"""The writer's side of an index: what is left for the next writer, what is kept, and what damage costs."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.errors import CorpusError, QueryError, StoreError
from semsearch.search import SearchIndex
from semsearch.store import generation_names, left_by_writers, open_live, roll_back
from semsearch.store.layout import index_option
from semsearch.store.seal import sealed
from semsearch.update import add_papers, remove_papers, sync_papers


class Interrupting(TinyEncoder):
    """Is interrupted in the call of that number."""

    def __init__(self, call: int) -> None:
        super().__init__()
        self._left = call

    def encode_documents(self, texts):  # type: ignore[no-untyped-def]
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return super().encode_documents(texts)


def corpus(folder: Path, name: str, numbers: range) -> Path:
    records = [
        {"id": f"{name}{n}", "title": f"Paper {name} {n}", "abstract": f"On {name}s, {n} of them."} for n in numbers
    ]
    return write_jsonl(folder / f"{name}-{numbers.start}-{numbers.stop}.jsonl", records)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build_index(corpus(tmp_path, "seal", range(30)), tmp_path / "index", model=TinyEncoder())
    return tmp_path / "index"


def ids(index: Path) -> set[str]:
    with SearchIndex(index, encoder=TinyEncoder()) as opened:
        return {hit.id for hit in opened.search("paper", 1000)}


@pytest.mark.parametrize("change", [build_index, add_papers, sync_papers])
def test_a_corpus_without_a_name_is_refused(index: Path, change: Callable[..., object]) -> None:
    """`sync "$UNSET"`: the path without a name is that of the current folder."""
    with pytest.raises(CorpusError, match="a corpus without a name"):
        change("", index)
    assert len(ids(index)) == 30


@pytest.mark.parametrize("names", [[None], [5], ["seal1", b"seal2"]])
def test_names_that_are_none_are_refused(index: Path, names: list[str]) -> None:
    with pytest.raises(QueryError, match="no ids of papers"):
        remove_papers(names, index)


def test_what_a_killed_writer_embedded_outlasts_other_changes(index: Path, tmp_path: Path) -> None:
    many = corpus(tmp_path, "gull", range(200))
    with pytest.raises(KeyboardInterrupt):
        add_papers(many, index, encoder=Interrupting(2))
    assert [count for _, count in left_by_writers(index)] == [128]
    remove_papers(["seal3"], index)
    assert add_papers(corpus(tmp_path, "whale", range(2)), index, encoder=TinyEncoder()).change.embedded == 2
    assert [count for _, count in left_by_writers(index)] == [128]
    done = add_papers(many, index, encoder=TinyEncoder())
    assert (done.change.added, done.change.embedded) == (200, 72)
    assert left_by_writers(index) == []
    assert len(ids(index)) == 231


def test_a_sync_leaves_nothing_for_later(index: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        add_papers(corpus(tmp_path, "gull", range(200)), index, encoder=Interrupting(1))
    sync_papers(corpus(tmp_path, "seal", range(20)), index, encoder=TinyEncoder())
    assert left_by_writers(index) == []


@pytest.mark.parametrize("damage", ["empty", "gone", "link"])
def test_with_a_damaged_current_build_keeps_the_generation_before(index: Path, tmp_path: Path, damage: str) -> None:
    current = index / "CURRENT"
    current.unlink()
    if damage == "empty":
        current.touch()
    elif damage == "link":
        current.symlink_to("generation-000001")
    encoder = TinyEncoder()
    build_index(corpus(tmp_path, "seal", range(31)), index, model=encoder)
    assert generation_names(index) == ["generation-000001", "generation-000002"]
    assert len(encoder.calls) == 1
    assert roll_back(str(index)).name == "generation-000001"
    assert len(ids(index)) == 30


def test_where_current_is_gone_rollback_is_told_and_mends_it(index: Path) -> None:
    (index / "CURRENT").unlink()
    with pytest.raises(StoreError) as refused:
        open_live(index)
    assert f"semsearch rollback --index {index}" in refused.value.hint
    assert roll_back(index).name == "generation-000001"
    assert len(ids(index)) == 30


def test_vectors_are_taken_over_although_keywords_are_damaged(index: Path, tmp_path: Path) -> None:
    next(open_live(index).lexical.glob("*.pos")).unlink()
    encoder = TinyEncoder()
    generation = build_index(corpus(tmp_path, "seal", range(30)), index, model=encoder)
    assert encoder.calls == []
    assert generation.manifest.change.reused == 30


def test_a_hash_that_is_none_is_damage_and_no_traceback(index: Path, tmp_path: Path) -> None:
    live = open_live(index)
    with closing(sqlite3.connect(live.papers)) as database:
        database.execute("UPDATE papers SET text_sha256 = x'00' WHERE row = 2")
        database.commit()
    reseal(live.folder)
    done = remove_papers(["seal1"], index, encoder=TinyEncoder())
    assert (done.change.removed, done.change.embedded) == (1, 29)  # nothing of it is believed
    build_index(corpus(tmp_path, "seal", range(30)), index, model=TinyEncoder())
    assert len(ids(index)) == 30


def reseal(folder: Path) -> None:
    from semsearch.store.files import sha256

    values = json.loads((folder / "manifest.json").read_text())
    del values["sha256"]
    for part in values["files"]:
        part["bytes"], part["sha256"] = (folder / part["name"]).stat().st_size, sha256(folder / part["name"])
    (folder / "manifest.json").write_text(sealed(json.dumps(values, indent=1)))


def test_others_may_read_the_keywords_too(index: Path) -> None:
    live = open_live(index)
    modes = {path.stat().st_mode for path in [live.papers, *live.lexical.iterdir()]}
    assert len(modes) == 1


def test_what_cannot_be_removed_is_told(
    index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)  # as where another user owns what is in the folder
    with caplog.at_level(logging.WARNING):
        remove_papers(["seal3"], index, keep=0)
    assert "cannot be removed, and holds what the index no longer does" in caplog.text


def test_less_than_nothing_cannot_be_kept(index: Path) -> None:
    with pytest.raises(StoreError, match="expected 0 or more"):
        remove_papers(["seal3"], index, keep=-1)
    assert len(ids(index)) == 30


def test_hints_name_the_index_unless_it_is_the_usual_one(tmp_path: Path) -> None:
    assert index_option(Path("index")) == ""
    assert index_option(Path("my papers")) == " --index 'my papers'"
