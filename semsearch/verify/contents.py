"""What is inside of an index, looked at in a process of its own, which is this module as a script.

In: a generation's folder and names of parts. Out, on standard output, a line of JSON for each part that is opened, for
how far the work is, and for each file with what is wrong with it or what was found in it.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..encoders import EncoderIdentity, encoder_of
from ..encoders.identity import ENCODER_FILES, least_cosines
from ..errors import EncoderError, SemsearchError
from ..faiss_header import HEADER_BYTES
from ..lexical import Lexical
from ..paper import Paper
from ..store import Manifest, PaperTable
from ..store.layout import ENCODER, LEXICAL, PAPERS, VECTORS, is_lexical_file
from ..store.manifest import read_manifest
from ..text import digest
from ..vectors import Vectors
from ..words import units
from .child import PARTS

if TYPE_CHECKING:
    from ..encoders import Encoder
    from ..vectors import FloatArray, RowArray

SAMPLE = 32
"""So many texts are encoded again and looked up by their own words: the same of an index each time."""

LENGTH_ERROR = 1e-3
"""How far from 1 a stored vector's length may be: 16-bit floats make it 2e-4 at most where no bit is wrong."""

_ROWS_AT_ONCE = 10_000
_SHOWN = 3

Finding = tuple[str, str, str]


def _papers(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """SQLite's own check; then each paper can be read, has its own row, and a text with the hash that is kept."""
    path, count = folder / PAPERS, manifest.counts.papers
    with (
        closing(PaperTable(path, count)) as table,
        closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database,
    ):
        wrong = [text for (text,) in database.execute("PRAGMA integrity_check(3)") if text != "ok"]
        if wrong:
            yield PAPERS, f"SQLite finds it damaged ({'; '.join(wrong)[:200]})", ""
            return
        differing = []
        for start in range(0, count, _ROWS_AT_ONCE):
            _tell("checking papers", start, count)
            rows = list(range(start, min(start + _ROWS_AT_ONCE, count)))
            found = database.execute(_HASHES, (start, start + _ROWS_AT_ONCE)).fetchall()
            if [row for row, _ in found] != rows:
                yield PAPERS, f"of the rows {rows[0]} to {rows[-1]} there are {len(found)}, expected each once", ""
                return
            papers = table.get(rows)
            differing += [row for (row, kept), p in zip(found, papers, strict=True) if kept != digest(p.text)]
        _tell("checking papers", count, count)
        yield from _texts(differing, table, count)
        yield from _named(database, count)
        yield from _filtered(database, count)
        yield from _versions(table, manifest)


_HASHES = "SELECT row, text_sha256 FROM papers WHERE row >= ? AND row < ? ORDER BY row"


def _texts(differing: Sequence[int], table: PaperTable, count: int) -> Iterator[Finding]:
    if differing:
        shown = ", ".join(table.ids(differing[:_SHOWN]))
        yield PAPERS, f"{len(differing)} texts have another hash than the one that is kept ({shown})", ""
    else:
        yield PAPERS, "", f"{count} papers, each text with its hash"


def _named(database: sqlite3.Connection, count: int) -> Iterator[Finding]:
    """Each paper is found by its id, and no name leads to a row that is none."""
    lost = database.execute(
        "SELECT count(*) FROM papers WHERE NOT EXISTS "
        "(SELECT 1 FROM names WHERE kind = 'id' AND name = papers.id AND names.row = papers.row)"
    ).fetchone()[0]
    beyond = database.execute("SELECT count(*) FROM names WHERE row < 0 OR row >= ?", (count,)).fetchone()[0]
    if lost or beyond:
        yield PAPERS, f"{lost} papers are not found by their ids, {beyond} names lead to no paper", ""


def _filtered(database: sqlite3.Connection, count: int) -> Iterator[Finding]:
    """The arrays by which papers are filtered lead to rows that there are."""
    arrays = {
        (kind, name): np.frombuffer(numbers, dtype="<i4")
        for kind, name, numbers in database.execute("SELECT kind, name, numbers FROM facet_arrays")
    }
    wrong = [kind for kind in ("first", "last") if len(arrays.get(("date", kind), ())) != count]
    for kind in ("venue", "author", "category"):
        rows, offsets = arrays.get((kind, "rows"), _NONE), arrays.get((kind, "offsets"), _NONE)
        ends = len(offsets) > 0 and offsets[0] == 0 and offsets[-1] == len(rows) and bool(np.all(np.diff(offsets) >= 0))
        if not ends or _beyond(rows, count):
            wrong.append(kind)
            continue
        numbers = database.execute("SELECT numbers FROM facet_keys WHERE kind = ?", (kind,))
        if any(_beyond(np.frombuffer(each, dtype="<i4"), len(offsets) - 1) for (each,) in numbers):
            wrong.append(kind)
    if wrong:
        yield PAPERS, f"what papers are filtered by does not fit them ({', '.join(wrong)})", ""


def _versions(table: PaperTable, manifest: Manifest) -> Iterator[Finding]:
    """As many papers are versions of others as the manifest says, and each leads to a paper that is none."""
    found = len(table.versions.firsts)
    if table.versions.known and found != manifest.counts.versions:
        yield PAPERS, f"{found} papers are versions of others, expected {manifest.counts.versions}", ""


_NONE = np.zeros(0, dtype="<i4")


def _beyond(numbers: np.ndarray[tuple[int, ...], np.dtype[np.int32]], end: int) -> bool:
    return bool(len(numbers)) and not (int(numbers.min()) >= 0 and int(numbers.max()) < end)


def _vectors(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """The vectors are of unit length, and FAISS reads the same ones, and finds each by itself."""
    path, count, dimensions = folder / VECTORS, manifest.vectors.count, manifest.vectors.dimensions
    vectors = Vectors(path, count, dimensions)
    codes = np.memmap(path, dtype="<f2", mode="r", offset=HEADER_BYTES, shape=(count, dimensions))
    wrong: list[int] = []
    for start in range(0, count, _ROWS_AT_ONCE):
        _tell("checking vectors", start, count)
        lengths = np.linalg.norm(codes[start : start + _ROWS_AT_ONCE].astype(np.float32), axis=1)
        wrong += (start + np.flatnonzero(~(np.abs(lengths - 1) <= LENGTH_ERROR))).tolist()
    _tell("checking vectors", count, count)
    if wrong:
        shown = ", ".join(map(str, wrong[:_SHOWN]))
        yield VECTORS, f"{len(wrong)} vectors are not of unit length (rows {shown})", ""
        return
    rows = _sample(count)
    read = vectors.rows(rows)
    cosines, _ = vectors.search(read, 1)
    if not np.array_equal(read, codes[rows].astype(np.float32)) or float(cosines.min()) < 1 - LENGTH_ERROR:
        yield VECTORS, "FAISS reads other vectors than there are", ""
        return
    yield VECTORS, "", f"{count} vectors of unit length"


def _lexical(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """tantivy holds each row once, and finds papers by their own words."""
    name = PARTS[LEXICAL]
    count = manifest.lexical.count
    names = [Path(part.name).name for part in manifest.files if is_lexical_file(part.name)]
    keywords = Lexical(folder / LEXICAL, names, count)
    if not np.array_equal(np.sort(keywords.rows()), np.arange(count)):
        yield name, f"it does not hold each of {count} papers once", ""
        return
    rows = _sample(count)
    with closing(PaperTable(folder / PAPERS, manifest.counts.papers)) as table:
        papers = table.get(rows.tolist())
    missed = [paper.id for row, paper in zip(rows, papers, strict=True) if not _found(keywords, row, paper)]
    if missed:
        shown = ", ".join(missed[:_SHOWN])
        yield name, f"{len(missed)} of {len(rows)} papers are not found by their words ({shown})", ""
    else:
        yield name, "", f"{count} papers, {len(rows)} of them found by their words"


def _found(keywords: Lexical, row: int, paper: Paper) -> bool:
    asked = units(paper.title or paper.abstract)
    return not asked or float(keywords.scores(asked, np.array([row]))[0]) > 0


def _encoder(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """The encoder gives texts of the index the vectors that they have there."""
    try:
        encoder = _opened(folder, manifest.encoder)
    except EncoderError as error:
        if manifest.encoder.engine == "onnx":
            yield PARTS[ENCODER], error.message, ""
        else:
            yield VECTORS, "", f"no text was encoded again, as the encoder is not in the index ({error.message})"
        return
    rows = _sample(manifest.counts.papers)
    with closing(PaperTable(folder / PAPERS, manifest.counts.papers)) as table:
        papers = table.get(rows.tolist())
    stored = Vectors(folder / VECTORS, manifest.vectors.count, manifest.vectors.dimensions).rows(rows)
    made = encoder.encode_documents([paper.text for paper in papers]).vectors
    yield VECTORS, *_compared(made, stored, papers, manifest.encoder)


def _compared(
    made: FloatArray, stored: FloatArray, papers: Sequence[Paper], identity: EncoderIdentity
) -> tuple[str, str]:
    """What is wrong with the vectors of some papers, or what was found."""
    cosines = (made * stored).sum(axis=1) / np.linalg.norm(stored, axis=1)
    each, mean = least_cosines(identity)
    wrong = [paper.id for paper, cosine in zip(papers, cosines, strict=True) if not cosine >= each]
    if wrong or not cosines.mean() >= mean:
        return (
            f"{len(wrong)} of {len(papers)} texts have another vector when they are encoded again "
            f"({', '.join(wrong[:_SHOWN])}; cosine {cosines.min():.4f} and {cosines.mean():.4f} on average, "
            f"expected {each} and {mean})",
            "",
        )
    return "", f"{len(papers)} texts encoded again, cosine {cosines.min():.6f} or more (expected {each})"


def _opened(folder: Path, identity: EncoderIdentity) -> Encoder:
    carried = ENCODER_FILES if identity.engine == "onnx" else ()
    files = {name: (folder / ENCODER / name).read_bytes() for name in carried}
    return encoder_of(identity, files, folder / ENCODER)


def _sample(count: int) -> RowArray:
    """Rows, ascending, chosen by chance but the same ones each time."""
    return np.array(sorted(random.Random(0).sample(range(count), min(SAMPLE, count))), dtype=np.int64)


_LOOKS: dict[str, Callable[[Path, Manifest], Iterator[Finding]]] = {
    PAPERS: _papers,
    VECTORS: _vectors,
    LEXICAL: _lexical,
    ENCODER: _encoder,
}


def _tell(stage: str, done: int, total: int) -> None:
    _say({"stage": stage, "done": done, "total": total})


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    """The child process: the folder of a generation, and the parts to look into."""
    folder = Path(arguments[0])
    manifest = read_manifest(folder)
    wrong = False
    for part in arguments[1:]:
        if part == ENCODER and wrong:  # it needs papers and vectors that can be read
            continue
        _say({"part": part})
        try:
            for file, problem, found in _LOOKS[part](folder, manifest):
                wrong = wrong or bool(problem)
                _say({"file": file, "problem": problem, "found": found})
        except SemsearchError as error:
            wrong = True
            _say({"file": PARTS[part], "problem": error.message, "found": ""})


def _keep_libraries_off() -> None:
    """Standard output is this module's own: what a library prints there goes to standard error."""
    sys.stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


if __name__ == "__main__":
    _keep_libraries_off()
    main(sys.argv[1:])
