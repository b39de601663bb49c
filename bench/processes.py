"""Contenders as processes: timed whole from start to end, or loaded once and told when to run a round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

_ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""Nobody loses time with asking a hub for a model that lies on the disk."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A process from start to end. peak_mb: ru_maxrss / 1024, its largest resident set."""

    seconds: float
    peak_mb: float
    output: str


def whole(command: Sequence[object]) -> Whole:
    """Run it; what it prints goes to a file, so that nobody waits for a reader."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
        started = time.monotonic()
        process = subprocess.Popen(list(map(str, command)), stdout=printed, stderr=said, env=_ENVIRONMENT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        said.seek(0)
        if status:
            raise SystemExit(f"{command[0]} failed: {said.read().decode(errors='replace')[-2000:]}")
        return Whole(seconds, usage.ru_maxrss / 1024, printed.read().decode())


class Worker:
    """A process that has loaded what it needs when this returns; each `round` makes it do its work once.

    It says a line of JSON when it is ready, and one for each line that it is given.
    """

    def __init__(self, command: Sequence[object]) -> None:
        self._process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, env=_ENVIRONMENT,
        )  # fmt: skip
        self._answer()

    def round(self) -> Any:
        """What the worker measured in one more round."""
        assert self._process.stdin is not None
        print("round", file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"{self._process.args!r} ended early")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


def python(script: object, *arguments: object) -> list[object]:
    """The command that runs a script in this environment."""
    return [sys.executable, script, *arguments]
