"""Bytes to text, where a file may not be in UTF-8."""

from __future__ import annotations


def decode(line: bytes) -> str:
    """line as UTF-8, else as Windows-1252, which is what spreadsheets write; bytes it has no letter for become �."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def decode_head(head: bytes) -> str:
    """The whole lines of the first bytes of a file, as text; one long line is decoded as far as it goes."""
    lines = head[: head.rfind(b"\n") + 1]
    return decode(lines) if lines else head.decode("utf-8", "replace")
