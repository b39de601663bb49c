"""No command opens a socket: each runs in a process that refuses to, and where the system lets it, without a network.

Not seen is what the C library does by itself: where neither LOGNAME nor USER is set, PyTorch asks it for the user's
name, and it asks nscd, a daemon of the machine, through a socket of the file system if there is one.

The build comes first of all tests (see conftest.py), so that the export of the default model is the one that the whole
session goes on with, and is watched.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import write_jsonl

from semsearch.cli import app
from semsearch.threads import worker_count

ROOT = Path(__file__).parent.parent
WATCHED = Path(__file__).parent / "watched"
OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "DO_NOT_TRACK")
"""What would make libraries behave; nobody is asked to set it."""

RECORDS = [
    {"id": "whales", "title": "Songs of whales", "abstract": "Sea mammals sing to each other. They hear it from afar."},
    {"id": "primes", "title": "Gaps between primes", "abstract": "We bound the distance between prime numbers."},
    {"id": "bread", "title": "Yeast and dough", "abstract": "How bread rises while it is kept warm."},
]

Ran = subprocess.CompletedProcess[str]

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "query": (("query", "animals that sing", "--why"),),
    "similar": (("similar", "whales", "--text", "draft.txt"),),
    "rank": (("rank", "questions.tsv"),),
    "eval": (("eval", "questions.tsv", "qrels.txt", "--against", "dense"),),
    "show": (("show", "whales"),),
    "info": (("info",),),
    "verify": (("verify",),),
    "export": (("export", "out.jsonl", "--vectors", "out.npy"),),
    "add": (("add", "more.jsonl"),),
    "remove": (("remove", "bread"),),
    "sync": (("sync", "more.jsonl"),),
    "rollback": (("remove", "bread"), ("rollback",)),
}
"""For each command what is run, one after the other; `build` is what makes the index of all of them."""
LISTENING = "serve"
"""The one command that opens a socket: the one it listens at (test_serve_run.py)."""


def names() -> list[str]:
    """The commands that there are."""
    return [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


def without_network() -> tuple[str, ...]:
    """What runs a command in a network name space of its own, which has no interface; nothing where that cannot be."""
    tool = shutil.which("unshare")
    for command in ((tool, "--net"), (tool, "--user", "--map-root-user", "--net")) if tool else ():
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return ()


ALONE = without_network()


class Watch:
    """Runs Python in folder, and knows what it did with sockets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "watched.txt"
        self.log.touch()

    def run(self, *arguments: str) -> Ran:
        here = {name: value for name, value in os.environ.items() if name not in (*OFFLINE, "SEMSEARCH_INDEX")}
        here |= {"PYTHONPATH": os.pathsep.join((str(WATCHED), str(ROOT))), "SEMSEARCH_WATCHED": str(self.log)}
        command = [*ALONE, sys.executable, *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=here, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
            check=False,
        )  # fmt: skip

    @property
    def lines(self) -> list[tuple[str, object]]:
        read = (line.split("\t") for line in self.log.read_text(encoding="utf-8").splitlines())
        return [(what, about) for what, about in read]

    @property
    def sockets(self) -> list[tuple[str, object]]:
        return [line for line in self.lines if line[0] != "started"]

    @property
    def processes(self) -> list[list[str]]:
        """The command lines of the processes that were watched."""
        return [ast.literal_eval(str(about)) for what, about in self.lines if what == "started"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """A folder with an index by the default model, which was exported for it if no test had it exported before."""
    watch = Watch(tmp_path_factory.mktemp("offline"))
    write_jsonl(watch.folder / "papers.jsonl", RECORDS)
    write_jsonl(watch.folder / "more.jsonl", [*RECORDS[:2], {"id": "seals", "title": "Seals on ice"}])
    (watch.folder / "draft.txt").write_text("A draft on the songs of birds.")
    (watch.folder / "questions.tsv").write_text("q1\tanimals that sing\nq2\tnumber theory\n")
    (watch.folder / "qrels.txt").write_text("q1 0 whales 1\nq2 0 primes 1\n")
    cache = Path(os.environ["XDG_CACHE_HOME"]) / "semsearch" / "encoders"
    exported = cache.is_dir() and any(cache.iterdir())
    ran = watch.run("-m", "semsearch", "build", "papers.jsonl")
    assert ran.returncode == 0, ran.stderr
    assert "3 papers" in ran.stdout
    assert exported or any("semsearch.encoders.export" in line for line in watch.processes)
    return watch


def test_a_build_with_the_default_model_opens_none_and_its_export_neither(home: Watch) -> None:
    assert home.sockets == []


def test_every_command_is_run_here() -> None:
    assert sorted(names()) == sorted(["build", *COMMANDS, LISTENING])


def watched(home: Path, folder: Path, name: str) -> tuple[Watch, list[Ran]]:
    """The runs of a command in a copy of home."""
    shutil.copytree(home, folder, copy_function=shutil.copyfile)
    watch = Watch(folder)
    watch.log.write_text("")
    return watch, [watch.run("-m", "semsearch", *arguments) for arguments in COMMANDS[name]]


@pytest.fixture(scope="module")
def runs(home: Watch) -> dict[str, tuple[Watch, list[Ran]]]:
    """What each command did, some of them side by side."""
    known = [name for name in names() if name in COMMANDS]
    with ThreadPoolExecutor(worker_count()) as workers:
        ended = workers.map(lambda name: watched(home.folder, home.folder.parent / f"copy-{name}", name), known)
        return dict(zip(known, ended, strict=True))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_opens_none(name: str, runs: dict[str, tuple[Watch, list[Ran]]]) -> None:
    watch, ended = runs[name]
    assert [(ran.returncode, ran.stderr) for ran in ended] == [(0, "")] * len(COMMANDS[name])
    assert watch.sockets == []
    assert watch.processes[0][1:4] == ["-m", "semsearch", COMMANDS[name][0][0]]


def test_the_scripts_open_none(home: Watch) -> None:
    assert home.run(str(ROOT / "query.py"), "animals that sing").returncode == 0
    assert home.sockets == []


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("import socket; socket.socket()", "socket.__new__"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "socket.getaddrinfo"),
        ("import urllib.request; urllib.request.urlopen('http://example.org')", "socket.getaddrinfo"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; socket.socket()'])",
         "socket.__new__"),
        ("import uuid; uuid.uuid1()", "socket.uuid1"),
        ("try:\n import socket; socket.socket()\nexcept OSError: pass", "socket.__new__"),
    ],
)  # fmt: skip
def test_the_watch_sees_a_socket(code: str, event: str, tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.run("-c", code)
    assert watch.sockets
    assert watch.sockets[0][0] == event


def test_there_is_no_network_around_them(tmp_path: Path) -> None:
    """The second belt: what libraries do without Python's knowledge leads nowhere."""
    if not ALONE:
        pytest.skip(
            "this system gives no process a network of its own (unshare --net): sockets were watched all the same"
        )
    ran = Watch(tmp_path).run("-c", "import os; print(os.readlink('/proc/self/ns/net'), *open('/proc/net/route'))")
    space, *routes = ran.stdout.splitlines()
    assert space.split()[0] != str(Path("/proc/self/ns/net").readlink())
    assert routes == []
