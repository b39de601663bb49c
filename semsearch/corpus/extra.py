"""What stands line by line in a note, as Zotero keeps in `Extra` what it has no field for: `DOI: 10.5555/x`."""

from __future__ import annotations

import re

_LINE = re.compile(r"^[ \t]*(arxiv|doi|organization):[ \t]*(\S[^\n]*)", re.IGNORECASE | re.MULTILINE)
_MOST_CHARS = 10_000  # of a note that are looked at


def extra_lines(*notes: str) -> dict[str, str]:
    """The first `arxiv`, `doi` and `organization` that have a line of their own; a note may speak of other papers."""
    found: dict[str, str] = {}
    for note in notes:
        for name, value in _LINE.findall(note[:_MOST_CHARS].replace("\r", "\n")):
            ends = " \t" if name.lower() == "organization" else " \t."  # `Acme, Inc.` keeps its full stop
            found.setdefault(name.lower(), value.rstrip(ends))
    return found
