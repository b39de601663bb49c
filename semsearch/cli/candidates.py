"""The papers that questions are ranked over. In: a file of names, of papers, or a TREC run. Out: candidates.Given."""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import QueryError
from ..paper import Paper
from .only import JSON_START, head_of, is_called_corpus, lines_of, read_only

if TYPE_CHECKING:
    from ..candidates import Given

_RUN = re.compile(rb"\s*\S+[ \t]+Q0[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]*(?:\r?\n|\Z)")
_ANSWER = re.compile(rb'"hits"|"paper"\s*:')
_LIKE_NAMES = frozenset({"csv", "tsv"})  # formats that a list of titles may look like


@dataclass(frozen=True, slots=True)
class CandidateFile:
    """What a file of candidates has. notes: what of it could not be read. digest: tells it from another one."""

    given: Given
    notes: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all names and papers, in their order: 16 hexadecimal digits."""
        told = hashlib.sha256()
        questions = self.given.items() if isinstance(self.given, Mapping) else [("", self.given)]
        for question, candidates in questions:
            told.update(f"{question!r}\n".encode())
            for each in candidates:
                told.update((each.to_json() if isinstance(each, Paper) else repr(each)).encode() + b"\n")
        return told.hexdigest()[:16]


def read_candidates(path: str) -> CandidateFile:
    """The candidates in a file, or in standard input for `-`; which kind of file it is, is seen by looking inside.

    A TREC run has those of each question. A corpus, in any format that can be read, has papers. Anything else has a
    name of a paper of the index a line, as have JSON and answers without titles and abstracts. Raises CorpusError for
    what cannot be read, and QueryError where nothing is in it.
    """
    if not path:
        raise QueryError("the file of --candidates has no name", "name a file of ids, papers, or a run; or - to read")
    head = head_of(path)
    if _RUN.match(head):
        return CandidateFile(_run(path))
    if is_called_corpus(path) or JSON_START.match(head) or _is_recognised(head):
        if path == "-" and _ANSWER.search(head):
            return CandidateFile(read_only(path))
        papers, skipped = _papers(path)
        if papers:
            return CandidateFile(papers, _told(skipped))
        if path == "-":
            raise QueryError("standard input: no paper in it has a title or an abstract", "name their ids, one a line")
    return CandidateFile(read_only(path))


def _is_recognised(head: bytes) -> bool:
    from ..corpus import FORMATS

    text = head.decode("utf-8", "replace")
    formats = (format for name, format in FORMATS.items() if name not in _LIKE_NAMES)
    return any((f.magic and head.startswith(f.magic)) or f.sniff(text) for f in formats)


def _run(path: str) -> Mapping[str, Iterable[str]]:
    name = "standard input" if path == "-" else path
    found: dict[str, list[str]] = {}
    for number, line in enumerate(lines_of(path, whole=True), start=1):
        cells = line.split()
        if len(cells) != 6:
            raise QueryError(
                f"{name}:{number}: {len(cells)} columns, expected the six of a TREC run as in the lines before",
                "question, Q0, paper, rank, score, tag",
            )
        found.setdefault(sys.intern(cells[0]), []).append(sys.intern(cells[2]))
    return found


def _papers(path: str) -> tuple[list[Paper], Counter[str]]:
    from ..corpus import BadRecord, read_papers

    papers, skipped = [], Counter[str]()
    for entry in read_papers(path):
        if isinstance(entry, BadRecord):
            skipped[entry.reason] += 1
        else:
            papers.append(entry)
    return papers, skipped


def _told(skipped: Counter[str]) -> tuple[str, ...]:
    return tuple(f"candidates left out: {count} x {reason}" for reason, count in skipped.most_common())
