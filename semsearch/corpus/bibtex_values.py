"""What the values of BibTeX say: strings, macros and what joins them; LaTeX as plain text; names; months."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from ..limits import TEXT_CHARS, TOO_MUCH_TEXT
from .fields import UnreadableError

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "may": "May", "jun": "June", "jul": "July",
    "aug": "August", "sep": "September", "oct": "October", "nov": "November", "dec": "December",
}  # fmt: skip
"""The macros that every BibTeX style defines."""

_MOST_DECODED = 100_000  # characters of LaTeX: no abstract has more, and decoding takes 5 µs for each
_PIECE = re.compile(r'[{"]|[^\s#{"]+')
_BRACE = re.compile(r"(?<!\\)[{}]")
_BRACE_OR_QUOTE = re.compile(r'(?<!\\)[{}]|"')
_LATEX = re.compile(r"[\\{}$~]|``|''|--")
_BARE = re.compile(r"(?<!\\)[%&#]")  # in a file that is no LaTeX document, these are letters
_DOLLAR = re.compile(r"(?<!\\)\$")
_CARET = re.compile(r"\{\\textasciicircum\}|\\textasciicircum\{\}")
_HREF = re.compile(r"\\href\s*\{[^{}]*\}\s*(?=\{)")
_LINK = re.compile(r"\\url\s*\{([^{}]*)\}")
_ESCAPE = re.compile(r"\\([_%&#~{}])|[{}]")
_NOBODY = frozenset({"others", "et al", "et al."})


def evaluate(expression: str, macros: Mapping[str, str]) -> str:
    """The text of a value as it is written, `{A } # "b" # acm`. Raises UnreadableError where that is too much.

    macros: by name in lower case. One that nobody defined stands for itself.
    """
    parts, at, size = [], 0, 0
    while piece := _PIECE.search(expression, at):
        if piece[0] in '{"':
            end = _end(expression, piece.start())
            part, at = expression[piece.end() : end], end + 1
        else:
            part, at = macros.get(piece[0].lower(), piece[0]), piece.end()
        parts.append(part)
        size += len(part)
        if size > TEXT_CHARS:
            raise UnreadableError(TOO_MUCH_TEXT)
    return "".join(parts)


def _end(expression: str, start: int) -> int:
    """Where the string that begins at start ends: at its brace, or the quotation mark outside of braces."""
    depth, quoted = 0, expression[start] == '"'
    for mark in (_BRACE_OR_QUOTE if quoted else _BRACE).finditer(expression, start + quoted):
        if mark[0] == '"':
            if depth <= 0:
                return mark.start()
            continue
        depth += 1 if mark[0] == "{" else -1
        if depth == 0 and not quoted:
            return mark.start()
    return len(expression)


@lru_cache(maxsize=1)
def _decoder() -> LatexNodes2Text:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=False)


def plain_text(latex: str) -> str:
    """A value of BibTeX, which is LaTeX, as plain text; one that cannot be decoded without its braces."""
    if not _LATEX.search(latex) or len(latex) > _MOST_DECODED:
        return latex
    escaped = _BARE.sub(r"\\\g<0>", _HREF.sub("", _CARET.sub("^", latex)))
    if len(_DOLLAR.findall(escaped)) % 2:
        escaped = _DOLLAR.sub(r"\\$", escaped)
    try:
        return str(_decoder().latex_to_text(escaped))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):  # pylatexenc's own faults
        return _BRACE.sub("", latex)


def link(value: str) -> str:
    """A URL or a DOI as it is meant, out of `\\url{...}`, with nothing escaped."""
    found = _LINK.search(value)
    return _ESCAPE.sub(lambda match: match[1] or "", found[1] if found else value).strip()


def names(value: str) -> list[str]:
    """The people of `Brook, Ada and {Office of Lakes} and others`, given name first."""
    from bibtexparser.middlewares.names import split_multiple_persons_names

    value = " ".join(value.split())
    if ";" in value and " and " not in value:
        return [_name(name) for name in value.split(";")]
    found = (_name(name) for name in split_multiple_persons_names(value))
    return [name for name in found if name.casefold() not in _NOBODY]


def _name(name: str) -> str:
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    name = name.strip()
    if name.startswith("{") and _end(name, 0) >= len(name) - 1:
        return plain_text(name)
    parts = parse_single_name_into_parts(name, strict=False)
    return plain_text(" ".join([*parts.first, *parts.von, *parts.last, *parts.jr]))
