"""Bytes to text, where a file may not be in UTF-8."""

from __future__ import annotations


def decode(line: bytes) -> str:
    """line as UTF-8, else as Windows-1252, which is what spreadsheets write; bytes it has no letter for become �."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def decode_head(head: bytes) -> str:
    """The whole lines of the first bytes of a file, as text; where there is but one, what is there of it."""
    lines = head[: head.rfind(b"\n") + 1]
    return decode(lines) if lines.strip() else head.decode("utf-8", "replace")
