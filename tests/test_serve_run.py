"""`semsearch serve` as a process: it tells its address, finishes what is under way, and says what keeps it from it."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from conftest import write_jsonl

from semsearch.build import build_index
from semsearch.cli.serve import serve as command
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.errors import SemsearchError, StoreError
from semsearch.serve import run as run_module
from semsearch.serve.run import serve
from semsearch.serve.safety import is_loopback


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory, tiny_onnx: OnnxEncoder) -> Path:
    folder = tmp_path_factory.mktemp("run")
    corpus = write_jsonl(folder / "p.jsonl", [{"id": word, "title": word} for word in ("whale", "seal", "gull")])
    build_index(corpus, folder / "index", model=tiny_onnx)
    return folder / "index"


@pytest.fixture
def process(path: Path) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
    )  # fmt: skip
    with started:
        yield started
        started.kill()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_what_is_under_way_is_finished(process: subprocess.Popen[str], by: signal.Signals) -> None:
    assert process.stdout is not None
    address, _, told = process.stdout.readline().partition("  ")
    assert told == "(Ctrl-C stops)\n"
    with urlopen(f"{address}api/search?q=whale&k=1") as response:
        assert b'"id":"whale"' in response.read()
    body = b'{"questions": ["whale", "gull"], "k": 1}'
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        head = (
            "POST /api/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        )
        connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 100")  # it has begun to answer
        process.send_signal(by)
        connection.sendall(body)
        answer = b""
        while part := connection.recv(1 << 16):
            answer += part
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.count(b'"rank":1') == 2
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_port_that_is_taken(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SemsearchError, match=f"127.0.0.1:{port}: cannot be listened at") as caught:
            serve(path, "127.0.0.1", port)
    assert caught.value.hint == run_module._elsewhere(errno.EADDRINUSE, port)


@pytest.mark.parametrize(
    ("fault", "port", "hint"),
    [
        (errno.EADDRINUSE, 8765, "--port 8766, or 0 for a free one"),
        (errno.EADDRINUSE, 65535, "--port 0 for a free one"),
        (errno.EACCES, 80, "--port 8765; those up to 1023 are for the administrator"),
        (
            errno.EADDRNOTAVAIL,
            8765,
            "--host with an address of this machine: 127.0.0.1, or 0.0.0.0 for all",
        ),
    ],
)
def test_where_to_listen_instead(fault: int, port: int, hint: str) -> None:
    assert run_module._elsewhere(fault, port) == hint


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_others_may_ask_only_where_that_was_said(path: Path, host: str) -> None:
    with pytest.raises(SemsearchError, match="not an address of this machine alone") as caught:
        serve(path, host, 0)
    assert "--public" in caught.value.hint


def test_an_address_that_there_is_not(path: Path) -> None:
    with pytest.raises(SemsearchError, match=r"192.0.2.1:0: cannot be listened at") as caught:
        serve(path, "192.0.2.1", 0, public=True)
    assert caught.value.hint.startswith("--host with an address of this machine")


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a" * 64 + ".invalid", ""])
def test_a_name_that_there_is_not(path: Path, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", none)  # no question leaves this machine
    with pytest.raises(SemsearchError, match="no address has this name") as caught:
        serve(path, host, 0)
    assert (repr(host) in caught.value.message, caught.value.hint) == (True, "--host 127.0.0.1")


@pytest.mark.parametrize(
    "origin", ["foo bar", "*", "", "example.org", "https://example.org/", "https://example.org/a", "HTTPS://a", "null"]
)
def test_what_is_no_origin_is_refused(path: Path, origin: str) -> None:
    with pytest.raises(SemsearchError, match="expected the origin of a page") as caught:
        serve(path, "127.0.0.1", 0, origins=["https://example.org", origin])
    assert repr(origin) in caught.value.message


@pytest.mark.parametrize("origin", ["https://example.org", "http://localhost:3000", "http://[::1]:80", "https://a-b.c"])
def test_what_is_an_origin(origin: str) -> None:
    run_module._check_origin(origin)


def test_an_index_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="none") as caught:
        serve(tmp_path / "none", "127.0.0.1", 0)
    assert "semsearch build" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_which_addresses_are_of_this_machine_alone(host: str, is_so: bool) -> None:
    assert is_loopback(host) == is_so


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("semsearch.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SemsearchError, match="serve needs uvicorn, which is missing") as caught:
        command(Path("index"))
    assert caught.value.hint == "pip install 'semsearch[serve]'"
