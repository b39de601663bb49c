"""Questions files. In: JSON lines, `id<TAB>text` lines, or plain lines. Out: Questions with ids that fit a TREC run.

An interest is a question in JSON that names papers which are liked, or are not: `{"id", "text", "like", "unlike"}`.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from .cleaning import clean_text
from .errors import QueryError
from .limits import ID_CHARS, LIMIT_BYTES, TEXT_CHARS, TOO_LONG_ID, TOO_MUCH_TEXT, text_lines
from .paper import safe_id
from .text import digest, shown

_ID_NAMES = frozenset({"id", "_id", "qid", "query-id", "query_id"})
_TEXT_NAMES = frozenset({"text", "query", "question"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question, or an interest. id: without white space; the line's number where the file gives none.

    like, unlike: names of papers that it is moved towards and away from, see steering.py; text may be empty where
    there are some to like. place: where it was read, for messages.
    """

    id: str
    text: str
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    place: str = field(default="", compare=False)


def read_questions(file: str | os.PathLike[str]) -> Iterator[Question]:
    """The questions of a file, or of standard input for `-`, one a line, as a stream.

    A line that begins with `{` is JSON with `id` or `_id`, `text`, and maybe `like` and `unlike`; where the first line
    has a tab, each line is id, tab, text; else each line is a question. Raises QueryError for a missing or empty file,
    and for a bad line.
    """
    name = os.fspath(file)
    if name == "-":
        name = "standard input"
    try:
        with _open(os.fspath(file)) as lines:
            yield from _read(lines, name)
    except UnicodeDecodeError as error:
        raise QueryError(f"{name}: expected text in UTF-8 ({error.reason})") from error
    except OSError as error:
        raise QueryError(f"{name}: cannot be read ({error.strerror or error})") from error


def count_questions(file: str | os.PathLike[str]) -> int | None:
    """How many questions a file has, for an estimate; None for standard input, a pipe, and what cannot be read."""
    path = Path(file)
    count = 0
    try:
        if os.fspath(file) == "-" or not path.is_file():
            return None
        with path.open("rb") as lines:
            while line := lines.readline(LIMIT_BYTES):
                if line.strip():
                    first = not count and _layout(line.decode("utf-8-sig", "replace"), "") == "header"
                    count += not first
    except (OSError, QueryError):
        return None
    return count


@contextmanager
def _open(name: str) -> Iterator[TextIO]:
    if name != "-":
        with Path(name).open(encoding="utf-8-sig") as lines:
            yield lines
        return
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig")  # whatever the locale says
    try:
        yield lines
    finally:
        lines.detach()


def _read(file: TextIO, name: str) -> Iterator[Question]:
    layout = ""
    met: set[bytes] = set()  # hashes: 0.1 KB for each question, however long its id
    for number, (place, line) in enumerate(text_lines(file, name, QueryError), start=1):
        if not line.strip():
            continue
        if not layout:
            layout = _layout(line, place)
            if layout == "header":
                layout = "tabbed"
                continue
        question = _question(line, number, layout == "tabbed", place)
        id = digest(question.id)[:16]
        if id in met:
            raise QueryError(f"{place}: the id {shown(question.id)} was given to another question before")
        met.add(id)
        yield question
    if not layout:
        raise QueryError(f"{name}: no question, expected one a line")


def _layout(line: str, place: str) -> str:
    """What the first line tells of the file: `json`, `header` or `tabbed` for TSV, else `plain`."""
    start = line.strip()
    if start.startswith("["):
        raise QueryError(f"{place}: a JSON array, expected an object a line", "write it as JSON lines: `jq -c .[]`")
    if re.match(r"(_?id|q(?:uery)?[-_]?id),", start, re.IGNORECASE):
        raise QueryError(f"{place}: looks like CSV, expected id, tab, text", "part the columns by tabs")
    if start.startswith("{") or "\t" not in line.strip(" \r\n"):  # a tab with nothing behind it parts a line, too
        return "json" if start.startswith("{") else "plain"
    names = {cell.strip().lower() for cell in start.split("\t")}
    return "header" if names & _ID_NAMES and names & _TEXT_NAMES else "tabbed"


def _question(line: str, number: int, tabbed: bool, place: str) -> Question:
    id, text = str(number), line
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    if line.lstrip().startswith("{"):
        id, text, like, unlike = _from_json(line, id, place)
    elif tabbed:
        id, tab, text = line.partition("\t")
        if not tab:
            raise QueryError(f"{place}: expected id, tab, text, as in the lines before; found no tab")
    cleaned = clean_text(text)
    if not cleaned and not like:
        raise QueryError(f"{place}: a question without text")
    question = Question(safe_id(id) or str(number), cleaned, like, unlike, place)
    if len(question.text) > TEXT_CHARS or len(question.id) > ID_CHARS:
        raise QueryError(f"{place}: {TOO_LONG_ID if len(question.id) > ID_CHARS else TOO_MUCH_TEXT}")
    return question


def _from_json(line: str, id: str, place: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QueryError(f"{place}: expected a JSON object ({error})") from error
    like, unlike = (_liked(record, name, place) for name in ("like", "unlike"))
    text = record.get("text")
    if text is None and like:
        text = ""
    if not isinstance(text, str):
        raise QueryError(
            f"{place}: expected a question under `text`, got {shown(', '.join(record)) if record else 'nothing'}"
        )
    given = (record[name] for name in ("id", "_id") if record.get(name) not in (None, ""))
    return str(next(given, id)), text, like, unlike


def _liked(record: dict[str, Any], name: str, place: str) -> tuple[str, ...]:
    value = record.get(name)
    names = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise QueryError(f"{place}: expected ids of papers under `{name}`, a list, got {shown(json.dumps(value))}")
    return tuple(names)
