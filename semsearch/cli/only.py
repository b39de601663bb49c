"""The papers that a search is kept to. In: a file of names, or a corpus. Out: their names."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from ..errors import QueryError

_CORPUS_ENDINGS = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".tsv"})
_COMPRESSED = frozenset({".gz", ".zst", ".zstd"})


def read_only(path: str) -> tuple[str, ...]:
    """The names of papers in a file, or in standard input for `-`, each once.

    A folder, a file that is called .jsonl, .ndjson, .json, .csv or .tsv, compressed or not, and what begins with a
    brace or a bracket is a corpus, of which the ids are taken; anything else has a name a line, before the first tab
    if there is one. Raises CorpusError for what cannot be read, and QueryError where no name is in it.
    """
    if not path:
        raise QueryError("the file of --only has no name", "name a file of ids, a corpus, or - to read names")
    names = tuple(dict.fromkeys((_ids_of_lines(path) or _ids_of_corpus(path)) if _is_corpus(path) else _lines(path)))
    if not names:
        what = "standard input" if path == "-" else path
        raise QueryError(f"{what}: no paper is named in it", "expected an id, a DOI or a title a line, or a corpus")
    return names


def _is_corpus(path: str) -> bool:
    if path == "-":
        return cast("io.BufferedReader", sys.stdin.buffer).peek(1)[:1] in (b"{", b"[")
    file = Path(path)
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in _COMPRESSED]
    if file.is_dir() or (suffixes and suffixes[-1] in _CORPUS_ENDINGS):
        return True
    return file.is_file() and _start(file) in (b"{", b"[")


def _start(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(1)
    except OSError as error:
        raise QueryError(f"{file}: cannot be read ({error.strerror or error})") from error


def _ids_of_lines(path: str) -> list[str]:
    """The ids of JSON lines that each have one, papers or hits, whatever else they lack; none for anything else."""
    if path == "-" or not Path(path).is_file():
        return []
    ids = []
    for line in _lines(path, whole=True):
        try:
            record = json.loads(line)
        except ValueError:
            return []
        id = (record.get("id") or record.get("_id")) if isinstance(record, dict) else None
        if not isinstance(id, str | int):
            return []
        ids.append(str(id))
    return ids


def _ids_of_corpus(path: str) -> Iterator[str]:
    from ..corpus import BadRecord, read_papers

    return (entry.id for entry in read_papers(path) if not isinstance(entry, BadRecord))


def _lines(path: str, *, whole: bool = False) -> Iterator[str]:
    from ..corpus.sources import expand, open_source

    for source in expand([path]):
        with open_source(source) as opened:
            for _, line in opened.lines():
                text = (line or b"").decode("utf-8", "replace").strip()
                if name := text if whole else text.partition("\t")[0].strip():
                    yield name
