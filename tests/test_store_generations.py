"""Generations: what may be written over, what is refused when opening, who may write, and what is kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch.build import build_index
from semsearch.errors import StoreError
from semsearch.search import SearchIndex
from semsearch.store import generations
from semsearch.store.generations import open_live
from semsearch.store.layout import check_target
from semsearch.store.seal import sealed
from semsearch.store.writing import writing


def corpus(path: Path, *words: str) -> Path:
    return write_jsonl(path, [{"id": word, "title": word, "abstract": f"All about {word}."} for word in words])


def build(index: Path, *words: str) -> str:
    """Build an index of a paper a word; returns the name of the generation."""
    return build_index(corpus(index.parent / "papers.jsonl", *words), index, model=TinyEncoder()).name


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build(folder / "index", "whales", "seals")
    return folder / "index"


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    """An index of two papers, of one's own to damage."""
    return Path(shutil.copytree(built, tmp_path / "index"))


def best(opened: SearchIndex, question: str) -> str:
    return opened.search(question, k=1)[0].id


def ask(path: Path, question: str) -> str:
    with SearchIndex(path, encoder=TinyEncoder()) as opened:
        return best(opened, question)


def contents(folder: Path) -> dict[str, bytes | None]:
    """Every path below folder but LOCK, and its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if path.name != "LOCK"
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# What may be written over


def put(folder: Path, *files: str) -> Path:
    """Make files, and for a name that ends with a slash a folder with a file in it."""
    for name in files:
        path = folder / (f"{name}mine.txt" if name.endswith("/") else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    return folder


@pytest.mark.parametrize("files", [(), ("README.md",), (".gitignore", ".git/"), ("README.md", ".DS_Store")])
def test_a_folder_with_nothing_but_a_readme_and_dotfiles_becomes_an_index(
    tmp_path: Path, files: tuple[str, ...]
) -> None:
    target = tmp_path / "target"
    target.mkdir()
    before = contents(put(target, *files))
    build(target, "whales")
    assert ask(target, "whales") == "whales"
    assert before.items() <= contents(target).items()


@pytest.mark.parametrize(
    "files",
    [
        ("thesis.tex",),
        ("README.md", "notes/"),
        ("CURRENT", "000003.log"),  # LevelDB
        ("CURRENT", "LOCK", "MANIFEST-000001"),
        ("CURRENT",),
        ("CURRENT/",),
        ("CURRENT.bak",),
        ("CURRENT.2024-01-01",),
        ("building-plans/",),
        ("building-2024/",),
        ("building-7/", "README.md"),
        ("generation-000001/",),  # of somebody's genetic algorithm
        ("generation-000001/", "generation-000002/", "LOCK"),
        ("generation-000001",),
        ("manifest.json", "papers.db"),
    ],
)
def test_a_folder_with_something_else_is_refused_and_untouched(tmp_path: Path, files: tuple[str, ...]) -> None:
    target = put(tmp_path / "target", *files)
    before = {path: path.read_bytes() for path in target.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match="expected an index or an empty folder, found") as error:
        build(target, "whales")
    assert error.value.hint == "name another --index"
    assert {path: path.read_bytes() for path in target.rglob("*") if path.is_file()} == before


def test_the_first_three_foreign_names_are_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"found a, b, c and 2 more$"):
        check_target(put(tmp_path, "a", "b", "c", "d", "e"))


def test_a_file_is_no_target(tmp_path: Path) -> None:
    put(tmp_path, "thesis")
    with pytest.raises(StoreError, match="a file, expected a folder"):
        build(tmp_path / "thesis", "whales")
    assert (tmp_path / "thesis").read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis/index", "dangling", "a" * 300])
def test_a_path_where_no_folder_can_be_is_a_clear_error(tmp_path: Path, name: str) -> None:
    put(tmp_path, "thesis")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="cannot be written"):
        build_index(corpus(tmp_path / "papers.jsonl", "whales"), tmp_path / name, model=TinyEncoder())


@pytest.mark.parametrize("files", [("notes.txt",), ("building-plans/", "CURRENT.bak", "generation-1/")])
def test_files_of_ones_own_in_an_index_survive_builds(index: Path, files: tuple[str, ...]) -> None:
    put(index, *files)
    for _ in range(3):
        build(index, "gulls")
    assert all((index / name).exists() for name in files)
    assert ask(index, "gulls") == "gulls"


def test_a_link_to_a_folder_is_a_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    build(tmp_path / "link", "whales")
    assert ask(tmp_path / "real", "whales") == "whales"


# Opening


def refused(index: Path) -> StoreError:
    with pytest.raises(StoreError) as error:
        SearchIndex(index)
    return error.value


def test_no_folder_and_an_empty_folder_are_no_index_and_say_how_to_build_one(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "none", "no such index"), (tmp_path, "no index here")):
        assert message in refused(path).message
        assert "semsearch build" in refused(path).hint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"generation-1",
        b"../../etc",
        b"generation-000001/../x",
        b"\xff\xfe",
        "generation-١١١١١١".encode(),
        b"x" * 9999,
    ],
)
def test_a_damaged_current_is_refused_and_mended_by_the_next_build(index: Path, content: bytes) -> None:
    (index / "CURRENT").write_bytes(content)
    error = refused(index)
    assert "expected the name of a generation" in error.message
    assert len(error.message) < len(str(index)) + 150
    assert error.hint == "build the index again"
    build(index, "gulls")
    assert ask(index, "gulls") == "gulls"


def test_a_current_that_is_no_file_is_a_clear_error(index: Path) -> None:
    (index / "CURRENT").unlink()
    (index / "CURRENT").mkdir()
    assert "cannot be read" in refused(index).message
    with pytest.raises(StoreError, match="CURRENT: a folder, expected a file"):
        build(index, "gulls")


def test_a_current_that_names_what_is_not_there_is_refused(index: Path) -> None:
    (index / "CURRENT").write_text("generation-000099\n")
    assert refused(index).message.endswith("generation-000099: named by CURRENT, but there is no such folder")
    (index / "generation-000099").mkdir()
    assert "no manifest.json in it" in refused(index).message


def test_a_current_may_lack_its_newline_or_have_been_edited_on_windows(index: Path) -> None:
    for ending in ("", "\r\n", "  \n\n"):
        (index / "CURRENT").write_bytes(f"generation-000001{ending}".encode())
        assert ask(index, "seals") == "seals"


Change = Callable[[dict[str, Any]], object]


def changed(index: Path, change: Change) -> None:
    path = index / "generation-000001" / "manifest.json"
    values = json.loads(path.read_text())
    change(values)
    values.pop("sha256", None)
    path.write_text(sealed(json.dumps(values, indent=1)))


def holder(values: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The object in which the last name of path is a field."""
    for name in path[:-1]:
        values = values[name]
    return values


PATHS_OF_FIELDS = [
    *[(name,) for name in ("format", "created", "semsearch", "parent", "counts", "encoder", "vectors", "skipped",
                           "corpus", "renamed", "files")],
    *[("counts", name) for name in ("records", "papers", "without_abstract", "cut")],
    *[("encoder", name) for name in ("model", "sha256", "dimensions", "max_tokens", "pooling", "recipe")],
    *[("vectors", name) for name in ("kind", "type", "dimensions", "count")],
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS_OF_FIELDS, ids=".".join)
def test_a_manifest_without_a_field_is_refused(index: Path, path: tuple[str, ...]) -> None:
    changed(index, lambda values: holder(values, path).pop(path[-1]))
    error = refused(index)
    assert "manifest.json" in error.message
    assert path[-1] in error.message
    assert error.hint


TEXTS = {"created", "semsearch", "parent", "model", "sha256", "pooling", "recipe"}


@pytest.mark.parametrize("path", PATHS_OF_FIELDS, ids=".".join)
def test_a_manifest_with_a_value_of_a_wrong_kind_is_refused(index: Path, path: tuple[str, ...]) -> None:
    field = path[-1]
    for wrong in ([], {}, "text", -1, True, 1.5, None, [1], {"a": 1}):
        fits = (wrong == "text" and field in TEXTS) or (wrong is None and field in {"parent", "max_tokens"})
        if not fits and not (wrong == [] and field in {"skipped", "corpus", "renamed"}):
            changed(index, lambda values, wrong=wrong: holder(values, path).update({field: wrong}))
            error = refused(index)
            assert error.hint
            assert str(index) in error.message


def test_a_field_that_a_later_version_added_is_let_be(index: Path) -> None:
    changed(index, lambda values: [values.update(novel=1), values["counts"].update(novel={})])
    assert ask(index, "seals") == "seals"


@pytest.mark.parametrize(("version", "hint"), [(5, "--upgrade"), (99, "--upgrade"), (1, "build"), ("2", "build")])
def test_another_format_is_refused_with_what_to_do(index: Path, version: object, hint: str) -> None:
    changed(index, lambda values: values.update(format=version))
    error = refused(index)
    assert f"an index of format {version!r}, this semsearch reads format 2" in error.message
    assert hint in error.hint


@pytest.mark.parametrize("content", ["", "{", "null", "[]", "3", '"format"', "{}", "[" * 100_000, '{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(index: Path, content: str) -> None:
    (index / "generation-000001" / "manifest.json").write_text(content)
    assert "manifest" in refused(index).message


@pytest.mark.parametrize("name", ["papers.db", "vectors.faiss"])
@pytest.mark.parametrize("bytes_more", [1, -1, None])
def test_a_part_of_another_size_or_missing_is_refused(index: Path, name: str, bytes_more: int | None) -> None:
    path = index / "generation-000001" / name
    content = path.read_bytes()
    path.unlink()
    if bytes_more is not None:
        path.write_bytes((content + b"\0")[: len(content) + bytes_more])
    message = refused(index).message
    assert f"{name}: expected {len(content)} bytes, got " in message
    assert message.endswith("no such file" if bytes_more is None else f"{len(content) + bytes_more} bytes")


def named(values: dict[str, Any], name: str) -> dict[str, Any]:
    return next(part for part in values["files"] if part["name"] == name)


@pytest.mark.parametrize("other", ["../../papers.db", "/etc/passwd", "papers.db/", "model.bin", "lexical/../x.term"])
def test_a_manifest_that_names_other_files_is_refused(index: Path, other: str) -> None:
    changed(index, lambda values: named(values, "papers.db").update(name=other))
    message = refused(index).message
    assert "expected the files papers.db, vectors.faiss, standing.json, lexical/meta.json, got" in message


@pytest.mark.parametrize(("part", "field"), [("counts", "papers"), ("vectors", "count"), ("vectors", "dimensions")])
def test_a_manifest_that_tells_another_number_than_its_files_is_refused(index: Path, part: str, field: str) -> None:
    changed(index, lambda values: values[part].update({field: 3}))
    message = refused(index).message
    assert "expected 3 papers in every part" in message or "got 3 vectors" in message or "of 3 dimensions" in message


def test_a_vectors_file_of_the_right_size_and_wrong_head_is_refused(index: Path) -> None:
    path = index / "generation-000001" / "vectors.faiss"
    path.write_bytes(b"\0" * path.stat().st_size)
    assert "another header" in refused(index).message


def test_a_read_only_index_opens(index: Path) -> None:
    """Where root runs the tests the modes mean nothing; that nothing is written shows all the same."""
    for path in [*index.rglob("*"), index]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = contents(index)
    try:
        assert ask(index, "seals") == "seals"
    finally:
        for path in [index, *index.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert contents(index) == before


def test_a_copied_and_a_moved_index_answer(index: Path, tmp_path: Path) -> None:
    shutil.copytree(index, tmp_path / "copy of it?#%20")
    assert ask(tmp_path / "copy of it?#%20", "seals") == "seals"
    index.rename(tmp_path / "moved")
    assert ask(tmp_path / "moved", "seals") == "seals"
    build(tmp_path / "moved", "gulls")
    assert ask(tmp_path / "moved", "gulls") == "gulls"


def test_a_copy_needs_neither_lock_nor_earlier_generations(index: Path, tmp_path: Path) -> None:
    live = build(index, "gulls", "terns")
    copy = tmp_path / "copy"
    shutil.copytree(index / live, copy / live)
    shutil.copy(index / "CURRENT", copy / "CURRENT")
    assert ask(copy, "terns") == "terns"


# Replacing


def test_the_live_generation_and_the_one_before_are_kept(index: Path) -> None:
    assert names(index) == ["CURRENT", "LOCK", "generation-000001"]
    build(index, "gulls")
    assert names(index) == ["CURRENT", "LOCK", "generation-000001", "generation-000002"]
    build(index, "terns")
    assert names(index) == ["CURRENT", "LOCK", "generation-000002", "generation-000003"]
    assert (index / "CURRENT").read_text() == "generation-000003\n"
    assert open_live(index).manifest.parent == "generation-000002"


def test_what_killed_writers_left_is_removed_and_their_numbers_are_not_used_again(index: Path) -> None:
    unfinished = [index / "building-0123456789abcdef", index / "CURRENT.0a1b2c3d"]
    put(unfinished[0], "papers.db")
    unfinished[1].write_text("generation-000001\n")
    shutil.copytree(index / "generation-000001", index / "generation-000007")  # published but for CURRENT
    assert build(index, "gulls") == "generation-000008"
    assert names(index) == ["CURRENT", "LOCK", "generation-000001", "generation-000008"]


def test_a_failed_write_leaves_no_folder(index: Path) -> None:
    before = contents(index)

    def fail() -> None:
        with writing(index) as building:
            put(building.folder, "papers.db", "vectors.faiss", "staging.db")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert contents(index) == before


def test_a_full_disk_is_a_clear_error_and_leaves_the_index(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    before = contents(index)
    monkeypatch.setattr(generations.files, "sync_file", full)
    with pytest.raises(StoreError, match=r"cannot be written \(No space left on device\)"):
        build(index, "gulls")
    left = {name: content for name, content in contents(index).items() if name not in before}
    assert {Path(name).name for name, content in left.items() if content is not None} == {"embedded.db"}
    assert {name: content for name, content in contents(index).items() if name in before} == before


def test_a_reader_keeps_answering_from_its_generation_while_others_replace_it(index: Path) -> None:
    with SearchIndex(index, encoder=TinyEncoder()) as reader:
        for word in ("gulls", "terns", "auks"):
            build(index, word)
        assert not (index / "generation-000001").exists()
        assert [best(reader, word) for word in ("whales", "seals")] == ["whales", "seals"]
        assert reader.paper("seals").abstract == "All about seals."
        assert [ranking.papers[0].id for ranking in reader.rank(["seals", "whales"])] == ["seals", "whales"]
        assert reader.similar("seals")[0].id == "whales"
    assert ask(index, "auks") == "auks"


def test_a_generation_replaced_while_it_is_opened_is_opened_anew(index: Path) -> None:
    opened: list[str] = []

    def opener(generation: generations.Generation) -> bytes:
        opened.append(generation.name)
        if len(opened) == 1:
            build(index, "gulls")
            build(index, "terns")  # which removes the first
        return generation.papers.read_bytes()

    generation, _ = generations.open_parts(index, opener)
    assert opened == ["generation-000001", generation.name] == ["generation-000001", "generation-000003"]


def test_what_fails_though_nothing_was_replaced_fails_at_once(index: Path) -> None:
    calls: list[str] = []

    def opener(generation: generations.Generation) -> None:
        calls.append(generation.name)
        raise PermissionError(13, "Permission denied", "papers.db")

    with pytest.raises(StoreError, match=r"papers\.db: cannot be read \(Permission denied\)"):
        generations.open_parts(index, opener)
    assert len(calls) == 1


# One writer

HOLD_LOCK = """
import sys
from pathlib import Path
from semsearch.store import writing
with writing(Path(sys.argv[1])):
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_with_the_pid_of_the_first(index: Path) -> None:
    before = contents(index)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_LOCK, str(index)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "writing\n"
        for _ in range(2):
            with pytest.raises(StoreError, match=rf"another process \(pid {first.pid}\) is writing to this index"):
                build(index, "gulls")
        assert ask(index, "seals") == "seals"
        first.communicate()
    assert first.returncode == 0
    assert contents(index) == before
    build(index, "gulls")
    assert (index / "LOCK").read_text() == f"{os.getpid()}\n"
