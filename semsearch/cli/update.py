"""add, remove, sync, rollback: an index follows its corpus, and goes back."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..progress import Progress, terminal_progress
from ..text import printable
from .build import merged_lines, skipped_lines
from .options import (
    DEFAULT_INDEX,
    CategoryOption,
    FormatOption,
    IndexOption,
    KeepOption,
    LimitOption,
    PageDateOption,
    RandomOption,
    RequireAbstractOption,
    SeedOption,
    SinceOption,
    StrictOption,
    UntilOption,
    interruption,
    selection_of,
)

if TYPE_CHECKING:
    from ..update import Update

CorpusArgument = Annotated[
    list[str], typer.Argument(metavar="CORPUS", help="Files, folders, globs, or - for standard input.")
]


def add(
    corpus: CorpusArgument,
    index: IndexOption = DEFAULT_INDEX,
    format: FormatOption = None,
    saved: PageDateOption = None,
    require_abstract: RequireAbstractOption = False,
    since: SinceOption = None,
    until: UntilOption = None,
    category: CategoryOption = None,
    limit: LimitOption = None,
    random: RandomOption = None,
    seed: SeedOption = None,
    strict: StrictOption = False,
    keep: KeepOption = 1,
) -> None:
    """Add papers to an index: new ones are added, those with the id of one that is there replace it.

    What is there already is left alone, and nothing is embedded twice. Example: semsearch add new-papers.jsonl
    """
    from ..update import add_papers

    selection = selection_of(since, until, category, limit, random, seed)
    _run(
        index,
        lambda progress: add_papers(
            corpus, index, format=format, page_date=saved, require_abstract=require_abstract, selection=selection,
            strict=strict, keep=keep, progress=progress,
        ),
    )  # fmt: skip


def sync(
    corpus: CorpusArgument,
    index: IndexOption = DEFAULT_INDEX,
    format: FormatOption = None,
    saved: PageDateOption = None,
    require_abstract: RequireAbstractOption = False,
    since: SinceOption = None,
    until: UntilOption = None,
    category: CategoryOption = None,
    limit: LimitOption = None,
    random: RandomOption = None,
    seed: SeedOption = None,
    strict: StrictOption = False,
    keep: KeepOption = 1,
) -> None:
    """Make an index equal to a corpus: papers are added, replaced and removed, and the rest is left alone.

    Example: semsearch sync papers.jsonl saved-pages/
    """
    from ..update import sync_papers

    selection = selection_of(since, until, category, limit, random, seed)
    _run(
        index,
        lambda progress: sync_papers(
            corpus, index, format=format, page_date=saved, require_abstract=require_abstract, selection=selection,
            strict=strict, keep=keep, progress=progress,
        ),
    )  # fmt: skip


def remove(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="Ids, DOIs, arXiv ids or exact titles of papers.")
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Remove papers named in a file, one a line, or those of a corpus; - reads names.",
        ),
    ] = None,
    keep: KeepOption = 1,
) -> None:
    """Remove papers from an index. They are gone from the disk once no generation holds them: at once by --keep 0.

    Example: semsearch remove 2301.04567
    """
    from ..update import remove_papers
    from .only import read_only

    if bool(names) == (source is not None):
        raise typer.BadParameter("name papers, or a file of names by --from, and not both")
    wanted = list(names or ())
    if source is not None:
        wanted = [each if isinstance(each, str) else each[0] for each in read_only(source)]
    strict = source is None
    _run(index, lambda progress: remove_papers(wanted, index, strict=strict, keep=keep, progress=progress))


def rollback(
    index: IndexOption = DEFAULT_INDEX,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="GENERATION", help="The generation to go to, of those on disk."),
    ] = None,
) -> None:
    """Go back to the generation before the live one, also when the live one is damaged.

    What is left stays on disk until the next change, so `rollback --to` goes forward again.
    """
    from ..store import roll_back

    generation = roll_back(index, to)
    counts = generation.manifest.counts
    print(f"live: {generation.folder} ({counts.papers} papers, published {generation.manifest.created})")


def _run(index: Path, update: Callable[[Progress], Update]) -> None:
    started = time.monotonic()
    with interruption(index), terminal_progress() as progress:
        done = update(progress)
    for line in _report(done, index, time.monotonic() - started):
        print(line)
    if done.unknown:
        shown = ", ".join(done.unknown[:3]) + (", ..." if len(done.unknown) > 3 else "")
        print(f"not in the index: {len(done.unknown)} ({printable(shown)})", file=sys.stderr)


def _report(done: Update, index: Path, seconds: float) -> Iterator[str]:
    change = done.change
    yield f"{change.added} added, {change.replaced} replaced, {change.removed} removed, {change.unchanged} unchanged"
    yield from merged_lines(done.merged)
    yield from skipped_lines(done.skipped)
    if not done.published:
        yield f"index: {done.generation.folder} as it was, there was nothing to change ({seconds:.1f} s)"
        return
    yield f"embedded {change.embedded} texts, took over the vectors of {change.reused}"
    counts = done.generation.manifest.counts
    yield f"index: {done.generation.folder} ({counts.papers} papers, {seconds:.1f} s)"
    where = "" if index == DEFAULT_INDEX else f" --index {shlex.quote(str(index))}"
    folder, parent = done.generation.folder.parent, done.generation.manifest.parent
    if parent and (folder / parent).is_dir():
        yield f"undo:  semsearch rollback{where}"
