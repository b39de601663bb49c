"""Where a run is written: standard output, or a file that can be gone on with after whatever ended its writer.

OUTPUT.part is what has been written; it takes its name once it is whole. OUTPUT.part.log tells of it, a JSON object a
line: the first has the settings of the run, each further one how many questions are answered by how many bytes, with
the hashes of both. So nothing is guessed from a torn line, and a question for which nothing was found counts as well.
OUTPUT.part.lock is there while they are written, so that two runs never write to the same ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ..errors import QueryError
from ..questions import Question

Settings = Mapping[str, Any]

_EVERY = 64
"""How many questions lie between two lines of the log: so many are ranked anew at most."""

_ANEW = "leave out --resume to begin anew"


class _OtherQuestionsError(QueryError):
    """What is to be gone on with answers other questions."""


class RunWriter(Protocol):
    """Takes the lines of one question after the other. done: how many were answered before."""

    done: int

    def unanswered(self, questions: Iterable[Question]) -> Iterator[Question]:
        """Those of all questions that are still to be ranked."""
        ...

    def write(self, lines: Iterable[str]) -> None:
        """The lines of the next question, whole."""
        ...


def check_inputs(output: Path, inputs: Iterable[str | None]) -> None:
    """Raise QueryError where a run to output would write over a file that it reads, by whatever name or link; and for
    a folder that is read, over one in it."""
    written = [file for file in (output, _part_of(output), _log_of(output)) if file.is_file()]
    for name in inputs:
        if name is None or name == "-" or not (given := Path(name)).exists():
            continue
        for file in written:
            if _is_of(file, given):
                raise QueryError(
                    f"{name}: is read, and a run to {output} would write over it (as {file})",
                    "name another file with -o",
                )


def _is_of(file: Path, given: Path) -> bool:
    if given.is_dir():
        return any(path == given.resolve() for path in file.resolve().parents)
    return given.is_file() and file.samefile(given)


def _part_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.part")


def _log_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.part.log")


@contextmanager
def run_writer(output: Path | None, header: str, settings: Settings, resume: bool) -> Iterator[RunWriter]:
    """What writes to output, None for standard output, header first.

    After an error, what was written stays in OUTPUT.part, and what was at output before is. resume: go on with it.
    Raises QueryError where output cannot be written, where another run writes to it, and where what is to be gone on
    with is another run.
    """
    if output is None:
        yield _Stream(header)
        return
    try:
        if output.exists() and not output.is_file():  # a device or a named pipe
            with output.open("w", encoding="utf-8", newline="\n") as file:
                yield _Stream(header, file)
            return
        with _locked(output), _part(output, header, settings, resume) as writer:
            yield writer
    except OSError as error:
        raise QueryError(f"{output}: cannot be written ({error.strerror or error})", "name another file") from error


class _Stream:
    """Standard output or a device: nothing to go back to."""

    def __init__(self, header: str, file: Any = None) -> None:
        self.done = 0
        self._file = file or sys.stdout
        self._file.write(header)

    def unanswered(self, questions: Iterable[Question]) -> Iterator[Question]:
        return iter(questions)

    def write(self, lines: Iterable[str]) -> None:
        self._file.writelines(lines)


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """questions: how many are answered by the first `bytes` of the part. asked, written: the hashes of both."""

    questions: int
    bytes: int
    asked: str
    written: str


@contextmanager
def _locked(output: Path) -> Iterator[None]:
    """No other run to output is begun or gone on with meanwhile. The lock has the number of the process in it; one that
    was killed leaves the file behind, but holds it no more."""
    from filelock import FileLock, Timeout

    output.parent.stat()  # the lock would make the folder
    file = output.with_name(f"{output.name}.part.lock")
    try:
        with FileLock(file, timeout=0):
            file.write_text(f"{os.getpid()}\n")
            try:
                yield
            finally:
                with suppress(OSError):  # Windows removes nothing that is open
                    file.unlink()
    except Timeout as error:
        raise QueryError(
            f"{output}: another run (pid {_writer(file)}) is writing to it",
            "wait until it has ended, or name another file with -o",
        ) from error


def _writer(lock: Path) -> str:
    try:
        return lock.read_text().strip() or "unknown"
    except OSError:  # Windows lets nobody read a file that is locked
        return "unknown"


@contextmanager
def _part(output: Path, header: str, settings: Settings, resume: bool) -> Iterator[_PartFile]:
    part, log = _part_of(output), _log_of(output)
    writer = _PartFile(part, log, settings, resume)
    try:
        if not writer.bytes:
            writer.head(header)
        yield writer
        writer.close()
        part.replace(output)
    except BaseException as error:
        with suppress(OSError, ValueError):  # it may be closed
            writer.checkpoint()
        writer.close()
        if writer.done:
            if isinstance(error, _OtherQuestionsError):
                raise
            print(f"kept: {writer.done} questions, in {part}; --resume goes on behind them", file=sys.stderr)
        else:
            part.unlink(missing_ok=True)
            log.unlink(missing_ok=True)
        raise
    log.unlink(missing_ok=True)


class _PartFile:
    """The part and its log, open for more."""

    def __init__(self, part: Path, log: Path, settings: Settings, resume: bool) -> None:
        self._name = part
        self._part: BinaryIO
        self._log: BinaryIO
        self._asked, self._written = hashlib.sha256(), hashlib.sha256()
        self._pending: deque[bytes] = deque()  # of the questions that were read and not answered yet
        self.done = self.bytes = 0
        self._start = _Checkpoint(0, 0, "", "")
        log_bytes = 0
        if resume and part.exists() and log.exists():
            log_bytes = self._go_on(part, log, settings)
        elif resume:
            print(f"nothing to go on with: no {part} with its log, so it begins anew", file=sys.stderr)
        elif part.exists():
            print(f"{part}: replaced, it was left by an earlier run (--resume goes on with one)", file=sys.stderr)
        if log_bytes:
            self._part, self._log = part.open("r+b"), log.open("r+b")
            _cut(self._part, self.bytes)
            _cut(self._log, log_bytes)
        else:
            log.unlink(missing_ok=True)  # first: it must never tell of another part
            self._part, self._log = part.open("wb"), log.open("wb")
            self._tell(dict(settings))

    def _go_on(self, part: Path, log: Path, settings: Settings) -> int:
        """Take up what the log tells and the part holds; how many bytes of the log are right, 0 if it tells nothing."""
        lines = _whole_lines(log)
        if not lines:
            return 0
        _check_settings(part, lines[0][0], settings)
        used = lines[0][1]
        with part.open("rb") as file:
            for line, size_bytes in lines[1:]:
                found = _Checkpoint(**line)
                written = self._written.copy()
                written.update(file.read(found.bytes - self.bytes))
                if written.hexdigest() != found.written or file.tell() != found.bytes:
                    break  # the disk has not kept so much, or somebody changed it
                self._written, self._start = written, found
                self.done, self.bytes = found.questions, found.bytes
                used += size_bytes
        return used

    def head(self, header: str) -> None:
        self._put(header)

    def unanswered(self, questions: Iterable[Question]) -> Iterator[Question]:
        each = iter(questions)
        skipped = 0
        for question in islice(each, self._start.questions):
            self._asked.update(_hash(question))
            skipped += 1
        if skipped < self._start.questions or (skipped and self._asked.hexdigest() != self._start.asked):
            raise _OtherQuestionsError(
                f"{self._name}: its first {self._start.questions} questions are not those of the file",
                f"name the file that it was begun with, or {_ANEW}",
            )
        for question in each:
            self._pending.append(_hash(question))
            yield question

    def write(self, lines: Iterable[str]) -> None:
        self._put("".join(lines))
        self._asked.update(self._pending.popleft())
        self.done += 1
        if self.done % _EVERY == 0:
            self.checkpoint()

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        self._part.write(data)
        self._written.update(data)
        self.bytes += len(data)

    def checkpoint(self) -> None:
        """Tell in the log how far the part is, once it is so far."""
        self._part.flush()
        if self.done > self._start.questions:
            told = _Checkpoint(self.done, self.bytes, self._asked.hexdigest(), self._written.hexdigest())
            self._tell(asdict(told))

    def _tell(self, line: dict[str, Any]) -> None:
        self._log.write(json.dumps(line).encode() + b"\n")
        self._log.flush()

    def close(self) -> None:
        self._part.close()
        self._log.close()


def _cut(file: BinaryIO, size_bytes: int) -> None:
    file.truncate(size_bytes)
    file.seek(size_bytes)


def _whole_lines(log: Path) -> list[tuple[dict[str, Any], int]]:
    """The objects of a log, up to a torn line, and how many bytes each takes."""
    found: list[tuple[dict[str, Any], int]] = []
    for line in log.read_bytes().splitlines(keepends=True):
        try:
            value = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n") or not isinstance(value, dict):
            break
        if found and value.keys() != _Checkpoint.__dataclass_fields__.keys():
            break
        found.append((value, len(line)))
    return found


def _check_settings(part: Path, begun: Settings, settings: Settings) -> None:
    differing = [name for name in {**settings, **begun} if begun.get(name) != settings.get(name)]
    if not differing:
        return
    told = [
        f"{name} {_shown(begun.get(name))}, now {_shown(settings.get(name))}"
        for name in differing
        if name not in ("index", "manifest")
    ]
    hint = f"give the options that it was begun with, or {_ANEW}"
    if len(told) < len(differing):
        was, now = (f"{_shown(each.get('index'))} ({_shown(each.get('manifest'))})" for each in (begun, settings))
        told.insert(0, f"another index, or another generation of it: {was}, now {now}")
        hint = f"name the index that it was begun with (semsearch rollback brings a generation back), or {_ANEW}"
    raise QueryError(f"{part}: begun with {'; '.join(told)}", hint)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)[:60]


def _hash(question: Question) -> bytes:
    return hashlib.sha256(json.dumps([question.id, question.text, question.like, question.unlike]).encode()).digest()
