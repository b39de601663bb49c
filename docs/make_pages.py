"""Writes docs/commands.md from the commands' help, and the table of field names in docs/formats.md from the code.

With --check it compares, and writes nothing.

It reads the functions that are registered with typer, and not the objects that some version of typer makes of them.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from semsearch.cli import app
from semsearch.corpus.fields import FIELD_NAMES

COMMANDS = Path(__file__).parent / "commands.md"
FORMATS = Path(__file__).parent / "formats.md"
FIELDS_BEGIN, FIELDS_END = "<!-- fields: written by `make docs` -->\n", "<!-- /fields -->\n"
HEAD = """# Commands

Written by `make docs` from the commands' own help; a test compares. Errors are two lines on standard error (`error:`,
`hint:`) and exit with 1; usage errors exit with 2.
"""
KINDS: dict[Any, str] = {str: "text", int: "number", Path: "path", bool: "flag"}


def commands_page() -> str:
    """The whole page as markdown."""
    functions = [command.callback for command in app.registered_commands if command.callback]
    return "\n".join([HEAD, *map(_section, functions)])


def _section(function: Callable[..., Any]) -> str:
    help_text, _, example = inspect.cleandoc(function.__doc__ or "").partition("Example:")
    arguments, options = [], []
    usage = ["semsearch", function.__name__]
    hints = get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        kind, info = get_args(hints[name])[:2]
        row = [_names(name, info), _takes(kind, info), _default(parameter.default, info), _cell(info.help or "")]
        if isinstance(info, ArgumentInfo):
            arguments.append(row)
            usage.append(_usage(name, kind, info, parameter.default))
        elif isinstance(info, OptionInfo):
            options.append(row)
    usage.append("[OPTIONS]")
    lines = [f"## semsearch {function.__name__}", "", " ".join(help_text.split()), ""]
    lines += ["```", " ".join(usage), "```", "", "Example:", "", "```", example.strip(), "```", ""]
    for title, rows in (("argument", arguments), ("option", options)):
        if rows:
            lines += [f"| {title} | takes | default | |", "|---|---|---|---|"]
            lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    return "\n".join(lines)


def _names(name: str, info: ArgumentInfo | OptionInfo) -> str:
    if isinstance(info, ArgumentInfo):
        return f"`{info.metavar or name.upper()}`"
    # Within Annotated the first name stands where a default would.
    names = [each for each in (info.default, *(info.param_decls or ())) if isinstance(each, str)]
    return ", ".join(f"`{each}`" for each in names or [f"--{name.replace('_', '-')}"])


def _usage(name: str, kind: Any, info: ArgumentInfo, default: Any) -> str:
    shown = (info.metavar or name.upper()) + ("..." if _parts(kind)[1] else "")
    return shown if default is inspect.Parameter.empty else f"[{shown}]"


def _parts(kind: Any) -> tuple[Any, bool]:
    """The type of one value, and whether there may be several."""
    plain = (
        next((part for part in get_args(kind) if part is not NoneType), kind) if NoneType in get_args(kind) else kind
    )
    return (get_args(plain)[0], True) if get_origin(plain) is list else (plain, False)


def _takes(kind: Any, info: ArgumentInfo | OptionInfo) -> str:
    one, several = _parts(kind)
    if issubclass(one, Enum):
        return ", ".join(f"`{choice.value}`" for choice in one)
    least = f", at least {info.min}" if info.min is not None else ""
    return KINDS[one] + least + (", several" if several else "")


def _default(default: Any, info: ArgumentInfo | OptionInfo) -> str:
    if default is inspect.Parameter.empty:
        return "required"
    shown = info.show_default if isinstance(info.show_default, str) else default
    if shown is None or shown is False:
        return ""
    return f"`{shown}`" + (f", or `${info.envvar}`" if info.envvar else "")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def formats_page() -> str:
    """The page as it is, with the table of field names as the code has it."""
    before, _, rest = FORMATS.read_text(encoding="utf-8").partition(FIELDS_BEGIN)
    rows = [f"| `{field}` | {', '.join(f'`{name}`' for name in names)} |" for field, names in FIELD_NAMES.items()]
    table = "\n".join(["", "| field | read from |", "|---|---|", *rows, "", ""])
    return before + FIELDS_BEGIN + table + FIELDS_END + rest.partition(FIELDS_END)[2]


def main(args: list[str]) -> int:
    """Write the pages, or with --check compare them: the exit status."""
    for target, page in ((COMMANDS, commands_page()), (FORMATS, formats_page())):
        if "--check" not in args:
            target.write_text(page, encoding="utf-8")
        elif not target.is_file() or target.read_text(encoding="utf-8") != page:
            sys.stderr.write(f"error: {target} is not what the code says\nhint: make docs\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
