"""Pure functions on text: what is stored is made clean here, and what is compared is made comparable here."""

from __future__ import annotations

import hashlib
import re
import unicodedata

# C0 and C1 controls, lone surrogates (no UTF-8 for them), soft hyphens, zero-width marks and the byte order mark.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ud800-\udfff]")
_NOT_WORD = re.compile(r"[\W_]+")


def clean(text: str) -> str:
    """text in Unicode NFC, without invisible characters, each run of white space one space, none at the edges."""
    if text.isprintable():  # nothing invisible, and no white space but spaces
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if "  " not in text and text[:1] != " " != text[-1:]:
            return text
        return " ".join(text.split())
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)  # after: what was invisible may have kept an accent from its letter
    return " ".join(text.split())


def comparable(text: str) -> str:
    """text as it is compared: NFKC, case folded, letters and digits only. A text of symbols alone keeps its symbols."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_WORD.sub("", folded) or "".join(folded.split())


def digest(*parts: str) -> bytes:
    """The sha256 of the parts, 32 bytes; ("ab", "c") and ("a", "bc") differ."""
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def printable(text: str) -> str:
    """text as a line of a message: what has no glyph, as line ends, controls and lone surrogates, is escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str, most_chars: int = 60) -> str:
    """The beginning of text, printable, as a message shows what it got."""
    return printable(text[:most_chars]) + ("..." if len(text) > most_chars else "")
