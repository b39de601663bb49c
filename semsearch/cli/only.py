"""The papers that a search is kept to. In: a file of names, or a corpus. Out: their names, see filters.Filter."""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from ..errors import QueryError

_CORPUS_ENDINGS = frozenset({".jsonl", ".ndjson", ".json", ".csv", ".tsv"})
_COMPRESSED = frozenset({".gz", ".zst", ".zstd"})
_HEAD_BYTES = 1 << 12


Names = tuple[str, ...]


def read_only(path: str) -> tuple[str | Names, ...]:
    """The names of papers in a file, or in standard input for `-`, each once.

    A folder, a file that is called .jsonl, .ndjson, .json, .csv or .tsv, compressed or not, and what begins with a
    brace or a bracket is a corpus, of which each paper has its id, DOI and arXiv id for names; anything else has a name
    a line, before the first tab if there is one. Raises CorpusError for what cannot be read, and QueryError where no
    name is in it.
    """
    if not path:
        raise QueryError("the file of --only has no name", "name a file of ids, a corpus, or - to read names")
    found: Iterable[str | Names] = (_of_lines(path) or _of_corpus(path)) if _is_corpus(path) else _lines(path)
    names = tuple(dict.fromkeys(found))
    if not names:
        what = "standard input" if path == "-" else path
        raise QueryError(f"{what}: no paper is named in it", "expected an id, a DOI or a title a line, or a corpus")
    return names


def _is_corpus(path: str) -> bool:
    if path == "-":
        return _is_json(cast("io.BufferedReader", sys.stdin.buffer).peek(_HEAD_BYTES))
    file = Path(path)
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() not in _COMPRESSED]
    if file.is_dir() or (suffixes and suffixes[-1] in _CORPUS_ENDINGS):
        return True
    if not file.is_file():
        return False
    from ..corpus.sources import Source, open_source

    with open_source(Source(path, file)) as opened:
        return _is_json(opened.head)


def _is_json(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"[")


def _of_lines(path: str) -> list[Names]:
    """The names in JSON lines that each have some, papers or hits, whatever else they lack; none for anything else."""
    if path == "-" or not Path(path).is_file():
        return []
    from ..corpus.fields import names_in_record

    found = []
    for line in _lines(path, whole=True):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return []
        paper = record.get("paper", record) if isinstance(record, dict) else None  # of a hit
        names = names_in_record(paper) if isinstance(paper, dict) else ()
        if not names:
            return []
        found.append(names)
    return found


def _of_corpus(path: str) -> Iterator[Names]:
    from ..corpus import BadRecord, read_papers

    for entry in read_papers(path):
        if not isinstance(entry, BadRecord):
            yield tuple(filter(None, (entry.id, entry.doi, entry.arxiv_id)))


def _lines(path: str, *, whole: bool = False) -> Iterator[str]:
    from ..corpus.sources import expand, open_source

    for source in expand([path]):
        with open_source(source) as opened:
            for _, line in opened.lines():
                text = (line or b"").decode("utf-8", "replace").strip()
                if name := text if whole else text.partition("\t")[0].strip():
                    yield name
