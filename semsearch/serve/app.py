"""The application: the routes of the API, the page, and what holds for every request."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from .._version import __version__
from ..encoders import Encoder
from .live import LiveIndex
from .problems import told_by_all
from .routes import ROUTERS
from .safety import SafeHeaders

PAGE = Path(__file__).parent / "static"


def create_app(index: str | Path = "index", *, encoder: Encoder | None = None) -> FastAPI:
    """The page at /, and the API, over the index at that path. encoder: see SearchIndex."""
    live = LiveIndex(index, encoder=encoder)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(live.move_on)
        following = asyncio.create_task(live.follow())
        yield
        following.cancel()
        live.close()

    app = FastAPI(title="semsearch", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.live = live
    told_by_all(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/", StaticFiles(directory=PAGE, html=True, check_dir=False))
    app.add_middleware(SafeHeaders)
    return app
