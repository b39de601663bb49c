"""How Python itself reads a file of an index: through no link, from no device or pipe, and never more than asked.

Whoever made the index may be a stranger, so that a name in it may stand for anything.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import StoreError

_REBUILD = "build the index again"
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file of that path, for reading. StoreError where it is no regular file; OSError where it cannot be opened."""
    if path.is_symlink():  # O_NOFOLLOW would refuse it too, but not everywhere, and not by that name
        raise StoreError(f"{path}: a link, expected a file of the index's own", _REBUILD)
    with os.fdopen(os.open(path, _FLAGS), "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise StoreError(f"{path}: cannot be read (it is no file)", _REBUILD)
        yield file


def read_start(path: Path, size_bytes: int) -> bytes:
    """The first bytes of a file, at most so many."""
    with opened(path) as file:
        return _read(file, size_bytes)


def read_small(path: Path, limit_bytes: int) -> bytes:
    """A whole file; StoreError, and nothing is read, where it is larger than limit_bytes."""
    with opened(path) as file:
        found = os.fstat(file.fileno()).st_size
        if found > limit_bytes:
            raise StoreError(f"{path}: {found} bytes, expected at most {limit_bytes}", _REBUILD)
        return _read(file, limit_bytes)


def _read(file: BinaryIO, size_bytes: int) -> bytes:
    parts = []
    while size_bytes > 0 and (part := file.read(min(size_bytes, 1 << 20))):
        parts.append(part)
        size_bytes -= len(part)
    return b"".join(parts)
