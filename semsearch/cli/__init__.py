"""The command line: `semsearch COMMAND`. Each command is one function; errors are two lines and exit status 1."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from .._version import __version__
from ..errors import SemsearchError
from .ask import query, show, similar
from .build import build
from .eval import eval
from .export import export
from .info import info
from .rank import rank
from .serve import serve
from .update import add, remove, rollback, sync
from .verify import verify

app = typer.Typer(
    name="semsearch",
    help="Semantic search over the abstracts of scientific papers, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for _command in (build, query, similar, rank, eval, show, info, add, remove, sync, verify, rollback, export, serve):
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
    _write_utf8()
    try:
        try:
            application()
        finally:
            sys.stdout.flush()
    except SemsearchError as error:
        _fail(error.message, error.hint or "`semsearch COMMAND --help` tells what it takes, with an example")
    except ImportError as error:
        _fail(f"a library that semsearch needs cannot be imported ({error})", "pip install --force-reinstall semsearch")
    except BrokenPipeError:  # the reader of our output, `head` say, has seen enough
        _drop_output()
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            _drop_output()
        what = "standard output" if error.filename is None else error.filename
        _fail(f"{what}: cannot be read or written ({error.strerror or error})", "check its permissions and the disk")


def _write_utf8() -> None:
    """Papers are written in every alphabet: a pipe or a file gets UTF-8, a terminal what it can show of it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="backslashreplace")


def _fail(message: str, hint: str) -> NoReturn:
    for name, text in (("error", message), ("hint", hint)):
        print(f"{name}: {' '.join(text.splitlines())}", file=sys.stderr)
    sys.exit(1)


def _drop_output() -> None:
    """Send what is still buffered nowhere, or the interpreter tries to write it once more as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """The commands, from sys.argv; ends with SystemExit."""
    run(app)


def process() -> NoReturn:
    """The entry point of `semsearch`: `main` as a whole process, which ends without taking the libraries down.

    Freeing what they hold took 60 of the 600 ms of a cold question, and nobody waits for it: what was printed is
    flushed, and what was registered to be done at the end is done. Looking for garbage among what is imported took
    another 40, so it is done less often.
    """
    gc.set_threshold(100_000, 50, 50)
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
    with contextlib.suppress(OSError):
        atexit._run_exitfuncs()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
