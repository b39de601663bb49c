"""An application as a process: uvicorn at an address, until it is told to stop."""

from __future__ import annotations

import contextlib
import errno
import re
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import uvicorn

from ..errors import SemsearchError
from .app import create_app
from .connections import Connection
from .safety import LOOPBACK_NAMES, is_loopback

IDLE_S = 75
"""How long a connection stays open for the next request; longer than the minute after which proxies give theirs up."""

GRACE_S = 30
"""How long requests that are under way may take once the process is told to stop."""

_LAST_PORT = 65535
_ORIGIN = re.compile(r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")  # as browsers write it


def serve(
    index: Path,
    host: str,
    port: int,
    *,
    public: bool = False,
    origins: Sequence[str] = (),
    started: Callable[[str], None] = lambda url: None,
) -> None:
    """Serve the index until SIGTERM or SIGINT; requests under way are finished.

    public: whether others than this machine may reach it. started: told the address once it listens. Raises
    SemsearchError for an index that cannot be opened, and for an address that cannot be had.
    """
    family, address = _resolved(host, port)
    for origin in origins:
        _check_origin(origin)
    if not public and not is_loopback(host):
        raise SemsearchError(
            f"{host}: not an address of this machine alone, so others could ask, and read what is in the index",
            "--public if they may; or leave --host out",
        )
    app = create_app(index, hosts=None if public else {*LOOPBACK_NAMES, host.lower()}, origins=origins)
    app.state.live.open()
    listening = _listening(family, address, host)
    config = uvicorn.Config(
        app,
        http=Connection,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=IDLE_S,
    )
    before = signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn raises it once more when all is done
    try:
        with listening, contextlib.suppress(KeyboardInterrupt):
            _Server(config, lambda: started(_url(host, listening))).run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)


class _Server(uvicorn.Server):
    """One that tells when it listens."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._started()


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SemsearchError(f"--host {host!r}: no address has this name ({reason})", "--host 127.0.0.1") from error
    family, _, _, _, address = found[0]
    return family, address


def _listening(family: socket.AddressFamily, address: Any, host: str) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        port = address[1]
        raise SemsearchError(
            f"{host}:{port}: cannot be listened at ({error.strerror or error})", _elsewhere(error.errno, port)
        ) from error
    return listening


def _elsewhere(fault: int | None, port: int) -> str:
    """What to listen at instead."""
    if fault == errno.EADDRNOTAVAIL:
        return "--host with an address of this machine: 127.0.0.1, or 0.0.0.0 for all"
    if fault == errno.EACCES:
        return "--port 8765; those up to 1023 are for the administrator"
    return f"--port {port + 1}, or 0 for a free one" if port < _LAST_PORT else "--port 0 for a free one"


def _check_origin(origin: str) -> None:
    """SemsearchError for what no browser sends as the origin of a page: it would let nobody in, without a word."""
    if not _ORIGIN.fullmatch(origin):
        raise SemsearchError(
            f"--cors {origin!r}: expected the origin of a page, without a path and without *",
            "--cors https://example.org, once for each",
        )


def _url(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
