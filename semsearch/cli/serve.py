"""serve: an index in the browser, and an API over it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..errors import SemsearchError
from .options import DEFAULT_INDEX, IndexOption


def serve(
    index: IndexOption = DEFAULT_INDEX,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8765,
) -> None:
    """A page to search in and an API, until Ctrl-C; a generation that is published is served from then on.

    Example: semsearch serve --port 8765
    """
    try:
        from ..serve.run import serve
    except ImportError as error:
        raise SemsearchError(f"to serve, a library is missing ({error})", "pip install 'semsearch[serve]'") from error
    serve(Path(index), host, port)
