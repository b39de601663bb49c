"""Titles, abstracts and questions as plain text: without LaTeX, markup, broken words and what publishers put around.

In: text as a source has it. Out: one line of it in Unicode NFC. What is loaded for that is loaded when it is met first.
"""

from __future__ import annotations

import re

from ..text import clean

__all__ = ["clean_name", "clean_text"]

_SUSPECT = re.compile("[\\\\$&<{©\xad\ufb00-\ufb06_^`\xb2\xb3\xb9\u2070-\u209c\u1d62-\u1d6a]")
_HEADED = re.compile(r"\W*(?:abstract|zusammenfassung|r[eé]sum[eé]|resumen|resumo)", re.IGNORECASE)
_EDGE_CHARS = 350
_OWNED = ("(c)", "rights reserved", "copyright", "open access", "open-access")
_PARTED = re.compile(r"-(?<=[^\W\d_]-)\s")  # a word may be, at the end of a line
_MOST_ROUNDS = 8  # of what is found behind what was taken away, such as a tag behind entities
_HYPHEN = re.compile(r"-+\s+")
_MARKED_NAME = re.compile(r"\\\S|&#?\w+;|</?[A-Za-z]")
_MARKS = str.maketrans(dict.fromkeys("\\$&<>{}^_`©\xad", " "))


def clean_text(text: str) -> str:
    """text as it is stored and asked: idempotent, and never empty where `text.clean` of it is not."""
    plain = clean(text)
    if not _is_suspect(text):
        return plain
    from .edges import without_edges
    from .latex import without_latex
    from .markup import without_markup
    from .typesetting import without_breaks

    whole = without_breaks(text)
    found = plain if whole is text else clean(whole)
    for _ in range(_MOST_ROUNDS):
        before = found
        for stage in (without_markup, without_latex, without_edges, without_breaks):
            made = stage(found)
            if made != found:
                found = clean(made)  # each time, as long runs of spaces cost their square
        if found == before or not _is_suspect(found):
            return found or plain
    return clean(_HYPHEN.sub(" ", found.translate(_MARKS))) or plain  # made to be nested so deeply


def clean_name(text: str) -> str:
    """text that is a name, of a person, a journal or a subject: without LaTeX and markup. Nothing else is changed."""
    found = plain = clean(text)
    if not _MARKED_NAME.search(found):
        return found
    from .latex import without_latex
    from .markup import without_markup

    for _ in range(_MOST_ROUNDS):
        before, found = found, clean(without_latex(clean(without_markup(found))))
        if found == before or not _MARKED_NAME.search(found):
            return found or plain
    return plain


def _is_suspect(text: str) -> bool:
    """Whether there may be something to clean in it; most texts pass, at a third of the cost of `clean`."""
    if _SUSPECT.search(text) or _HEADED.match(text) or _PARTED.search(text):
        return True
    edges = f"{text[:_EDGE_CHARS]}{text[-_EDGE_CHARS:]}".lower()
    return any(each in edges for each in _OWNED)
