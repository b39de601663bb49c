"""The index that is served: opened once, moved on to each generation that is published, asked by a few threads.

In: the folder of an index. Out: responses, made in threads of which there are as many as cores; how ready it is.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from copy import copy
from pathlib import Path
from typing import Literal, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from ..encoders import Encoder
from ..errors import SemsearchError, StoreError
from ..search import SearchIndex
from ..store import Generation
from ..threads import worker_count
from ..vectors import search_alone
from .limits import KEPT_ANSWERS, KEPT_BYTES, WAITING
from .problems import ProblemError

REFRESH_S = 1.0
"""How often CURRENT is read."""

_GONE = Response(status_code=499)  # nginx's status for who has hung up; nobody sees it
_OVERHEAD_BYTES = 2_000  # of the objects around an answer
_AHEAD = 2  # requests handed over for each thread: one is there when another is done

Step = TypeVar("Step")

logger = logging.getLogger(__name__)


class LiveIndex:
    """An index that follows what is published, and the threads that ask it."""

    def __init__(self, path: str | Path, *, encoder: Encoder | None = None) -> None:
        """Nothing is opened yet. encoder: see SearchIndex."""
        self.path = Path(path)
        self.problem: SemsearchError | None = None
        self.waiting = 0
        self._encoder = encoder
        self._opened: SearchIndex | None = None
        self._threads = ThreadPoolExecutor(worker_count(), "semsearch-serve", initializer=search_alone)
        self._places = asyncio.Semaphore(worker_count() * _AHEAD)
        self._long = asyncio.Semaphore(max(1, worker_count() - 1))
        self._kept = _Kept()
        self._closing = threading.Event()

    def open(self) -> SearchIndex:
        """Open the index, if it is not, and load its encoder. StoreError or EncoderError where it cannot be."""
        if self._opened is None:
            opened = SearchIndex(self.path, encoder=self._encoder)
            opened.encoder  # noqa: B018
            self._opened = opened
        return self._opened

    @property
    def generation(self) -> Generation | None:
        """The generation that answers; None where none does."""
        return self._opened.generation if self._opened else None

    @property
    def index(self) -> SearchIndex:
        """The open index. StoreError or EncoderError where there is none."""
        if self._opened is None:
            raise self.problem or StoreError(f"{self.path}: the index is not open yet", "try again in a moment")
        return self._opened

    async def ask(
        self, request: Request, question: Callable[[SearchIndex], Response], *, takes_long: bool = False
    ) -> Response:
        """What question makes of the index, in one of the threads; a GET that was asked of this generation before is
        answered from what is kept. takes_long: one thread stays free of such questions, where there are several.
        ProblemError where too many wait already."""
        index = self.index
        asked = (index.generation.name, request.url.path, request.url.query) if request.method == "GET" else None
        if asked and (known := self._kept.get(asked)):
            return known
        if self.waiting >= WAITING:
            hint = "try again in a moment"
            raise ProblemError(503, f"{self.waiting} requests wait already", hint, {"Retry-After": "1"})
        self.waiting += 1
        try:
            await request.body()  # never in a place: others would wait for it
            async with self._long if takes_long else nullcontext(), self._places:
                if await request.is_disconnected():  # as a page does at the next letter that is typed
                    return _GONE
                response = await asyncio.get_running_loop().run_in_executor(self._threads, question, index)
        except ClientDisconnect:
            return _GONE
        finally:
            self.waiting -= 1
        if asked and index.generation.name == asked[0]:  # it may have moved on in between
            self._kept.put(asked, response)
        return response

    def until_closed(self, steps: Iterable[Step]) -> Iterator[Step]:
        """The steps of what takes long; ProblemError at the next one once the server is to stop."""
        for step in steps:
            if self._closing.is_set():
                hint = "ask again when it is back"
                raise ProblemError(503, "the server is being stopped", hint, {"Retry-After": "5"})
            yield step

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
            return self._fails(error)
        except OSError as error:
            return self._fails(StoreError(f"{self.path}: cannot be read ({error})", "look at its disk"))
        if moved:
            logger.info("%s: %s answers now", self.path, self.generation and self.generation.name)
        self.problem = None
        return moved

    def _fails(self, error: SemsearchError) -> Literal[False]:
        if self.problem is None or self.problem.message != error.message:
            logger.warning("%s; %s", error.message, error.hint)
        self.problem = error
        return False

    def close(self) -> None:
        """Let go of the index, once the threads have answered, or have come to the next step of what takes long."""
        self._closing.set()
        self._threads.shutdown(wait=True)
        if self._opened is not None:
            self._opened.close()


class _Kept:
    """Answers by what was asked, of which the longest unused are dropped first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, ...], Response] = OrderedDict()
        self._bytes = 0

    def get(self, asked: tuple[str, ...]) -> Response | None:
        found = self._answers.get(asked)
        if found is None:
            return None
        self._answers.move_to_end(asked)
        again = copy(found)
        again.raw_headers = list(found.raw_headers)  # to which each request adds its own
        return again

    def put(self, asked: tuple[str, ...], response: Response) -> None:
        if asked in self._answers:
            return
        self._answers[asked] = copy(response)
        self._answers[asked].raw_headers = list(response.raw_headers)
        self._bytes += _size(asked, response)
        while len(self._answers) > KEPT_ANSWERS or self._bytes > KEPT_BYTES:
            self._bytes -= _size(*self._answers.popitem(last=False))


def _size(asked: tuple[str, ...], response: Response) -> int:
    """What an answer takes up with its question, which may be longer."""
    return len(response.body) + sum(map(len, asked)) + _OVERHEAD_BYTES
