"""What a format is: a name, a look at the head of a file, and a reader that yields papers and bad records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..paper import Paper
from .sources import OpenSource


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that could not be read. place: `papers.jsonl:1834`. reason: a short phrase, counted by. count: how many
    records this stands for, of which place is the first."""

    place: str
    reason: str
    count: int = field(default=1, kw_only=True)


@dataclass(frozen=True, slots=True)
class Part(BadRecord):
    """What a record says of a paper whose title another file has, under the same id; alone it is no paper.

    reason: what to add, where nothing of that id is met.
    """

    said: Paper


Entry = Paper | BadRecord


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a reader may be told. page_date: when saved pages were saved, as a (partial) ISO date with a year."""

    page_date: str | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """One file format.

    sniff(head): whether the first characters of a decompressed file, up to 64 Ki, are of this format.
    magic: the first bytes by which a binary format is known, whatever sniff says. suffixes: file endings that claim
    it. content: what a file of this format holds, for error messages.
    """

    name: str
    suffixes: tuple[str, ...]
    content: str
    sniff: Callable[[str], bool]
    read: Callable[[OpenSource, ReadOptions], Iterator[Entry]]
    magic: bytes = b""
