"""/metrics for Prometheus: requests by route, how long they took, and the state of the index, in a registry of its own.

https://prometheus.io/docs/practices/naming/ for the names.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..store.layout import generation_number
from .live import LiveIndex

_BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Metrics:
    """What is counted."""

    def __init__(self, live: LiveIndex) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "semsearch_requests", "Requests that were answered.", ("method", "route", "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "semsearch_request_seconds", "From a request to the end of its answer.", ("route",),
            buckets=_BUCKETS_S, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_State(live))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)


class _State(Collector):
    """The index as it is when it is asked for."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing is collected to register it."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The state now."""
        generation = self._live.generation
        number = generation_number(generation.name) if generation else None
        papers = generation.manifest.counts.papers if generation else 0
        yield GaugeMetricFamily("semsearch_index_generation", "The generation that answers.", number or 0)
        yield GaugeMetricFamily("semsearch_index_papers", "How many papers it holds.", papers)
        yield GaugeMetricFamily(
            "semsearch_index_failing", "1 where the live one cannot be opened.", bool(self._live.problem)
        )
        yield GaugeMetricFamily("semsearch_requests_waiting", "Requests that wait for a thread.", self._live.waiting)


class Measured:
    """Counts every request that goes through it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's start and end."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def with_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self._app(scope, receive, with_status)
        finally:
            route = getattr(scope.get("route"), "path", "page" if status < 400 else "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)
