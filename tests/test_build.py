"""Building end to end: what is counted, what is skipped and told, and that an error changes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch import staged as staged_module
from semsearch.build import build_index
from semsearch.encoders import Embeddings
from semsearch.errors import CorpusError, EncoderError, SemsearchError, StoreError
from semsearch.search import SearchIndex
from semsearch.store import Counts, Manifest, Skipped
from semsearch.vectors import Vectors

WHALES = {"id": "w", "title": "Whales", "abstract": "They sing to each other.", "year": 2020}
SEALS = {"id": "s", "title": "Seals", "abstract": "They bark at each other."}
GULLS = {"id": "g", "title": "Gulls"}
NAMELESS = {"id": "n", "abstract": "An abstract without a title.", "year": "2021"}


def build(tmp_path: Path, *records: dict[str, Any], **options: Any) -> Manifest:
    corpus = write_jsonl(tmp_path / "papers.jsonl", records)
    options.setdefault("model", TinyEncoder())
    return build_index(corpus, tmp_path / "index", **options).manifest


def contents(folder: Path) -> dict[str, bytes]:
    """All files but LOCK, in which the last writer's pid stays."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "LOCK"}


def test_the_manifest_counts_what_was_met(tmp_path: Path) -> None:
    twice = {"id": "w2", "title": "WHALES", "abstract": "They sing, to each other"}
    other = {"id": "s", "title": "Other seals", "abstract": " ".join(["word"] * 60), "year": 1999}
    manifest = build(tmp_path, WHALES, SEALS, GULLS, NAMELESS, twice, other)
    assert manifest.counts == Counts(
        6, 5, without_abstract=1, without_title=1, without_year=2, renamed=1, cut=1, not_english=0, merged=1, versions=0
    )
    assert manifest.renamed == ("s~2",)
    assert manifest.skipped == ()
    assert manifest.corpus == (str(tmp_path / "papers.jsonl"),)
    assert manifest.encoder == TinyEncoder().identity
    assert (manifest.vectors.dimensions, manifest.vectors.count, manifest.parent) == (32, 5, None)


def test_every_paper_is_embedded_once_as_title_and_abstract_in_the_order_of_the_rows(tmp_path: Path) -> None:
    encoder = TinyEncoder()
    generation = build_index(
        write_jsonl(tmp_path / "p.jsonl", [WHALES, GULLS, NAMELESS]), tmp_path / "i", model=encoder
    )
    texts = ["Whales They sing to each other.", "Gulls", "An abstract without a title."]
    assert encoder.calls == texts
    found = Vectors(generation.vectors, 3, 32).rows(np.arange(3))
    np.testing.assert_allclose(found, TinyEncoder().encode_queries(texts), atol=5e-4)


def test_bad_records_are_counted_by_reason_with_the_first_places(tmp_path: Path) -> None:
    corpus = tmp_path / "papers.jsonl"
    write_jsonl(corpus, [WHALES, *[{"id": str(n)} for n in range(5)], SEALS])
    with corpus.open("a") as file:
        file.write("{broken\n[1, 2]\n")
    manifest = build_index(corpus, tmp_path / "index", model=TinyEncoder()).manifest
    assert manifest.skipped == (
        Skipped("neither title nor abstract", 5, tuple(f"{corpus}:{line}" for line in (2, 3, 4))),
        Skipped("not valid JSON", 1, (f"{corpus}:8",)),
        Skipped("not a JSON object", 1, (f"{corpus}:9",)),
    )
    assert (manifest.counts.records, manifest.counts.papers) == (2, 2)


def test_strict_stops_at_the_first_bad_record(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"papers\.jsonl:2: neither title nor abstract") as error:
        build(tmp_path, WHALES, {"id": "x"}, strict=True)
    assert "--strict" in error.value.hint


def test_require_abstract_leaves_papers_out_and_tells_them_even_when_strict(tmp_path: Path) -> None:
    manifest = build(tmp_path, WHALES, GULLS, {"id": "t", "title": "Terns"}, require_abstract=True, strict=True)
    assert manifest.skipped == (Skipped("no abstract (--require-abstract)", 2, ("g", "t")),)
    assert manifest.counts == Counts(3, 1, not_english=0, merged=0, versions=0)


def test_several_files_are_one_corpus_whatever_names_them(tmp_path: Path) -> None:
    files = [write_jsonl(tmp_path / "a.jsonl", [WHALES]), str(write_jsonl(tmp_path / "b.jsonl", [WHALES, SEALS]))]
    for corpus in (files, tuple(files), iter(files)):
        manifest = build_index(corpus, tmp_path / "index", model=TinyEncoder()).manifest
        assert manifest.corpus == tuple(map(str, files))
        assert (manifest.counts.records, manifest.counts.papers) == (3, 2)


@pytest.mark.skipif(os.name == "nt" or os.uname().sysname == "Darwin", reason="names there are Unicode")
def test_a_corpus_whose_name_is_no_utf_8_is_indexed(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jsonl")
    write_jsonl(Path(name), [WHALES, {"id": "x"}])
    build_index(name, tmp_path / "index", model=TinyEncoder())
    with SearchIndex(tmp_path / "index") as index:
        assert index.manifest.corpus == (f"{tmp_path}/caf?.jsonl",)
        assert index.manifest.skipped[0].places == (f"{tmp_path}/caf\\udce9.jsonl:2",)


def test_progress_ends_at_what_was_read_and_embedded(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    records = [{"id": f"p{n}", "title": f"Paper {n}", "abstract": f"About {n}."} for n in range(1200)]
    build(tmp_path, *records, progress=lambda *each: told.append(each))
    reading = [each[1:] for each in told if each[0] == "reading papers"]
    assert reading == [(500, None), (1000, None), (1200, 1200)]
    embedding = [each[1:] for each in told if each[0] == "embedding papers"]
    assert embedding == [(done, 1200) for done in (*range(0, 1200, 64), 1200)]


def test_vectors_are_written_as_they_are_made_and_no_more_than_a_batch_is_held(tmp_path: Path) -> None:
    batches: list[int] = []
    alive: list[int] = []

    class Watching(TinyEncoder):
        def encode_documents(self, texts: Any) -> Embeddings:
            batches.append(len(texts))
            (written,) = (tmp_path / "index").glob("building-*/vectors.faiss")
            alive.append(sum(batches[:-1]) * 64 - written.stat().st_size)
            return super().encode_documents(texts)

    records = [{"id": f"p{n}", "title": f"Paper {n}"} for n in range(1000)]
    build(tmp_path, *records, model=Watching())
    assert batches == [64] * 15 + [40]
    assert max(alive) <= 64 * 64  # bytes that are not in the file yet


def test_two_builds_of_one_corpus_have_the_same_bytes(tmp_path: Path) -> None:
    first = build(tmp_path, WHALES, SEALS, GULLS)
    second = build(tmp_path, WHALES, SEALS, GULLS)
    assert first.lexical.count == second.lexical.count == 3
    kept = [
        [part for part in each.files if not part.name.startswith("lexical/")]  # tantivy names its files by chance
        for each in (first, second)
    ]
    assert kept[0] == kept[1]
    assert second.parent == "generation-000001"


# Errors


class Failing(TinyEncoder):
    def encode_documents(self, texts: Any) -> Embeddings:
        raise EncoderError("out of memory")


class Interrupted(TinyEncoder):
    def encode_documents(self, texts: Any) -> Embeddings:
        raise KeyboardInterrupt("by the user")


def _bad_records(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "bad.jsonl", [SEALS, {"id": "x"}])


def _then_damaged(tmp_path: Path) -> list[Path]:
    (tmp_path / "damaged.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00damaged")
    return [write_jsonl(tmp_path / "good.jsonl", [SEALS]), tmp_path / "damaged.jsonl.gz"]


def _binary(tmp_path: Path) -> Path:
    (tmp_path / "image.jsonl").write_bytes(b"\x89PNG\0\0\0")
    return tmp_path / "image.jsonl"


def _empty(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "empty.jsonl", [])


ERRORS: dict[str, tuple[Any, dict[str, Any], type[BaseException], str]] = {
    "missing": (lambda path: path / "missing.jsonl", {}, CorpusError, "no such file"),
    "nothing named": (lambda _: [], {}, CorpusError, "no corpus was named"),
    "empty": (_empty, {}, CorpusError, "no paper in the corpus, expected at least one: 1 x an empty file"),
    "binary": (_binary, {}, CorpusError, "got binary data"),
    "later damage": (_then_damaged, {}, CorpusError, "damaged gzip"),
    "strict": (_bad_records, {"strict": True}, CorpusError, "bad.jsonl:2"),
    "unknown format": (_bad_records, {"format": "xml"}, CorpusError, "unknown format"),
    "unknown model": (_bad_records, {"model": "/no/such/model"}, EncoderError, "no such model folder"),
    "encoder": (_bad_records, {"model": Failing()}, EncoderError, "out of memory"),
    "interrupt": (_bad_records, {"model": Interrupted()}, KeyboardInterrupt, "by the user"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_leaves_the_earlier_index_byte_for_byte(tmp_path: Path, name: str) -> None:
    corpus, options, kind, message = ERRORS[name]
    build(tmp_path, WHALES)
    before = contents(tmp_path / "index")
    with pytest.raises(kind, match=message) as error:
        build_index(corpus(tmp_path), tmp_path / "index", **{"model": TinyEncoder(), **options})
    assert contents(tmp_path / "index") == before
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["CURRENT", "LOCK", "generation-000001"]
    assert not isinstance(error.value, SemsearchError) or "\n" not in error.value.message


def test_nothing_but_bad_records_tells_which(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"expected at least one: 2 x neither .*papers\.jsonl:1, .*papers\.jsonl:2"):
        build(tmp_path, {"id": "x"}, {"id": "y"})


def test_the_first_build_that_fails_leaves_no_index_but_a_folder_for_the_next(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        build(tmp_path)
    with pytest.raises(StoreError, match="no index here"):
        SearchIndex(tmp_path / "index")
    assert build(tmp_path, WHALES).counts.papers == 1


def test_a_foreign_folder_is_refused_before_the_corpus_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> Iterator[object]:
        pytest.fail("the corpus was read")
        yield

    monkeypatch.setattr(staged_module, "read_papers", never)
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "thesis.tex").write_text("mine")
    with pytest.raises(StoreError, match=r"found thesis\.tex"):
        build(tmp_path, WHALES)
    assert [path.name for path in (tmp_path / "index").iterdir()] == ["thesis.tex"]
