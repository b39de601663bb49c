"""Every Python process that finds this on its path refuses to open a socket, and writes down that it was asked to.

In the file that SEMSEARCH_WATCHED names: a line for each process as it starts, and for each use of a socket.
"""

from __future__ import annotations

import os
import sys
import uuid
from typing import Any, NoReturn


def _note(what: str, about: object) -> None:
    line = f"{what}\t{about!r}\n".encode(errors="replace")
    file = os.open(os.environ["SEMSEARCH_WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line)
    os.close(file)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        _note(event, arguments)
        raise PermissionError(f"{event}: no socket is to be opened here")


def _address(*_: object) -> NoReturn:
    _refuse("socket.uuid1", ())  # libuuid's own, to read the address of a network card: no event of Python's
    raise AssertionError


_note("started", sys.orig_argv)
sys.addaudithook(_refuse)
uuid._generate_time_safe = _address  # type: ignore[attr-defined]
