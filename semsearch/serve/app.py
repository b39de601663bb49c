"""The application: the routes of the API, the page, and what holds for every request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from .._version import __version__
from ..encoders import Encoder
from . import schemas
from .live import LiveIndex
from .metrics import Measured, Metrics
from .parameters import known_only
from .problems import told_by_all
from .routes import ROUTERS
from .safety import LOOPBACK_NAMES, Guard

PAGE = Path(__file__).parent / "static"
_SILENT: dict[str, Any] = {
    "telemetry": dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)
}
"""FastAPI's own OpenTelemetry would tell others what was asked; versions before it had one take no notice of this."""
_ABOUT = """Semantic search over the abstracts of scientific papers. Answers are what `semsearch query --json` prints;
errors are `application/problem+json`, with a `hint` that says how to mend them. Limits stand with each parameter."""


def create_app(
    index: str | Path = "index",
    *,
    encoder: Encoder | None = None,
    hosts: Iterable[str] | None = LOOPBACK_NAMES,
    origins: Sequence[str] = (),
) -> FastAPI:
    """The page at / and the API, over the index at that path, which is opened as the application starts.

    encoder: see SearchIndex. hosts: the names that requests may come under, any where it is None. origins: of other
    pages that may ask, such as https://example.org.
    """
    live = LiveIndex(index, encoder=encoder)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(live.move_on)
        following = asyncio.create_task(live.follow())
        yield
        following.cancel()
        await asyncio.to_thread(live.close)

    app = FastAPI(
        title="semsearch",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(known_only)],
        **_SILENT,
    )
    app.state.live, app.state.metrics = live, Metrics(live)
    told_by_all(app)
    app.state.routes = list(app.routes)  # as they are: newer versions of FastAPI wrap those that are included
    for router in ROUTERS:
        app.include_router(router)
        app.state.routes += router.routes
    page = StaticFiles(directory=PAGE, html=True)
    app.router.default = GZipMiddleware(page)  # what no route answers; mounted, it would hide a 405
    if origins:
        app.add_middleware(CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST"])
    app.add_middleware(Guard, hosts=hosts)
    app.add_middleware(Measured, metrics=app.state.metrics)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Errors in the OpenAPI document as they are, and not as FastAPI would have them; and the nulls of examples."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            parts = describe()["components"]["schemas"]
            parts["ProblemAnswer"] = schemas.ProblemAnswer.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                parts.pop(unused, None)
            for name in parts.keys() & vars(schemas).keys():
                if extra := getattr(schemas, name).model_config.get("json_schema_extra"):
                    parts[name] |= extra
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]
