"""verify: whether an index is as it was written."""

from __future__ import annotations

import json as json_module
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from .options import DEFAULT_INDEX, IndexOption, JsonOption

if TYPE_CHECKING:
    from ..verify import Report


def verify(index: IndexOption = DEFAULT_INDEX, json: JsonOption = False) -> None:
    """Check every file of an index, look into each, and encode a sample of its texts again; exit 1 if one is wrong.

    Example: semsearch verify --index index
    """
    from ..progress import terminal_progress
    from ..verify import verify

    with terminal_progress() as progress:
        report = verify(index, progress=progress)
    if json:
        print(json_module.dumps(report.as_dict(), ensure_ascii=False, indent=1))
    else:
        for line in _lines(report):
            print(line)
    if not report.whole:
        wrong = ", ".join(each.name for each in report.wrong[:3]) + (", ..." if len(report.wrong) > 3 else "")
        share = f"{len(report.wrong)} of {len(report.files)} files {'is' if len(report.wrong) == 1 else 'are'} wrong"
        raise StoreError(f"{index}: {share} ({wrong})", _remedy(report, index))


def _lines(report: Report) -> Iterator[str]:
    width = max(len(each.name) for each in report.files)
    for each in report.files:
        if each.problem:
            yield f"{each.name:{width}}  WRONG  {each.problem}"
        elif each.foreign:
            yield f"{each.name:{width}}  -      none of the index's files; nothing opens it"
        else:
            yield f"{each.name:{width}}  ok     {each.found}".rstrip()
    if report.before is not None:
        told = f"is damaged ({report.before_problem})" if report.before_problem else "is whole by its hashes"
        yield f"the {_which(report)} {told}"
    yield from report.notes


def _remedy(report: Report, index: Path) -> str:
    if report.before is not None and not report.before_problem:
        where = "" if index == DEFAULT_INDEX else f" --index {shlex.quote(str(index))}"
        to = "" if report.before < report.generation else f" --to {report.before}"
        return f"the {_which(report)} is whole: `semsearch rollback{to}{where}`"
    if any("an index of format" in each.problem for each in report.wrong):
        return "pip install --upgrade semsearch"
    return "build the index again: vectors that are whole are taken over"


def _which(report: Report) -> str:
    """The other generation there is, which after a rollback is a later one."""
    former = report.before is not None and report.before < report.generation
    return f"generation before, {report.before}," if former else f"later generation {report.before}"
