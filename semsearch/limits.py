"""How much is read of a file at most, whoever made it: every bound of the readers is stated here.

What passes one is skipped and counted with its place, or an error; so memory stays bounded, whatever the file holds.
docs/reliability.md tells the bounds, and tests/test_limits.py holds readers to them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from .errors import SemsearchError

LIMIT_BYTES = 1 << 24
"""The longest line or record that is read, 16 MiB: JSON of empty lists becomes 25 times as much in memory."""

TOO_LONG = f"longer than {LIMIT_BYTES >> 20} MiB"

TEXT_CHARS = 1_000_000
"""The most characters that one paper may have in all its fields, or one question: a thesis has half as many."""

TOO_MUCH_TEXT = f"more than {TEXT_CHARS:,} characters"

ID_CHARS = 2_000
"""The most characters of an id: a URL may be one."""

TOO_LONG_ID = f"an id of more than {ID_CHARS:,} characters"

MOST_TAGS = 200_000
"""The most tags of one record of XML, each of which becomes an object: three thousand authors have a tenth of it."""

TOO_MANY_TAGS = f"more than {MOST_TAGS:,} tags"

MOST_EQUALS = 20_000
"""The most equals signs in an entry of BibTeX, each of which may make an object; formulae have some."""

MOST_ENTRIES = 1_000
"""The most of what looks like an entry of BibTeX within one, which bibtexparser tries to read."""

EXPANSION = 200
"""How many times its compressed size a file may have, once it has EXPANSION_FROM_BYTES: text has three to fifty."""

EXPANSION_FROM_BYTES = 1 << 24

LARGEST_COUNT = (1 << 53) - 1
"""The largest number of authors, citations or comments: what JSON can say, and SQLite hold."""


def text_lines(file: TextIO, name: str, error: type[SemsearchError]) -> Iterator[tuple[str, str]]:
    """(`name:number`, line) of each line of a text file. Raises `error` where one is longer than LIMIT_BYTES."""
    number = 0
    while line := file.readline(LIMIT_BYTES):
        number += 1
        if len(line) == LIMIT_BYTES and not line.endswith("\n"):
            raise error(f"{name}:{number}: a line {TOO_LONG}, expected a file of short lines")
        yield f"{name}:{number}", line
