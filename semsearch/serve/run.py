"""An application as a process: uvicorn on an address, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from .app import create_app


def serve(index: Path, host: str, port: int) -> None:
    """Serve the index until SIGTERM or Ctrl-C; requests under way are finished."""
    uvicorn.run(create_app(index), host=host, port=port, log_level="warning", timeout_graceful_shutdown=30)
