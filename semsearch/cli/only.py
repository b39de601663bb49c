"""The papers that a search is kept to. In: a file of names, or a corpus. Out: their names, see filters.Filter."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from ..errors import QueryError

_COMPRESSED = frozenset({".gz", ".zst", ".zstd"})
_HEAD_BYTES = 1 << 12
JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*[\"}]|\[\s*[\"\[{\]])")  # and not `[Re] A title`
_NO_CORPUS = re.compile(rb"\s*\[\s*\"|.*\"hits\"", re.DOTALL)  # a list of names, an answer


Names = tuple[str, ...]


def read_only(path: str) -> tuple[str | Names, ...]:
    """The names of papers in a file, or in standard input for `-`, each once.

    A folder, a file with the ending of a corpus (.jsonl, .csv, .bib), compressed or not, and JSON is a corpus or an
    answer, of which each paper has its id, DOI and arXiv id for names; anything else has a name a line, before the
    first tab if there is one. Raises CorpusError for what cannot be read, and QueryError where no name is in it.
    """
    if not path:
        raise QueryError("the file of --only has no name", "name a file of ids, a corpus, or - to read names")
    names = tuple(dict.fromkeys(_names(path)))
    if not names:
        what = "standard input" if path == "-" else path
        raise QueryError(f"{what}: no paper is named in it", "expected an id, a DOI or a title a line, or a corpus")
    return names


def _names(path: str) -> Iterable[str | Names]:
    if path == "-":
        if not JSON_START.match(head_of(path)):
            return lines_of(path)
        lines = list(lines_of(path, whole=True))
        return _of_lines(lines) or _of_document("\n".join(lines))
    head = head_of(path)
    if not (is_called_corpus(path) or JSON_START.match(head)):
        return lines_of(path)
    if head and (names := _of_lines(lines_of(path, whole=True))):
        return names
    if _NO_CORPUS.match(head) and (names := _of_document("\n".join(lines_of(path, whole=True)))):
        return names
    return _of_corpus(path)


def head_of(path: str) -> bytes:
    """The beginning of a file or, without reading it, of standard input; none of anything else."""
    from ..corpus.sources import Source, open_source

    if path == "-":
        return cast("io.BufferedReader", sys.stdin.buffer).peek(_HEAD_BYTES)
    if not Path(path).is_file():
        return b""
    with open_source(Source(path, Path(path))) as opened:
        return opened.head


def is_called_corpus(path: str) -> bool:
    """Whether a name is that of a folder, or ends as those of corpora do."""
    from ..corpus import FORMATS

    suffixes = [suffix.lower() for suffix in Path(path).suffixes if suffix.lower() not in _COMPRESSED]
    endings = {ending for format in FORMATS.values() for ending in format.suffixes} - {".txt"}
    return Path(path).is_dir() or (bool(suffixes) and suffixes[-1] in endings)


def _of_lines(lines: Iterable[str]) -> list[Names]:
    """The names in JSON lines that each have some, papers or hits, whatever else they lack; none for anything else."""
    found = []
    for line in lines:
        try:
            names = _of_record(json.loads(line))
        except (ValueError, RecursionError):
            return []
        if not names:
            return []
        found.append(names)
    return found


def _of_document(text: str) -> list[Names]:
    """The names in one JSON value: an answer, a list of papers or of names, or an object that holds one."""
    from ..corpus.json_lines import inner_records

    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    records = value if isinstance(value, list) else inner_records(value)
    if isinstance(value, dict) and isinstance(value.get("hits"), list):
        records = value["hits"]
    return [names for record in records if (names := _of_record(record))]


def _of_record(record: object) -> Names:
    from ..corpus.fields import names_in_record

    if isinstance(record, str):
        return (record,)
    paper = record.get("paper", record) if isinstance(record, dict) else None  # of a hit
    try:
        return names_in_record(paper) if isinstance(paper, dict) else ()
    except RecursionError:  # lists in lists, hundreds of them
        return ()


def _of_corpus(path: str) -> Iterator[Names]:
    from ..corpus import BadRecord, read_papers

    for entry in read_papers(path):
        if not isinstance(entry, BadRecord):
            yield tuple(filter(None, (entry.id, entry.doi, entry.arxiv_id)))


def lines_of(path: str, *, whole: bool = False) -> Iterator[str]:
    """The lines of a file that are not blank, without what is behind their first tab unless whole."""
    from ..corpus.sources import expand, open_source

    for source in expand([path]):
        with open_source(source) as opened:
            for _, line in opened.lines():
                text = (line or b"").decode("utf-8", "replace").strip()
                if name := text if whole else text.partition("\t")[0].strip():
                    yield name
