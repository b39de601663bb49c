"""verify: names what is wrong, survives what crashes a library, and tells what is no fault."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from damage import flip, live, parts, reseal

from semsearch import cli
from semsearch.build import build_index
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.errors import StoreError
from semsearch.store import roll_back
from semsearch.store.manifest import read_manifest
from semsearch.verify import Report, child, verify
from semsearch.verify.contents import SAMPLE, least_cosines

TITLES = ("the whale song", "a seal of the ice", "gull and sand", "robot learns to walk", "warm ocean water")


def corpus(path: Path, *more: str) -> Path:
    titles = (*TITLES, *more)
    return write_jsonl(path, [{"id": f"p{n}", "title": t, "authors": ["Ann Lee"]} for n, t in enumerate(titles)])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, tiny_onnx: OnnxEncoder) -> Path:
    """An index of two generations."""
    folder = tmp_path_factory.mktemp("built")
    for more in ((), ("ice robot",)):
        build_index(corpus(folder / "p.jsonl", *more), folder / "index", model=tiny_onnx)
    return folder / "index"


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "index"))


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the hashes find wrong is opened by no library."""

    def opened(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("semsearch.verify.look_into", opened)
    monkeypatch.setattr(sqlite3, "connect", opened)


def problems(report: Report) -> dict[str, str]:
    """What is wrong with the files, by their names below the live generation."""
    return {each.name.removeprefix(f"{report.generation}/"): each.problem for each in report.wrong}


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: object) -> tuple[int, str, str]:
    """The exit status of the command, and what it printed."""
    monkeypatch.setattr(sys, "argv", ["semsearch", *map(str, args)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


# An index that is whole


def test_a_whole_index_is_whole_and_what_a_killed_writer_left_is_no_fault(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (index / "building-0123456789abcdef").mkdir()
    (index / "CURRENT.01234567").write_text("generation-000009\n")
    shutil.copytree(index / "generation-000001", index / "generation-000009")
    (live(index) / "notes.txt").write_text("mine")
    status, out, err = told(capsys, monkeypatch, "verify", "--index", index, "--json")
    assert (status, err) == (0, "")
    report = json.loads(out)
    assert report["whole"] is True
    assert report["generation"] == "generation-000002"
    assert report["before"] == {"name": "generation-000001", "problem": ""}
    assert report["notes"] == [
        "CURRENT.01234567: of a writer that was ended, or is at work, which the next one removes",
        "building-0123456789abcdef: of a writer that was ended, or is at work, which the next one removes",
        "generation-000009: a newer generation, which nothing reads",
    ]
    found = {each["name"].removeprefix("generation-000002/"): each["found"] for each in report["files"]}
    assert {*found} == {"CURRENT", *(path.relative_to(live(index)).as_posix() for path in parts(live(index)))}
    assert [each["name"] for each in report["files"] if each["foreign"]] == ["generation-000002/notes.txt"]
    assert found["papers.db"] == "6 papers, each text with its hash"
    assert found["vectors.faiss"].startswith("6 vectors of unit length; 6 texts encoded again, cosine 1.000000 or more")
    assert found["lexical/meta.json"] == "6 papers, 6 of them found by their words"


NATIVE = """
import sys
from semsearch.verify import verify
assert verify(sys.argv[1]).whole
print(*{"faiss", "tantivy", "onnxruntime", "tokenizers", "numpy", "sqlite3.connect"} & set(sys.modules))
"""


def test_verify_itself_loads_no_library_that_could_crash_it(built: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", NATIVE, str(built)], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert ran.stdout == "\n"


def test_an_index_whose_encoder_is_elsewhere_is_checked_but_for_it(tmp_path: Path) -> None:
    build_index(corpus(tmp_path / "p.jsonl"), tmp_path / "index", model=TinyEncoder())
    report = verify(tmp_path / "index")
    assert report.whole
    found = {each.name: each.found for each in report.files}["generation-000001/vectors.faiss"]
    assert found.startswith("5 vectors of unit length; no text was encoded again, as the encoder is not in the index (")


def test_where_no_index_is_there_is_nothing_to_verify(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(StoreError, match="no index here"):
            verify(path)


# Damage that the hashes find


@pytest.mark.usefixtures("unopened")
def test_each_damaged_file_is_named_and_the_one_before_is_offered(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [path for path in parts(live(index)) if path.name != "manifest.json"]
    for path in files:
        flip(path, path.stat().st_size // 2, 3)
    report = verify(index)
    assert {*problems(report)} == {path.relative_to(live(index)).as_posix() for path in files}
    assert all("damaged: expected sha256 " in p or "damaged (expected sha256 " in p for p in problems(report).values())
    status, out, err = told(capsys, monkeypatch, "verify", "--index", index)
    assert status == 1
    assert out.count("  WRONG  ") == len(files)
    assert "the generation before, generation-000001, is whole by its hashes" in out.splitlines()
    assert f"error: {index}: {len(files)} of {len(files) + 2} files are wrong (generation-000002/papers.db, " in err
    assert f"hint: the generation before, generation-000001, is whole: `semsearch rollback --index {index}`" in err


@pytest.mark.usefixtures("unopened")
def test_a_damaged_generation_before_is_told_and_not_offered(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("generation-000001", "generation-000002"):
        flip(index / name / "vectors.faiss", 100, 0)
    _, out, err = told(capsys, monkeypatch, "verify", "--index", index)
    assert "the generation before, generation-000001, is damaged (generation-000001/vectors.faiss: damaged: " in out
    assert err.endswith("hint: build the index again: vectors that are whole are taken over\n")


def test_after_a_rollback_the_way_that_is_offered_leads_to_the_later_generation(
    index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    roll_back(index)
    flip(index / "generation-000001" / "vectors.faiss", 100, 0)
    _, out, err = told(capsys, monkeypatch, "verify", "--index", index)
    assert "the later generation generation-000002 is whole by its hashes" in out.splitlines()
    assert f"`semsearch rollback --to generation-000002 --index {index}`" in err
    assert roll_back(index, "generation-000002").name == "generation-000002"
    assert verify(index).generation == "generation-000002"


@pytest.mark.parametrize(
    ("damage", "file", "problem"),
    [
        (lambda f: (f / "papers.db").unlink(), "papers.db", "got no such file"),
        (lambda f: (f / "papers.db").write_bytes(b""), "papers.db", "got 0 bytes"),
        (lambda f: shutil.rmtree(f / "lexical"), "lexical", "there is no such folder"),
        (lambda f: (f / "manifest.json").unlink(), "manifest.json", "there is no manifest.json in it"),
        (lambda f: flip(f / "manifest.json", 40, 1), "manifest.json", "damaged (its sha256 is not the one at its end)"),
        (lambda f: (f.parent / "CURRENT").write_text(f.name), "CURRENT", "and the end of a line, got b'generation-"),
        (lambda f: (f.parent / "CURRENT").write_text("x"), "CURRENT", "expected the name of a generation, got 'x'"),
    ],
)
@pytest.mark.usefixtures("unopened")
def test_what_is_missing_or_cut_is_named(
    index: Path, damage: Callable[[Path], object], file: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file == "CURRENT":  # its generation is looked into all the same
        monkeypatch.setattr("semsearch.verify.look_into", lambda *_: ())
    damage(live(index))
    report = verify(index)
    assert problem in problems(report)[file]
    assert report.before in ("generation-000001", "generation-000002")
    assert report.before_problem == ""


def test_what_a_writer_publishes_meanwhile_is_verified_instead(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look_into(folder: Path, *_: object) -> tuple[()]:
        looked.append(folder.name)
        if len(looked) == 1:
            shutil.copytree(index / "generation-000002", index / "generation-000003")
            (index / "CURRENT").write_text("generation-000003\n")
            shutil.rmtree(index / "generation-000001")
        return ()

    monkeypatch.setattr("semsearch.verify.look_into", look_into)
    report = verify(index)
    assert looked == ["generation-000002", "generation-000003"]
    assert (report.generation, report.whole, report.before) == ("generation-000003", True, "generation-000002")


# Damage whose hashes fit: another's index, or one that was written wrongly


def test_what_the_parts_hold_is_compared(index: Path) -> None:
    folder = live(index)
    with closing(sqlite3.connect(folder / "papers.db")) as database:
        database.execute("UPDATE papers SET title = 'another' WHERE row IN (1, 3)")
        database.execute("DELETE FROM names WHERE kind = 'id' AND row = 2")
        database.execute("UPDATE facet_arrays SET numbers = x'ffffffff' WHERE kind = 'author' AND name = 'rows'")
        database.commit()
    content = bytearray((folder / "vectors.faiss").read_bytes())
    content[81:83] = np.array([9], "<f2").tobytes()
    (folder / "vectors.faiss").write_bytes(content)
    reseal(folder)
    assert problems(verify(index)) == {
        "papers.db": "2 texts have another hash than the one that is kept (p1, p3)",
        "vectors.faiss": "1 vectors are not of unit length (rows 0)",
        "lexical/meta.json": "2 of 6 papers are not found by their words (p1, p3)",
    }


def test_vectors_of_other_texts_are_found_by_encoding_again(index: Path) -> None:
    path = live(index) / "vectors.faiss"
    content = path.read_bytes()
    row = (len(content) - 81) // 6
    path.write_bytes(content[:81] + content[81 + row : 81 + 2 * row] + content[81 : 81 + row] + content[81 + 2 * row :])
    reseal(live(index))
    found = problems(verify(index))
    assert [*found] == ["vectors.faiss"]
    assert found["vectors.faiss"].startswith("2 of 6 texts have another vector when they are encoded again (p0, p1; ")


def test_the_tolerance_is_as_wide_as_the_engine_is_coarse(tiny_onnx: OnnxEncoder) -> None:
    from dataclasses import replace

    identity = tiny_onnx.identity
    found = {
        (precision, engine): least_cosines(replace(identity, precision=precision, document_engine=engine))
        for precision in ("fp32", "int8")
        for engine in ("onnx", "torch-cuda-half")
    }
    assert found["fp32", "onnx"] > found["fp32", "torch-cuda-half"] > found["int8", "torch-cuda-half"]
    assert found["fp32", "onnx"] > found["int8", "onnx"] > found["int8", "torch-cuda-half"]
    assert SAMPLE == 32


# A library that crashes

CHILD = """
import os, signal, sys
for part in sys.argv[2:]:
    print('{"part": "%s"}' % part, flush=True)
    if part == "vectors.faiss":
        print("a library's own words", flush=True)
        MOMENT
    print('{"file": "%s", "problem": "", "found": "seen"}' % part, flush=True)
"""


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "FAISS was ended by SIGSEGV on opening it"),
        ("os.abort()", "FAISS was ended by SIGABRT on opening it"),
        ("raise ValueError('no such thing')", "FAISS fails on it (ValueError: no such thing)"),
        ("signal.pause()", "FAISS was not done with it after 1 s"),
    ],
)
def test_a_library_that_crashes_or_hangs_ends_its_child_alone_and_is_named(
    index: Path, moment: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_COMMAND", (sys.executable, "-c", CHILD.replace("MOMENT", moment)))
    monkeypatch.setattr(child, "_LEAST_TIME_S", 0.5)
    monkeypatch.setattr(child, "_BYTES_A_SECOND", 1e9)
    manifest = read_manifest(live(index))
    found = list(child.look_into(live(index), manifest, lambda *_: None))
    assert found == [("papers.db", "", "seen"), ("vectors.faiss", problem, ""), ("lexical", "", "seen")]
