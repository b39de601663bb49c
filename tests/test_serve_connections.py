"""Connections on which a request is begun and not finished, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from conftest import TinyEncoder
from serving import sample

from semsearch.serve import connections
from semsearch.serve.app import create_app
from semsearch.serve.connections import Connection

__all__ = ["sample"]

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Served:
    """A server in a thread of its own."""

    def __init__(self, index: Path) -> None:
        app = create_app(index, encoder=TinyEncoder())
        config = uvicorn.Config(app, http=Connection, log_level="critical", timeout_graceful_shutdown=60)
        self.server = uvicorn.Server(config)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self._listening]}, daemon=True)
        self._thread.start()

    def connect(self) -> socket.socket:
        return socket.create_connection(self._listening.getsockname(), timeout=60)

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(60)
        assert not self._thread.is_alive()


@pytest.fixture
def serving(sample: Path) -> Iterator[Callable[[], Served]]:
    started: list[Served] = []

    def start() -> Served:
        started.append(Served(sample))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def rest(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    parts = iter(lambda: connection.recv(1 << 16), b"")
    return b"".join(parts)


def test_a_head_that_is_not_finished_is_cut(serving: Callable[[], Served], monkeypatch: pytest.MonkeyPatch) -> None:
    served = serving()
    with served.connect() as begun:
        begun.sendall(GET)
        assert begun.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(connections, "HEAD_S", 0.05)
        begun.sendall(GET[:-2])
        head, _, body = rest(begun).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"content-type: application/problem+json" in head
    assert json.loads(body)["detail"] == "the head of the request did not arrive in time"


def test_a_connection_on_which_nothing_is_asked_is_closed_and_one_between_requests_is_not(
    serving: Callable[[], Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    served = serving()
    with served.connect() as kept:
        kept.sendall(GET)
        assert kept.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        monkeypatch.setattr(connections, "HEAD_S", 0.05)
        with served.connect() as silent:
            assert rest(silent) == b""  # so HEAD_S has passed for the other too
        kept.sendall(GET)
        assert kept.recv(1 << 16).startswith(b"HTTP/1.1 200 ")


def test_a_body_that_is_not_finished_delays_no_stop(
    serving: Callable[[], Served], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "STOPPING_S", 0.05)
    served = serving()
    with served.connect() as begun, served.connect() as other:
        begun.sendall(
            b"GET /api/search?q=x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        )
        assert begun.recv(1 << 16).startswith(b"HTTP/1.1 100 ")
        begun.sendall(b"abc")
        other.sendall(GET)
        assert other.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        served.stop()
        assert rest(begun) == b""


@pytest.mark.parametrize("sent", [b"\x00\r\n\r\n", GET.replace(b"/healthz", b"/?q=" + b"a" * 70_000)])
def test_what_is_no_request_is_told_so(serving: Callable[[], Served], sent: bytes) -> None:
    with serving().connect() as connection:
        connection.sendall(sent)
        head, _, body = rest(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    told = json.loads(body)
    assert (told["status"], "longer than 64 kB" in told["detail"]) == (400, True)
    assert "POST" in told["hint"]
    assert f"content-length: {len(body)}".encode() in head
