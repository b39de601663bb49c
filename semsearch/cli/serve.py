"""serve: an index in the browser, and an API over it."""

from __future__ import annotations

from typing import Annotated

import typer

from ..errors import SemsearchError
from .options import DEFAULT_INDEX, IndexOption


def serve(
    index: IndexOption = DEFAULT_INDEX,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8765,
    public: Annotated[
        bool, typer.Option("--public", help="Allow an address that others than this machine can reach.")
    ] = False,
    cors: Annotated[
        list[str] | None,
        typer.Option("--cors", metavar="ORIGIN", help="Pages of this origin may ask: https://example.org. Repeatable."),
    ] = None,
) -> None:
    """A page to search in and an API, until Ctrl-C; a generation that is published answers from then on.

    Example: semsearch serve --port 8765
    """
    try:
        from ..serve.run import serve
    except ModuleNotFoundError as error:
        raise SemsearchError(f"serve needs {error.name}, which is missing", "pip install 'semsearch[serve]'") from error
    serve(index, host, port, public=public, origins=cors or (), started=_tell)


def _tell(url: str) -> None:
    print(f"{url}  (Ctrl-C stops)", flush=True)
