"""Where a corpus lies: files, folders, globs and standard input, opened as decompressed byte streams.

In: what the user named. Out: `OpenSource`s, read once from the front, never held whole.
"""

from __future__ import annotations

import glob
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ..errors import CorpusError
from ..limits import EXPANSION, EXPANSION_FROM_BYTES, LIMIT_BYTES
from ..text import printable

HEAD_BYTES = 1 << 16

STANDARD_INPUT = "-"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_ZSTD_CHUNK_BYTES = 1 << 10  # decompressed whole: 1 KiB can be 32 MiB of zeros, and 5 KiB of abstracts
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Source:
    """One file (path) or standard input (None). in_folder: met in a folder that was named, not named itself.

    name: how messages call it, which a file's own name is not always fit for.
    """

    name: str
    path: Path | None
    in_folder: bool = False


@dataclass(frozen=True, slots=True)
class OpenSource:
    """A decompressed byte stream in UTF-8 (or what claims to be), and its first bytes."""

    name: str
    stream: io.BufferedReader
    head: bytes

    def lines(self) -> Iterator[tuple[int, bytes | None]]:
        """Each line with its number from 1, without its line end; None for a line longer than LIMIT_BYTES."""
        number = 0
        while line := self.stream.readline(LIMIT_BYTES):
            number += 1
            if len(line) == LIMIT_BYTES and not line.endswith(b"\n"):
                while (rest := self.stream.readline(LIMIT_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
            else:
                yield number, line.rstrip(b"\r\n")


def expand(names: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """The sources that names stand for: a folder its files below (sorted, without hidden ones), a glob its matches."""
    found = [source for name in names for source in _expand_one(os.fspath(name))]
    once: dict[Path | str, Source] = {}
    for source in found:
        once.setdefault(source.path or source.name, source)
    return list(once.values())


def _expand_one(name: str) -> list[Source]:
    path = Path(name)
    if name == STANDARD_INPUT:
        return [Source("standard input", None)]
    if path.is_dir():
        if files := _below(path):
            return files
        raise CorpusError(f"{name}: a folder without files, expected one that holds a corpus")
    if path.exists():
        return [Source(printable(name), path)]
    if glob.has_magic(name):
        matches = map(Path, sorted(glob.glob(name, recursive=True)))  # noqa: PTH207 (a pattern may be absolute)
        if found := [
            s
            for match in matches
            for s in (
                [] if _is_index(match) else _below(match) if match.is_dir() else [Source(printable(str(match)), match)]
            )
        ]:
            return found
        raise CorpusError(f"{name}: no file matches this pattern")
    raise CorpusError(f"{name}: no such file or folder", "check the path, or quote it if it has spaces")


def _below(folder: Path) -> list[Source]:
    """The files below folder, without hidden ones and those of indexes, which hold no corpus."""
    indexes = {path.parent for path in folder.rglob("CURRENT") if path.parent != folder and _is_index(path.parent)}
    files = sorted(file for file in folder.rglob("*") if file.is_file() and not _hidden(file.relative_to(folder)))
    return [Source(printable(str(file)), file, in_folder=True) for file in files if indexes.isdisjoint(file.parents)]


def _is_index(folder: Path) -> bool:
    return (folder / "CURRENT").is_file() and any(path.is_dir() for path in folder.glob("generation-*"))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


@contextmanager
def open_source(source: Source) -> Iterator[OpenSource]:
    """Open source, decompressing gzip and zstd as its first bytes tell; faults of the file become CorpusErrors."""
    try:
        with _raw(source) as raw:
            stream = _decompressed(raw)
            yield OpenSource(source.name, stream, stream.peek(HEAD_BYTES)[:HEAD_BYTES])
    except _BombError as error:
        raise CorpusError(
            f"{source.name}: grows to more than {EXPANSION} times its size when it is decompressed, as no text does",
            "if it is what it should be, decompress it first and name the result",
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CorpusError(f"{source.name}: damaged gzip data ({error})", "fetch or compress the file again") from error
    except OSError as error:
        raise CorpusError(f"{source.name}: cannot be read ({error.strerror or error})") from error


@contextmanager
def _raw(source: Source) -> Iterator[io.BufferedReader]:
    if source.path is None:
        yield io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer), HEAD_BYTES)
    else:
        with source.path.open("rb", buffering=1 << 20) as file:
            yield cast("io.BufferedReader", file)


def _decompressed(raw: io.BufferedReader) -> io.BufferedReader:
    start = raw.peek(4)[:4]
    if start.startswith(_GZIP):
        counted = _Counted(raw)
        unzipped = gzip.GzipFile(fileobj=cast("BinaryIO", counted))
        return _recoded(io.BufferedReader(_Bounded(counted, cast("io.BufferedReader", unzipped)), 1 << 20))
    if start == _ZSTD:
        counted = _Counted(raw)
        return _recoded(io.BufferedReader(_Bounded(counted, io.BufferedReader(_Zstd(counted), 1 << 20)), 1 << 20))
    return _recoded(raw)


def _recoded(stream: io.BufferedReader) -> io.BufferedReader:
    """stream without a UTF-8 mark, and in UTF-8 where its mark says UTF-16, as Excel's `Unicode text` is."""
    start = stream.peek(3)[:3]
    if start.startswith(_UTF8_MARK):
        stream.read(len(_UTF8_MARK))
    elif start.startswith(_UTF16):
        return io.BufferedReader(_Recoded(stream), 1 << 20)
    return stream


class _Pull(io.RawIOBase):
    """A raw stream over a function that gives the next bytes, empty at the end."""

    def __init__(self) -> None:
        self._left = memoryview(b"")

    def pull(self) -> bytes:
        raise NotImplementedError

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(self.pull())
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class _BombError(Exception):
    pass


class _Counted:
    """A stream that counts what is read of it."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream, self.count = stream, 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data


class _Bounded(_Pull):
    """What was decompressed out of `packed`. Raises _BombError where it is out of all proportion to that."""

    def __init__(self, packed: _Counted, unpacked: io.BufferedReader) -> None:
        super().__init__()
        self._packed, self._unpacked, self._count = packed, unpacked, 0

    def pull(self) -> bytes:
        data = self._unpacked.read1(1 << 18)
        self._count += len(data)
        if self._count > max(EXPANSION_FROM_BYTES, EXPANSION * self._packed.count):
            raise _BombError
        return data


class _Recoded(_Pull):
    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._text = io.TextIOWrapper(stream, "utf-16", errors="replace", newline="")

    def pull(self) -> bytes:
        return self._text.read(1 << 16).encode("utf-8", "replace")


class _Zstd(_Pull):
    def __init__(self, stream: _Counted) -> None:
        import zstandard

        super().__init__()
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame = self._decompressor.decompressobj()
        self._stream, self._rest = stream, b""

    def pull(self) -> bytes:
        """The next text. zstandard's own stream_reader takes a frame that is cut off for the end of the file."""
        while data := self._rest or self._stream.read(_ZSTD_CHUNK_BYTES):
            if self._frame.eof:
                self._frame = self._decompressor.decompressobj()
            try:
                text = self._frame.decompress(data)
            except self._error as error:
                raise OSError(f"damaged zstd data: {error}") from error
            self._rest = self._frame.unused_data
            if text:
                return text
        if not self._frame.eof:
            raise OSError("damaged zstd data: it is cut off")
        return b""
