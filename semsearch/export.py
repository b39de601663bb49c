"""A whole index as files that a notebook or another engine takes: papers as JSON lines or Parquet, vectors as .npy.

Read only, as a stream, in the order of rows: line n of the papers, row n of the vectors and line n of their ids are one
paper. A file is written beside its place and renamed, so that one of that name is whole.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from .errors import StoreError
from .paper import Paper
from .progress import Progress, silent
from .store import Generation, PaperTable, open_parts
from .vectors import CODE, CodeArray, stored_codes

VectorType = Literal["float32", "float16"]

_AT_ONCE = 5_000
_LISTS = frozenset({"authors", "categories", "keywords", "aliases"})
_NUMBERS = frozenset({"author_count", "citations", "comments", "year"})


def export_papers(
    index: str | os.PathLike[str], papers: str | os.PathLike[str] | IO[str], *, progress: Progress = silent
) -> int:
    """Write every paper of an index in the format that the name ends in: .jsonl (or .ndjson, or no ending), .parquet,
    .bib, .ris, .csv, or .csl.json; returns how many there are.

    Built from, JSON lines and Parquet give the same papers, the others what they carry. Raises StoreError where the
    name has another ending, where it cannot be written, or pyarrow is missing.
    """
    write = None if not isinstance(papers, str | os.PathLike) else _writer_of(Path(papers))
    _, (table, _) = open_parts(Path(index), _opened)
    with closing(table):
        if not isinstance(papers, str | os.PathLike):
            _write_lines(table, papers, progress)
        elif write is None:
            _write_parquet(table, Path(papers), progress)
        else:
            with _whole(Path(papers)) as path, path.open("w", encoding="utf-8", newline="\n") as file:
                write(table, file, progress)
        return table.count


def _writer_of(target: Path) -> Callable[[PaperTable, IO[str], Progress], None] | None:
    """What writes the text that the name of a file says, None for Parquet."""
    from .references import WRITERS

    name = target.name.lower()
    if name.endswith(".parquet"):
        return None
    if name.endswith((".jsonl", ".ndjson")) or not target.suffix or target.is_char_device():
        return _write_lines
    ending = max((ending for ending in WRITERS if name.endswith(ending)), key=len, default=None)
    if ending is None:
        raise StoreError(
            f"{target}: papers are not written in a format that is called {target.suffix}",
            f"expected a name that ends in .jsonl, .parquet, {', '.join(WRITERS)}",
        )
    as_texts = WRITERS[ending]

    def write(table: PaperTable, file: IO[str], progress: Progress) -> None:
        papers = (paper for some in _papers(table, progress) for paper in some)
        file.writelines(f"{text}\n" for text in as_texts(papers))

    return write


def export_vectors(
    index: str | os.PathLike[str],
    vectors: str | os.PathLike[str],
    *,
    type: VectorType = "float32",
    progress: Progress = silent,
) -> tuple[int, int]:
    """Write the vectors of an index as NumPy's .npy, (n, d), exactly as they are stored, and their ids beside them, see
    `ids_path`; returns n and d. Raises StoreError where they cannot be written."""
    target = Path(vectors)
    if target.suffix != ".npy":
        raise StoreError(f"{target}: expected a name that ends in .npy", "vectors are written in NumPy's format")
    _, (table, codes) = open_parts(Path(index), _opened)
    with closing(table), _whole(ids_path(target)) as ids, _whole(target) as path:
        with path.open("wb") as file:
            kind = np.dtype("<f4") if type == "float32" else CODE
            description = {"descr": np.lib.format.dtype_to_descr(kind), "fortran_order": False, "shape": codes.shape}
            np.lib.format.write_array_header_1_0(file, description)
            for start in _starts(table.count, "writing vectors", progress):
                file.write(codes[start : start + _AT_ONCE].astype(kind).tobytes())
        with ids.open("w", encoding="utf-8", newline="\n") as file_of_ids:
            for start in _starts(table.count, "writing ids", progress):
                rows = range(start, min(start + _AT_ONCE, table.count))
                file_of_ids.writelines(f"{id}\n" for id in table.ids(rows))
        return codes.shape[0], codes.shape[1]


def ids_path(vectors: Path) -> Path:
    """Where the ids of vectors lie: vectors.ids.txt beside vectors.npy."""
    return vectors.with_suffix(".ids.txt")


def _opened(generation: Generation) -> tuple[PaperTable, CodeArray]:
    plan = generation.manifest.vectors
    codes = stored_codes(generation.vectors, plan.count, plan.dimensions)
    return PaperTable(generation.papers, generation.manifest.counts.papers), codes


def _starts(count: int, what: str, progress: Progress) -> Iterator[int]:
    for start in range(0, count, _AT_ONCE):
        progress(what, start, count)
        yield start
    progress(what, count, count)


def _papers(table: PaperTable, progress: Progress) -> Iterator[list[Paper]]:
    for start in _starts(table.count, "writing papers", progress):
        yield table.get(range(start, min(start + _AT_ONCE, table.count)))


def _write_lines(table: PaperTable, file: IO[str], progress: Progress) -> None:
    for some in _papers(table, progress):
        file.writelines(json.dumps(paper.as_dict(), ensure_ascii=False) + "\n" for paper in some)


def _write_parquet(table: PaperTable, target: Path, progress: Progress) -> None:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise StoreError(f"{target}: Parquet needs pyarrow", "pip install 'semsearch[parquet]'") from error
    kinds: dict[bool, Callable[[str], Any]] = {
        True: lambda name: pyarrow.int64() if name in _NUMBERS else pyarrow.list_(pyarrow.string()),
        False: lambda name: pyarrow.string(),
    }
    names = list(Paper("x").as_dict())
    schema = pyarrow.schema([(name, kinds[name in _NUMBERS | _LISTS](name)) for name in names])
    with _whole(target) as path, parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for some in _papers(table, progress):
            writer.write_table(pyarrow.Table.from_pylist([paper.as_dict() for paper in some], schema=schema))


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A path to write to, which is renamed to target if that succeeds and else removed."""
    path = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield path
        os.replace(path, target)  # noqa: PTH105
    except OSError as error:
        raise StoreError(
            f"{target}: cannot be written ({error.strerror or error})", "name a file in a folder that can be written"
        ) from error
    finally:
        path.unlink(missing_ok=True)
