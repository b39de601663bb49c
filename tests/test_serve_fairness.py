"""Questions that take long leave a thread to those that do not, and do not keep the server from stopping."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from conftest import TinyEncoder
from serving import sample
from starlette.requests import Request
from starlette.responses import Response

from semsearch.search import SearchIndex
from semsearch.serve import live as live_module
from semsearch.serve.live import LiveIndex
from semsearch.serve.problems import ProblemError

__all__ = ["sample"]

WAIT_S = 30


def request() -> Request:
    async def receive() -> dict[str, object]:
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    return Request({"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}, receive)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_short_question_does_not_wait_for_long_ones(
    sample: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    monkeypatch.setattr(live_module, "worker_count", lambda: threads)
    let_go = threading.Event()
    under_way: list[str] = []

    def long(_: SearchIndex) -> Response:
        under_way.append("long")
        assert let_go.wait(WAIT_S)
        return Response("long")

    async def asked() -> tuple[list[str], list[bytes]]:
        live = LiveIndex(sample, encoder=TinyEncoder())
        live.open()
        some = [asyncio.create_task(live.ask(request(), long, takes_long=True)) for _ in range(5)]
        while not under_way:
            await asyncio.sleep(0)
        short = asyncio.create_task(live.ask(request(), lambda _: Response("short")))
        if threads == 1:
            let_go.set()
        answer = await asyncio.wait_for(short, WAIT_S)
        before = list(under_way)
        let_go.set()
        answers = [answer, *await asyncio.gather(*some)]
        await asyncio.to_thread(live.close)
        return before, [each.body for each in answers]

    before, answers = asyncio.run(asked())
    assert answers == [b"short", *[b"long"] * 5]
    if threads > 1:
        assert len(before) <= threads - 1


def test_what_takes_long_ends_at_its_next_step_once_the_server_is_to_stop(sample: Path) -> None:
    live = LiveIndex(sample, encoder=TinyEncoder())
    some = live.open().rank(["ozone", "whales", "markets"], 2, at_once=1)
    steps = live.until_closed(some)
    assert next(steps).query == "ozone"
    live.close()
    with pytest.raises(ProblemError) as caught:
        next(steps)
    assert (caught.value.status, caught.value.headers) == (503, {"Retry-After": "5"})
