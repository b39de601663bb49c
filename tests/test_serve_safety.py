"""What keeps other sites out, and what happens when too much is asked, or the index moves under the server."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import TinyEncoder, write_jsonl
from serving import ADDRESS, client, own, sample
from starlette.responses import Response
from starlette.testclient import TestClient

from semsearch.search import SearchIndex
from semsearch.serve import live as live_module
from semsearch.serve import safety
from semsearch.serve.app import create_app
from semsearch.serve.live import LiveIndex
from semsearch.store import roll_back
from semsearch.update import add_papers

__all__ = ["client", "own", "sample"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
GENERATIONS = ["generation-000001", "generation-000002"]


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server looks for a new generation but when it is told to."""

    async def follow(_: LiveIndex) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(LiveIndex, "follow", follow)


@pytest.fixture
def moving(own: Path, still: None) -> Iterator[TestClient]:
    with TestClient(create_app(own, encoder=TinyEncoder()), base_url=ADDRESS) as opened:
        yield opened


def live_of(client: TestClient) -> LiveIndex:
    live: LiveIndex = client.app.state.live  # type: ignore[attr-defined]
    return live


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/api/info", 200), ("/api/search", 422), ("/none", 404), ("/api/rank", 405), ("/openapi.json", 200)],
)
def test_every_answer_keeps_a_browser_from_what_is_not_ours(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert response.headers.get_list("content-security-policy") == [POLICY]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["cross-origin-resource-policy"] == "same-origin"
    assert response.headers["cache-control"] == "no-cache"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200), ("127.0.0.1:8765", 200), ("localhost:1", 200), ("LOCALHOST", 200), ("[::1]:8765", 200),
        ("example.org", 421), ("localhost.example.org", 421), ("127.0.0.1.example.org:8765", 421), ("", 421),
        ("[::2]", 421), ("10.0.0.1", 421),
    ],
)  # fmt: skip
def test_a_name_of_another_site_that_leads_here_is_refused(client: TestClient, host: str, status: int) -> None:
    response = client.get("/api/info", headers={"host": host})
    assert response.status_code == status
    assert response.headers["content-security-policy"] == POLICY
    if status == 421:
        assert "which is no name of this server" in response.json()["detail"]
        assert "--public" in response.json()["hint"]


def test_in_public_any_name_will_do(sample: Path) -> None:
    with TestClient(create_app(sample, encoder=TinyEncoder(), hosts=None), base_url="http://papers.example.org") as one:
        assert one.get("/healthz").status_code == 200


def test_other_pages_may_ask_only_where_they_are_named(sample: Path, client: TestClient) -> None:
    origin = {"origin": "https://example.org"}
    assert "access-control-allow-origin" not in client.get("/api/info", headers=origin).headers
    named = create_app(sample, encoder=TinyEncoder(), origins=["https://example.org"])
    with TestClient(named, base_url=ADDRESS) as one:
        for _ in range(2):  # the second from what is kept
            allowed = one.get("/api/search?q=a", headers=origin)
            assert allowed.headers["access-control-allow-origin"] == "https://example.org"
            other = one.get("/api/search?q=a", headers={"origin": "https://example.com"})
            assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("told", [True, False])
def test_a_body_that_is_too_long_is_not_read(client: TestClient, told: bool) -> None:
    body: Any = b" " * (1 << 20) + b"{}"
    response = client.post(
        "/api/rank", content=body if told else iter([body]), headers={"content-type": "application/json"}
    )
    assert response.status_code == 413
    assert response.json()["detail"] == "a body of more than 1,048,576 bytes"


def _scope(*headers: tuple[bytes, bytes], method: str = "GET") -> dict[str, Any]:
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": "/api/search", "raw_path": b"/api/search", "query_string": b"q=ozone", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *headers], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8765),
    }  # fmt: skip


@pytest.mark.parametrize("header", [(b"content-length", b"1000"), (b"transfer-encoding", b"chunked")])
def test_bodies_that_never_end_keep_nobody_waiting(sample: Path, header: tuple[bytes, bytes]) -> None:
    app = create_app(sample, encoder=TinyEncoder())
    live: LiveIndex = app.state.live
    live.open()
    part = {"type": "http.request", "body": b"abc", "more_body": True}

    async def others_are_answered() -> list[int]:
        begun: list[asyncio.Event] = []

        async def never_ends() -> None:
            sent, events = asyncio.Event(), iter([part])

            async def receive() -> Any:
                if event := next(events, None):
                    return event
                sent.set()
                return await asyncio.Event().wait()

            begun.append(sent)
            await app(_scope(header), receive, None)  # type: ignore[arg-type]

        slow = [asyncio.create_task(never_ends()) for _ in range(20)]
        await asyncio.sleep(0)
        await asyncio.gather(*(each.wait() for each in begun))
        assert len(begun) == 20
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS) as asking:
            found = [await asking.get("/api/search?q=ozone"), await asking.post("/api/rank", json={"questions": ["a"]})]
        assert live.waiting == 0
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return [response.status_code for response in found]

    assert asyncio.run(others_are_answered()) == [200, 200]
    live.close()


def test_a_body_that_does_not_come_is_told_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety, "BODY_S", 0.0)
    sent: list[Any] = []

    async def receive() -> Any:
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(client.app(_scope((b"content-length", b"9")), receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["detail"] == "the body did not arrive within 0 s"


def test_a_body_in_pieces_is_whole(client: TestClient) -> None:
    body = json.dumps({"questions": ["ozone", "whales"], "k": 1}).encode()
    pieces = (body[at : at + 5] for at in range(0, len(body), 5))
    response = client.post("/api/rank", content=pieces, headers={"content-type": "application/json"})
    assert [each["query"] for each in response.json()["rankings"]] == ["ozone", "whales"]


def test_what_is_kept_is_bounded_with_its_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "KEPT_BYTES", 100_000)
    kept = live_module._Kept()
    for number in range(100):  # each takes 20,000 and some more: four of them fit
        kept.put(("generation", "/api/search", f"q={number:018000}"), Response(b"{}"))
    assert [number for number in range(100) if kept.get(("generation", "/api/search", f"q={number:018000}"))] == [
        96, 97, 98, 99,
    ]  # fmt: skip


def test_who_comes_when_too_many_wait_is_told_to_come_back(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "WAITING", 0)
    response = client.get("/api/search", params={"q": "nobody asked this before"})
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert response.json()["detail"] == "0 requests wait already"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("late", [True, False])
def test_nothing_is_searched_for_who_has_hung_up(client: TestClient, late: bool) -> None:
    sent: list[Any] = []
    whole = {"type": "http.request", "body": b"", "more_body": False}
    events = iter([*([whole] if late else []), {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = _scope() | {"query_string": b"q=hung+up"}
    encoder: TinyEncoder = live_of(client).index.encoder  # type: ignore[assignment]
    asyncio.run(client.app(scope, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 499
    assert "hung up" not in encoder.calls


def test_a_generation_that_is_published_answers_from_then_on(own: Path, moving: TestClient, tmp_path: Path) -> None:
    whale = {"id": "whale", "title": "A whale of our own", "abstract": "It sings.", "venue": "Whales"}
    question = "/api/search?q=whale&k=1"
    assert moving.get(question).json()["index"]["generation"] == GENERATIONS[0]
    add_papers(write_jsonl(tmp_path / "p.jsonl", [whale]), own, encoder=TinyEncoder())
    assert moving.get(question).json()["index"]["generation"] == GENERATIONS[0]
    assert live_of(moving).move_on()
    found = moving.get(question).json()
    assert (found["index"]["generation"], found["hits"][0]["id"]) == (GENERATIONS[1], "whale")
    assert moving.get("/healthz").json()["papers"] == 61
    assert {"value": "Whales", "papers": 1} in moving.get("/api/facets?limit=200").json()["venues"]
    assert not live_of(moving).move_on()
    roll_back(own)
    assert live_of(moving).move_on()
    assert moving.get(question).json()["hits"][0]["id"] != "whale"


def test_no_request_is_dropped_while_the_index_moves(own: Path, tmp_path: Path) -> None:
    app = create_app(own, encoder=TinyEncoder())
    live: LiveIndex = app.state.live
    live.open()
    whale = {"id": "whale", "title": "A whale of our own", "abstract": "It sings."}
    add_papers(write_jsonl(tmp_path / "p.jsonl", [whale]), own, encoder=TinyEncoder())

    async def answers() -> list[Any]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS) as asking:
            asked = [asking.get("/api/search", params={"q": f"whale {number}", "k": 1}) for number in range(40)]
            *found, moved = await asyncio.gather(*asked, asyncio.to_thread(live.move_on))
            assert moved
            return [*found, await asking.get("/api/search?q=whale&k=1")]

    found = asyncio.run(answers())
    live.close()
    assert {response.status_code for response in found} == {200}
    told = [(each["index"]["generation"], each["hits"][0]["id"] == "whale") for each in (r.json() for r in found)]
    assert set(told) <= {(GENERATIONS[0], False), (GENERATIONS[1], True)}
    assert told[-1] == (GENERATIONS[1], True)


def test_where_the_live_generation_is_damaged_the_one_before_answers(
    own: Path, moving: TestClient, tmp_path: Path
) -> None:
    add_papers(write_jsonl(tmp_path / "p.jsonl", [{"id": "w", "title": "w"}]), own, encoder=TinyEncoder())
    (own / GENERATIONS[1] / "vectors.faiss").write_bytes(b"none")
    assert not live_of(moving).move_on()
    health = moving.get("/healthz")
    assert (health.status_code, health.json()["generation"]) == (200, GENERATIONS[0])
    assert "vectors.faiss" in health.json()["problem"]
    assert moving.get("/api/search?q=ozone").json()["index"]["generation"] == GENERATIONS[0]
    assert "semsearch_index_failing 1.0" in moving.get("/metrics").text
    roll_back(own)
    assert not live_of(moving).move_on()
    assert moving.get("/healthz").json()["problem"] is None


def test_a_disk_that_fails_for_a_while_ends_nothing(moving: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refresh(_: SearchIndex) -> bool:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(SearchIndex, "refresh", refresh)
        assert not live_of(moving).move_on()
        assert "Input/output error" in moving.get("/healthz").json()["problem"]
    live_of(moving).move_on()
    assert moving.get("/healthz").json()["problem"] is None


def test_without_an_index_it_says_so_until_there_is_one(sample: Path, tmp_path: Path, still: None) -> None:
    path = tmp_path / "index"
    with TestClient(create_app(path, encoder=TinyEncoder()), base_url=ADDRESS) as one:
        for asked in ("/healthz", "/api/search?q=a", "/api/info", "/api/papers/x"):
            response = one.get(asked)
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert str(path) in response.json()["detail"]
            assert "semsearch build" in response.json()["hint"]
        assert one.get("/").status_code == 200
        shutil.copytree(sample, path)
        live_of(one).move_on()
        assert one.get("/api/search?q=a").status_code == 200


def test_requests_are_counted_by_route(own: Path, moving: TestClient) -> None:
    for path in ("/api/search?q=a", "/api/search?q=b", "/api/papers/10.1038/171737a0", "/none", "/", "/api/search"):
        moving.get(path)
    lines = moving.get("/metrics").text.splitlines()
    for line in (
        'semsearch_requests_total{method="GET",route="/api/search",status="200"} 2.0',
        'semsearch_requests_total{method="GET",route="/api/search",status="422"} 1.0',
        'semsearch_requests_total{method="GET",route="/api/papers/{id:path}",status="200"} 1.0',
        'semsearch_requests_total{method="GET",route="none",status="404"} 1.0',
        'semsearch_requests_total{method="GET",route="page",status="200"} 1.0',
        'semsearch_request_seconds_count{route="/api/search"} 3.0',
        "semsearch_index_generation 1.0",
        "semsearch_index_papers 60.0",
        "semsearch_index_failing 0.0",
        "semsearch_requests_waiting 0.0",
    ):
        assert line in lines


def test_a_defect_is_told_without_its_traceback(moving: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.search.SearchIndex.search", lambda *_, **__: 1 / 0)
    response = moving.get("/api/search?q=a")
    assert (response.status_code, response.headers["content-type"]) == (500, "application/problem+json")
    assert response.json()["detail"] == "a defect of semsearch (ZeroDivisionError)"
    assert response.headers["content-security-policy"] == POLICY


def test_nobody_is_told_what_is_asked(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    app = create_app(sample, encoder=TinyEncoder())
    told = ("tracing", "metrics", "logs", "operation_spans", "auto_configure")
    assert [app._telemetry[name] for name in told] == [False] * 5
