"""Writers in processes of their own, to be stopped or made to fail at any moment: at each change that they make to the
file system through semsearch.store.files, at each batch of texts, and at each stage that they tell of.

`Workers` is the side of the tests; run as a script this is a server that forks a writer for each line that it reads.
What a writer encodes, and what of it is safe on the disk, it writes to a log, which survives it.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn

TESTS = Path(__file__).parent
CHANGES = ("write_durably", "sync_file", "sync_folder", "rename", "make_folder", "link_files", "copy_files", "remove")
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO}


@dataclass(frozen=True)
class Moment:
    """When, and what happens then.

    at: `files` for a change of files, `removing` for each file of a folder that is removed, `embedding` and `embedded`
    for a batch, or a stage of the progress. number: which of them, from 1, 0 for none; at the `limit` the bytes that a
    file may have at most, from the beginning on. do: `wait` to be killed, `exit`, or an error's name. when: `before`
    the change or `after` it.
    """

    at: str = "files"
    number: int = 0
    do: str = "wait"
    when: str = "after"


@dataclass(frozen=True)
class Ended:
    """How a writer ended. how: `finished`, `killed`, `exited`, `error` for a SemsearchError, else `traceback`. met: how
    many moments of the kind there were, if it lived to tell. encoded, safe: texts, the latter on the disk."""

    how: str
    text: str
    met: int
    encoded: list[str]
    safe: list[str]


class Workers:
    """Starts writers one at a time."""

    def __init__(self, log: Path) -> None:
        self._log = log
        command = [sys.executable, str(Path(__file__)), str(log)]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, command: str, given: Any, index: Path, moment: Moment = Moment()) -> Ended:
        """Run a command over given, the path of a corpus or the names of papers, until that moment."""
        assert self._server.stdin is not None
        self._log.write_text("")
        given = str(given) if isinstance(given, Path) else given
        self._server.stdin.write(json.dumps([command, given, str(index), asdict(moment)]) + "\n")
        self._server.stdin.flush()
        how, text, met = "killed", "", moment.number
        while "status" not in (told := self._told()):
            if "waiting" in told:
                os.kill(told["waiting"], signal.SIGKILL)
            else:
                how, text, met = told["how"], told["text"], told["met"]
        if told["status"] not in (0, -signal.SIGKILL):
            how = "exited" if told["status"] == 77 else f"ended with {told['status']}"
        lines = [json.loads(line) for line in self._log.read_text().splitlines()]
        encoded = [text for kind, texts in lines if kind == "encoding" for text in texts]
        safe = [text for kind, texts in lines if kind == "safe" for text in texts]
        return Ended(how, text, met, encoded, safe)

    def _told(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        told: dict[str, Any] = json.loads(self._server.stdout.readline())
        return told

    def close(self) -> None:
        self._server.communicate()


# The server


def _tell(**values: object) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201


class _Writer:
    def __init__(self, log: Path, moment: Moment) -> None:
        self._log = log
        self._moment = moment
        self.met = 0

    def moment(self, at: str, when: str = "after", path: Path | None = None) -> None:
        if (at, when) != (self._moment.at, self._moment.when):
            return
        self.met += 1
        if self.met != self._moment.number:
            return
        if self._moment.do == "wait":
            _tell(waiting=os.getpid())
            while True:
                signal.pause()
        if self._moment.do == "exit":
            os._exit(77)
        raise OSError(ERRORS[self._moment.do], os.strerror(ERRORS[self._moment.do]), str(path))

    def note(self, kind: str, texts: list[str]) -> None:
        with self._log.open("a") as file:
            file.write(json.dumps([kind, texts]) + "\n")

    def watch(self) -> Any:
        """Put moments around all that a writer does; the encoder that has them."""
        from conftest import TinyEncoder

        from semsearch.encoders import Embeddings
        from semsearch.store import files
        from semsearch.store.embedded import EmbeddedTexts

        for name in CHANGES:
            setattr(files, name, self._around(getattr(files, name)))
        writer, add, batch = self, EmbeddedTexts.add, list[str]()

        def added(kept: EmbeddedTexts, some: Any) -> None:
            add(kept, some)
            writer.note("safe", batch)
            writer.moment("embedded")

        EmbeddedTexts.add = added  # type: ignore[method-assign]

        class Watched(TinyEncoder):
            def encode_documents(self, texts: Any) -> Embeddings:
                writer.moment("embedding")
                batch[:] = texts
                writer.note("encoding", batch)
                return super().encode_documents(texts)

        return Watched()

    def _around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Path, *more: Any) -> Any:
            self.moment("files", "before", path)
            if function.__name__ == "write_durably" and self._moment.when == "before":
                path.write_text(more[0][: len(more[0]) // 2])  # torn, unless it did not come so far
                self.moment("files", "before", path)
            if function.__name__ == "remove" and self._moment.at == "removing" and path.is_dir():
                for entry in sorted(path.rglob("*"), reverse=True):
                    entry.rmdir() if entry.is_dir() else entry.unlink()
                    self.moment("removing")
            result = function(path, *more)
            self.moment("files", "after", path)
            return result

        return call


def _work(log: Path, command: str, given: Any, index: Path, moment: Moment) -> None:
    from semsearch.build import build_index
    from semsearch.errors import SemsearchError
    from semsearch.store import roll_back
    from semsearch.update import add_papers, remove_papers, sync_papers

    if moment.at == "limit":
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (moment.number, moment.number))
    writer = _Writer(log, moment)
    encoder = writer.watch()

    def progress(stage: str, done: int, total: int | None) -> None:
        writer.moment(stage)

    options = {"encoder": encoder, "progress": progress}
    commands: dict[str, Callable[[], object]] = {
        "build": lambda: build_index(given, index, model=encoder, progress=progress),
        "add": lambda: add_papers(given, index, **options),
        "sync": lambda: sync_papers(given, index, **options),
        "remove": lambda: remove_papers(given, index, strict=False, **options),
        "rollback": lambda: roll_back(index),
    }
    try:
        commands[command]()
        _tell(how="finished", text="", met=writer.met)
    except SemsearchError as error:
        _tell(how="error", text=f"{error.message} / {error.hint}", met=writer.met)
    except BaseException as error:  # noqa: BLE001
        _tell(how="traceback", text=repr(error), met=writer.met)


def _serve(log: Path) -> NoReturn:
    while line := sys.stdin.readline():
        command, given, index, moment = json.loads(line)
        if worker := os.fork():
            _tell(status=os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
        else:
            _work(log, command, given, Path(index), Moment(**moment))
            os._exit(0)
    os._exit(0)


if __name__ == "__main__":
    sys.path[:0] = [str(TESTS), str(TESTS.parent)]
    import conftest  # noqa: F401  (once, and not in each writer)

    import semsearch.build
    import semsearch.update  # noqa: F401

    _serve(Path(sys.argv[1]))
