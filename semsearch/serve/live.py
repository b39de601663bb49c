"""The index that is served: opened once, moved on to each generation that is published, asked by a few threads.

In: the folder of an index. Out: answers, computed in threads of which there are as many as cores; how ready it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..encoders import Encoder
from ..errors import SemsearchError, StoreError
from ..search import SearchIndex
from ..threads import worker_count
from .problems import ProblemError

WAITING = 200
"""How many requests may wait for a thread; further ones are told to come back."""

REFRESH_S = 1.0

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class LiveIndex:
    """An index that follows what is published, and the threads that ask it."""

    def __init__(self, path: str | Path, *, encoder: Encoder | None = None) -> None:
        """encoder: see SearchIndex."""
        self.path = Path(path)
        self.problem: SemsearchError | None = None
        self._encoder = encoder
        self._opened: SearchIndex | None = None
        self._threads = ThreadPoolExecutor(worker_count(), thread_name_prefix="search")
        self._free = asyncio.Semaphore(worker_count())
        self._waiting = 0

    def open(self) -> SearchIndex:
        """Open the index, if it is not, and load its encoder. StoreError or EncoderError where it cannot be."""
        if self._opened is None:
            opened = SearchIndex(self.path, encoder=self._encoder)
            opened.encoder  # noqa: B018
            self._opened = opened
        return self._opened

    @property
    def index(self) -> SearchIndex:
        """The open index. StoreError or EncoderError where there is none."""
        if self._opened is None:
            raise self.problem or StoreError(f"{self.path}: the index is not open yet", "try again in a moment")
        return self._opened

    async def ask(self, question: Callable[[SearchIndex], Answer]) -> Answer:
        """What question answers of the index, in one of the threads. ProblemError where too many wait already."""
        index = self.index
        if self._waiting >= WAITING:
            raise ProblemError(503, "too many requests wait already", "try again in a moment", {"Retry-After": "1"})
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.get_running_loop().run_in_executor(self._threads, question, index)
        finally:
            self._waiting -= 1

    async def follow(self) -> None:
        """Move on to each generation that is published, for ever."""
        while True:
            await asyncio.to_thread(self.move_on)
            await asyncio.sleep(REFRESH_S)

    def move_on(self) -> bool:
        """Open the live generation if it is another than the open one; whether it was. What fails is in `problem`."""
        try:
            moved = self.open().refresh()
        except SemsearchError as error:
            if self.problem is None or self.problem.message != error.message:
                logger.warning("%s; %s", error.message, error.hint)
            self.problem = error
            return False
        self.problem = None
        return moved

    def close(self) -> None:
        """Let go of the index and its threads."""
        self._threads.shutdown(wait=True)
        if self._opened is not None:
            self._opened.close()
