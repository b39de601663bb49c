"""An application as a process: uvicorn at an address, until it is told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from ..errors import SemsearchError
from .app import create_app
from .safety import LOOPBACK_NAMES, is_loopback

IDLE_S = 75
"""How long a connection stays open for the next request; longer than the minute after which proxies give theirs up."""

GRACE_S = 30
"""How long requests that are under way may take once the process is told to stop."""


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
    if not public and not is_loopback(host):
        raise SemsearchError(
            f"{host}: not an address of this machine alone, so others could ask, and read what is in the index",
            "--public if they may; or leave --host out",
        )
    app = create_app(index, hosts=None if public else {*LOOPBACK_NAMES, host.lower()}, origins=origins)
    app.state.live.open()
    listening = _listening(host, port)
    config = uvicorn.Config(
        app,
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


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise SemsearchError(f"{host}: no address ({error.strerror or error})", "--host 127.0.0.1") from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise SemsearchError(
            f"{host}:{port}: cannot be listened at ({error.strerror or error})",
            f"--port {port + 1}, or 0 for a free one",
        ) from error
    return listening


def _url(host: str, listening: socket.socket) -> str:
    port = listening.getsockname()[1]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
