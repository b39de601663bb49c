"""The command line: `semsearch COMMAND`. Each command is one function; errors are two lines and exit status 1."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from .._version import __version__
from ..errors import SemsearchError
from .ask import query, show, similar
from .build import build
from .info import info
from .rank import rank

app = typer.Typer(
    name="semsearch",
    help="Semantic search over the abstracts of scientific papers, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _command in (build, query, similar, rank, show, info):
    app.command()(_command)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"semsearch {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


def run(application: Callable[[], object]) -> None:
    """Run an application as a whole process: a SemsearchError becomes two lines on standard error and exit status 1."""
    try:
        application()
    except SemsearchError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def main() -> None:
    """The entry point of `semsearch`."""
    run(app)
