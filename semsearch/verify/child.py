"""The parts of an index opened by their libraries in a process of its own, which is all that one of them can crash.

In: a generation whose hashes fit. Out: for each file what is wrong with it, or what was found in it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from ..progress import Progress
from ..store import Manifest
from ..store.layout import ENCODER, LEXICAL, PAPERS, VECTORS

PARTS = {PAPERS: PAPERS, VECTORS: VECTORS, LEXICAL: f"{LEXICAL}/meta.json", ENCODER: f"{ENCODER}/model.onnx"}
"""What is opened, in this order, and the file that is named where a library gives up on it."""

_COMMAND = (sys.executable, "-P", "-m", "semsearch.verify.contents")  # -P: no file of the user's folder is a module
_LIBRARIES = {PAPERS: "SQLite", VECTORS: "FAISS", LEXICAL: "tantivy", ENCODER: "the encoder"}
_LEAST_TIME_S = 120.0
_BYTES_A_SECOND = 1e6  # a tenth of the slowest disk
_LONGEST_LINE = 1 << 16

Finding = tuple[str, str, str]


def look_into(folder: Path, manifest: Manifest, progress: Progress) -> Iterator[Finding]:
    """Name, problem and what was found, of files in folder; at most one of the two is told at once.

    A part that crashes the child, or keeps it longer than a part of that size ever takes, is a problem of that part;
    another child looks into the others.
    """
    limit_s = _LEAST_TIME_S + sum(part.bytes for part in manifest.files) / _BYTES_A_SECOND
    left = list(PARTS)
    while left:
        child = _Child(folder, left, limit_s)
        wrong = False
        for message in child.messages():
            if "part" in message:
                left = left[left.index(message["part"]) + 1 :]
            elif "stage" in message:
                progress(str(message["stage"]), int(message["done"]), int(message["total"]))
            else:
                wrong = wrong or bool(message["problem"])
                yield message["file"], message["problem"], message["found"]
        ended = child.ended()
        if not ended:
            return
        part = child.part or left.pop(0)
        yield PARTS[part], f"{_LIBRARIES[part]} {ended}", ""
        left = [each for each in left if each != ENCODER or (part == LEXICAL and not wrong)]


class _Child:
    """One process, which tells on its standard output which part it opens, and what it finds, a line of JSON each."""

    def __init__(self, folder: Path, parts: Sequence[str], limit_s: float) -> None:
        self.part: str | None = None
        self._limit_s = limit_s
        self._late = False
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `ended`)
        here = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
        here |= {"HF_HUB_OFFLINE": "1"}  # nothing is fetched in order to check something
        self._process = subprocess.Popen(
            [*_COMMAND, str(folder), *parts],
            env=here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the child tells, to its end; it is ended where a part takes too long."""
        assert self._process.stdout is not None
        timer = self._timer()
        try:
            while line := self._process.stdout.readline(_LONGEST_LINE):
                message = _message(line)
                if message is not None:
                    if "part" in message:
                        self.part = message["part"]
                        timer.cancel()
                        timer = self._timer()
                    yield message
        finally:
            timer.cancel()
            self._process.stdout.close()
            self._process.wait()

    def _timer(self) -> threading.Timer:
        timer = threading.Timer(self._limit_s, self._end)
        timer.daemon = True
        timer.start()
        return timer

    def _end(self) -> None:
        self._late = True
        self._process.kill()

    def ended(self) -> str:
        """What the child ended by, in a phrase; empty where it came to its end."""
        status = self._process.returncode
        with self._errors as errors:
            errors.seek(0)
            said = errors.read(_LONGEST_LINE).decode("utf-8", "replace").strip().splitlines()
        if self._late:
            return f"was not done with it after {self._limit_s:.0f} s"
        if status == 0:
            return ""
        if -status in set(signal.Signals):
            return f"was ended by {signal.Signals(-status).name} on opening it"
        return f"fails on it ({said[-1][:200] if said else f'status {status}'})"


def _message(line: bytes) -> dict[str, Any] | None:
    """A line of the child's; None for what a library writes there."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
