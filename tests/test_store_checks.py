"""What opening checks: refused with a clear error before a library opens anything, at a cost that does not grow."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import faiss
import onnxruntime
import pytest
import tantivy
from conftest import TinyEncoder, write_jsonl
from damage import live, reseal

from semsearch.build import build_index
from semsearch.encoders import EncoderIdentity
from semsearch.errors import StoreError
from semsearch.lexical import LexicalWriter
from semsearch.search import SearchIndex
from semsearch.store.checks import checked, faults
from semsearch.store.manifest import read_manifest
from semsearch.store.segments import wrong_segments

WORDS = ("whales", "seals", "gulls")


class Carried(TinyEncoder):
    """The tiny encoder with files to travel in an index, which nobody here can run."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder  # type: ignore[assignment]
        self.identity = EncoderIdentity("tiny", "0" * 64, "fp32", 32, 50, "sum", engine="onnx", document_engine="onnx")
        folder.mkdir()
        for name in ("model.onnx", "tokenizer.json"):
            (folder / name).write_bytes(b"\1\2\3")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    corpus = write_jsonl(folder / "p.jsonl", [{"id": word, "title": word, "year": 2020} for word in WORDS])
    build_index(corpus, folder / "index", model=Carried(folder / "model"))
    return folder / "index"


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "index"))


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """FAISS, tantivy and onnxruntime open nothing."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(faiss, "read_index", opened)
    monkeypatch.setattr(tantivy, "Index", opened)
    monkeypatch.setattr(onnxruntime, "InferenceSession", opened)


def refused(index: Path) -> str:
    """The message of the error, without the folder of the live generation."""
    with pytest.raises(StoreError) as error:
        SearchIndex(index)
    assert error.value.hint
    assert str(index) in error.value.message
    return error.value.message.replace(f"{live(index)}/", "").replace(str(live(index)), "")


def test_an_index_as_it_was_built_has_no_faults(index: Path) -> None:
    assert list(faults(live(index), read_manifest(live(index)))) == []
    assert checked(live(index)).counts.papers == 3


# No file outside of its folder


@pytest.mark.parametrize(
    "name", ["papers.db", "vectors.faiss", "encoder/model.onnx", "encoder/encoder.json", "lexical/meta.json"]
)
@pytest.mark.usefixtures("unopened")
def test_a_link_in_place_of_a_file_is_refused(index: Path, name: str, tmp_path: Path) -> None:
    path = live(index) / name
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert refused(index) == f"{name}: expected {path.stat().st_size} bytes, got a link"


@pytest.mark.parametrize("name", ["encoder", "lexical"])
@pytest.mark.usefixtures("unopened")
def test_a_link_in_place_of_a_folder_is_refused(index: Path, name: str, tmp_path: Path) -> None:
    (live(index) / name).rename(tmp_path / "elsewhere")
    (live(index) / name).symlink_to(tmp_path / "elsewhere")
    assert refused(index) == f"{name}: it is a link or a file, and no folder of the index's own"


@pytest.mark.usefixtures("unopened")
def test_a_link_in_place_of_a_generation_its_manifest_or_current_is_refused(index: Path, tmp_path: Path) -> None:
    folder = live(index)
    (folder / "manifest.json").rename(tmp_path / "manifest.json")
    (folder / "manifest.json").symlink_to(tmp_path / "manifest.json")
    assert refused(index) == "manifest.json: a link, expected a file of the index's own"
    (folder / "manifest.json").unlink()
    (tmp_path / "manifest.json").rename(folder / "manifest.json")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert refused(index) == ": named by CURRENT, but it is a link or a file, and no folder of the index's own"
    (index / "CURRENT").rename(tmp_path / "CURRENT")
    (index / "CURRENT").symlink_to(tmp_path / "CURRENT")
    with pytest.raises(StoreError, match="CURRENT: a link"):
        SearchIndex(index)


@pytest.mark.usefixtures("unopened")
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(index: Path) -> None:
    for name in ("papers.db", "manifest.json"):
        (live(index) / name).unlink()
        os.mkfifo(live(index) / name)
        assert "got no file" in refused(index) if name == "papers.db" else "cannot be read (it is no file)"


def test_the_folder_of_an_index_may_be_a_link_and_be_moved(index: Path, tmp_path: Path) -> None:
    index.rename(tmp_path / "moved")
    (tmp_path / "link").symlink_to(tmp_path / "moved")
    with SearchIndex(tmp_path / "link", encoder=Carried(tmp_path / "model")) as opened:
        assert opened.search("seals", 1)[0].id == "seals"


# A manifest that fits its own seal, but not what is there


def rename(values: dict[str, Any], name: str, other: str) -> None:
    next(part for part in values["files"] if part["name"] == name).update(name=other)


def another(values: dict[str, Any], name: str) -> None:
    values["files"].append({"name": name, "bytes": 0, "sha256": ""})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: rename(v, "papers.db", "../papers.db"), "manifest.json: expected the files papers.db, "),
        (lambda v: rename(v, "papers.db", "/etc/passwd"), "manifest.json: expected the files papers.db, "),
        (lambda v: another(v, "encoder/weights.bin"), "got encoder/encoder.json, encoder/model.onnx, "),
        (lambda v: another(v, "papers.db"), "manifest.json: expected the files"),
        (lambda v: another(v, "lexical/../x.term"), "lexical/../x.term"),
        (lambda v: another(v, v["files"][-2]["name"]), "manifest.json: names a file twice"),
        (lambda v: another(v, f"lexical/{'0' * 32}.term"), "lexical/meta.json: names other files than"),
        (lambda v: v["vectors"].update(count=4), "expected 3 papers in every part, got 4 vectors, and keywords of 3"),
        (lambda v: v["lexical"].update(count=4), "expected 3 papers in every part, got 3 vectors, and keywords of 4"),
        (lambda v: v["counts"].update(papers=4), "expected 4 papers in every part, got 3 vectors"),
        (lambda v: v["vectors"].update(dimensions=31), "vectors of 31 dimensions, expected 32"),
        (lambda v: v["vectors"].update(type="SQ4"), "vectors of the plan exact SQ4, this semsearch searches exact SQ"),
        (lambda v: v["lexical"].update(kind="pickle"), "keywords by pickle, this semsearch searches tantivy"),
        (lambda v: v["encoder"].update(precision="x"), "an encoder of the precision 'x', this semsearch knows int8, "),
        (lambda v: v["encoder"].update(engine="x"), "manifest.json: expected the files"),
        (lambda v: v["encoder"].update(document_engine="x"), "an encoder of the document_engine 'x'"),
        (lambda v: v["encoder"].update(pooling="cls"), "encoder/encoder.json: another encoder than in manifest.json"),
        (lambda v: v["encoder"].update(sha256="1" * 64), "encoder/encoder.json: another encoder than in manifest"),
    ],
)
@pytest.mark.usefixtures("unopened")
def test_a_manifest_that_does_not_fit_is_refused(
    index: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    reseal(live(index), change)
    assert message in refused(index)


def test_other_counts_everywhere_are_found_in_each_part(index: Path) -> None:
    def four(values: dict[str, Any]) -> None:
        values["counts"]["papers"] = values["vectors"]["count"] = values["lexical"]["count"] = 4

    reseal(live(index), four)
    found = {fault.name: fault.problem for fault in faults(live(index), read_manifest(live(index)))}
    assert found == {
        "papers.db": "expected 4 papers, got 3",
        "vectors.faiss": "expected 4 vectors of 32 dimensions in 337 bytes, got 273 bytes with another header",
        "lexical/meta.json": "expected 4 papers in its segments, got 3",
    }


@pytest.mark.usefixtures("unopened")
def test_a_flipped_manifest_is_refused_and_a_huge_one_is_not_read(index: Path) -> None:
    path = live(index) / "manifest.json"
    content = path.read_text()
    path.write_text(content.replace('"title"', '"tidle"').replace("20", "21", 1))
    assert refused(index) == "manifest.json: damaged (its sha256 is not the one at its end)"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert refused(index) == f"manifest.json: {1 << 30} bytes, expected at most {1 << 24}"


@pytest.mark.usefixtures("unopened")
def test_a_huge_description_or_meta_is_not_read(index: Path) -> None:
    for name in ("encoder/encoder.json", "lexical/meta.json"):
        path = live(index) / name
        whole = path.read_bytes()
        with path.open("r+b") as file:
            file.truncate(1 << 24)
        reseal(live(index))
        assert refused(index) == f"{name}: {1 << 24} bytes, expected at most {1 << 20}"
        path.write_bytes(whole)


# What the parts say of themselves


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t INSERT ON papers BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
    ],
)
@pytest.mark.usefixtures("unopened")
def test_a_table_with_something_that_runs_is_refused(index: Path, sql: str) -> None:
    with closing(sqlite3.connect(live(index) / "papers.db")) as database:
        database.execute(sql)
    reseal(live(index))
    assert refused(index).startswith("papers.db: holds the ")


@pytest.mark.usefixtures("unopened")
def test_an_identity_that_is_none_is_refused(index: Path) -> None:
    for content in ("[]", "{}", '{"model": 3}', "\N{BYTE ORDER MARK}{", "[" * 9999):
        (live(index) / "encoder/encoder.json").write_text(content)
        reseal(live(index))
        assert refused(index).startswith("encoder/encoder.json: expected the identity of an encoder in JSON (")


@pytest.mark.usefixtures("unopened")
def test_a_flipped_small_file_is_refused(index: Path) -> None:
    for name in ("encoder/encoder.json", "lexical/meta.json"):
        path = live(index) / name
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b" ", b"\t", 1))
        assert refused(index).startswith(f"{name}: damaged (expected sha256 ")
        path.write_bytes(whole)


def meta(index: Path) -> dict[str, Any]:
    return json.loads((live(index) / "lexical/meta.json").read_text())  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v["schema"].pop(), "expected the fields text and row as semsearch makes them, got others"),
        (lambda v: v["schema"][0].update(name="title"), "expected the fields text and row"),
        (lambda v: v["schema"][0]["options"]["indexing"].update(tokenizer="raw"), "expected the fields text and row"),
        (lambda v: v["schema"][0]["options"].pop("indexing"), "expected the fields text and row"),
        (lambda v: v["schema"][1]["options"].update(fast=False), "expected the fields text and row"),
        (
            lambda v: v["segments"][0].update(deletes={}),
            "expected segments without deleted papers",
        ),
        (lambda v: v["segments"][0].update(segment_id="../../x"), "expected segments without deleted papers"),
        (lambda v: v["segments"].append(dict(v["segments"][0])), "expected segments without deleted papers"),
        (lambda v: v["segments"][0].update(max_doc=2), "expected 3 papers in its segments, got 2"),
        (lambda v: v["segments"][0].update(max_doc=True), "expected 3 papers in its segments, got True"),
        (lambda v: v["segments"][0].update(max_doc=-3), "expected 3 papers in its segments, got -3"),
        (lambda v: v["segments"].clear(), "names other files than the manifest ("),
        (lambda v: v.pop("segments"), "expected what tantivy writes of its segments (KeyError: 'segments')"),
        (lambda v: v.update(schema=3), "expected what tantivy writes of its segments (TypeError: "),
    ],
)
@pytest.mark.usefixtures("unopened")
def test_what_tantivy_would_read_of_its_segments_is_read_first(
    index: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    values = meta(index)
    change(values)
    (live(index) / "lexical/meta.json").write_text(json.dumps(values))
    reseal(live(index))
    assert refused(index).startswith(f"lexical/meta.json: {message}")


@pytest.mark.parametrize("papers", [1, 5])
def test_the_segments_that_tantivy_writes_today_pass(tmp_path: Path, papers: int) -> None:
    writer = LexicalWriter(tmp_path / "lexical")
    writer.append([("title", "abstract")] * papers)
    writer.seal()
    names = {path.name for path in (tmp_path / "lexical").iterdir()} - {"meta.json"}
    content = (tmp_path / "lexical" / "meta.json").read_bytes()
    assert wrong_segments(content, names, papers) == ""
    assert "other files than the manifest" in wrong_segments(content, {*names, "x.del"}, papers)


# What opening costs


@contextmanager
def reads() -> Iterator[dict[str, int]]:
    """How many bytes this process reads meanwhile, and in how many system calls; SQLite's are among them."""

    def count() -> dict[str, int]:
        lines = Path("/proc/self/io").read_text().splitlines()
        return {name: int(value) for name, value in (line.split(": ") for line in lines)}

    before, counted = count(), dict[str, int]()
    yield counted
    counted |= {name: value - before[name] for name, value in count().items()}


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="reads are counted by Linux")
def test_opening_reads_as_much_of_a_large_index_as_of_a_small_one(tmp_path: Path) -> None:
    found = []
    for papers in (1000, 3000):  # both with background questions, of which there are as many
        records = [{"id": f"p{n:04}", "title": f"whales {n:04}"} for n in range(papers)]
        path = tmp_path / f"index{papers}"
        build_index(write_jsonl(tmp_path / "p.jsonl", records), path, model=TinyEncoder(dimensions=8))
        checked(live(path))  # what is imported late is imported now
        with reads() as counted:
            checked(live(path))
        found.append(counted)
    small, large = found
    assert small["rchar"] > 5000  # it does read: a manifest, heads, and the pages of a schema
    assert large["rchar"] - small["rchar"] <= 2 * 4096 + 100  # a tree of rows is a page or two deeper
    assert large["syscr"] - small["syscr"] <= 2
