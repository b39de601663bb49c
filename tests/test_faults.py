"""Writers that fail: at each of their changes of files, on a full disk, and where a file may not grow. Each time there
is a clear error, the index is as it was, and once there is room the same command goes on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyEncoder
from test_crash import STRIDE, Crashes
from workers import Ended, Moment, Workers

from semsearch.errors import StoreError
from semsearch.lexical import LexicalWriter
from semsearch.paper import Paper
from semsearch.store import Building, EmbeddedText, EmbeddedTexts, PaperWriter, writing
from semsearch.vectors import VectorWriter

resource = pytest.importorskip("resource")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no fork there")

COMMANDS = ("build", "add", "sync", "remove", "rollback")
SOME_WAYS = (("ENOSPC", "before"), ("EIO", "after"), ("exit", "before"))
EVERY_WAY = (*SOME_WAYS, ("ENOSPC", "after"), ("EIO", "before"), ("exit", "after"))
HINT = "make room or name another --index; what was indexed before is untouched"
WORDS = {"ENOSPC": "No space left on device", "EIO": "Input/output error"}


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crashes]:
    folder = tmp_path_factory.mktemp("faults")
    workers = Workers(folder / "log")
    yield Crashes(folder, workers)
    workers.close()


@pytest.mark.parametrize("command", COMMANDS)
def test_whichever_change_of_files_fails_it_is_told_and_the_index_is_whole(crashes: Crashes, command: str) -> None:
    """Sampled; `make torture` fails every one of them in each way."""
    crashes.after(command)
    for number, (do, when) in enumerate(EVERY_WAY if STRIDE == 1 else SOME_WAYS):
        for at in count(1) if STRIDE == 1 else count(1 + number, 4) if command == "rollback" else (4 + 11 * number,):
            crashes.restore()
            ended = crashes.run(command, Moment(number=at, do=do, when=when))
            if ended.how == "finished" and ended.met < at:
                break
            failed(ended, do)
            crashes.check(command, ended)
        assert at > 1


def failed(ended: Ended, do: str) -> None:
    """It tells what went wrong, with a hint; or if that was the removal of what is old, it has done what it had to."""
    if do == "exit":
        assert ended.how == "exited"
    elif ended.how != "finished":
        assert ended.how == "error", ended.text
        assert WORDS[do] in ended.text
        assert ended.text.endswith(HINT)


@pytest.mark.parametrize("command", ["build", "add", "sync", "remove"])
def test_where_files_may_not_grow_it_is_told_and_the_index_is_whole(crashes: Crashes, command: str) -> None:
    crashes.after(command)
    failures = 0
    for limit_kb in (8, 90) if STRIDE > 1 else (*range(1, 20), *range(20, 300, 10)):
        crashes.restore()
        ended = crashes.run(command, Moment("limit", limit_kb * 1024))
        if ended.how != "finished":
            assert ended.how == "error", ended.text
            assert "cannot be written" in ended.text, ended.text
            assert ended.text.endswith(HINT)
            failures += 1
        crashes.check(command, ended)
    assert failures


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def keywords_begun(building: Building) -> None:
    with files_of_at_most(100):
        LexicalWriter(building.lexical)


def keywords_sealed(building: Building) -> None:
    writer = LexicalWriter(building.lexical)
    writer.append([(f"Paper {number}", "Whales sing. " * number) for number in range(500)])
    with files_of_at_most(1000):
        writer.seal()


def vectors_appended(building: Building) -> None:
    with VectorWriter(building.vectors, 32) as writer, files_of_at_most(1000):
        writer.append(np.zeros((500, 32), np.float32))


def papers_appended(building: Building) -> None:
    writer = PaperWriter(building.papers)
    with closing(writer), files_of_at_most(10_000):
        writer.append([Paper(f"p{number}", f"Paper {number}") for number in range(500)])


def texts_embedded(building: Building) -> None:
    with closing(EmbeddedTexts(building.embedded, TinyEncoder().identity)) as texts, files_of_at_most(30_000):
        texts.add([EmbeddedText(bytes([number] * 32), False, bytes(64)) for number in range(250)])
        texts.add([EmbeddedText(bytes([number] * 31 + [0]), False, bytes(64)) for number in range(250)])


@pytest.mark.parametrize("work", [keywords_begun, keywords_sealed, vectors_appended, papers_appended, texts_embedded])
def test_each_writer_of_a_file_tells_that_it_may_not_grow(tmp_path: Path, work: Callable[[Building], None]) -> None:
    with pytest.raises(StoreError, match="cannot be written") as error, writing(tmp_path / "index") as building:
        work(building)
    assert error.value.hint == HINT
    assert [path.name for path in (tmp_path / "index").iterdir() if not path.name.startswith("building-")] == ["LOCK"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk cannot be mounted here: that takes root, and a system that allows it")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def grow(disk: Path, size_kb: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size_kb}k", "none", disk], check=True, capture_output=True)


@pytest.mark.parametrize("command", ["build", "add", "sync", "remove"])
def test_a_full_disk_is_told_and_with_more_room_it_goes_on(crashes: Crashes, disk: Path, command: str) -> None:
    crashes.after(command)
    index, crashes.index = crashes.index, disk / "index"
    try:
        grow(disk, 8 << 10)
        crashes.restore()
        size_kb = int(subprocess.run(["du", "-sk", disk], check=True, capture_output=True).stdout.split()[0])
        safe: set[str] = set()
        for more_kb in range(16, 4096, 330 if STRIDE > 1 else 12):
            grow(disk, size_kb + more_kb)
            ended = crashes.run(command)
            assert not safe & set(ended.encoded)
            safe |= set(ended.safe)
            if ended.how == "finished":
                break
            assert ended.how == "error", ended.text
            assert "cannot be written" in ended.text, ended.text
            assert ended.text.endswith(HINT)
            grow(disk, 16 << 10)
            assert crashes.seen() == crashes.before
        grow(disk, 16 << 10)
        assert crashes.seen() == crashes.after(command)
        assert more_kb > 16
    finally:
        crashes.index = index
