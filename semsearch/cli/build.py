"""build: from a corpus to an index."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..encoders.models import DEFAULT_MODEL
from ..store.generations import Generation
from ..store.manifest import Skipped
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


class PrecisionChoice(StrEnum):
    """See semsearch.encoders.Precision."""

    int8 = "int8"
    fp32 = "fp32"


def build(
    corpus: Annotated[
        list[str] | None, typer.Argument(metavar="CORPUS", help="Files, folders, globs, or - for standard input.")
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    sample: Annotated[bool, typer.Option("--sample", help="Index the bundled sample of 60 landmark papers.")] = False,
    model: Annotated[
        str, typer.Option("--model", help="The name or the folder of a sentence-transformers model.")
    ] = DEFAULT_MODEL,
    precision: Annotated[
        PrecisionChoice, typer.Option("--precision", help="Of the encoder in the index: int8 is 2 to 3 times faster.")
    ] = PrecisionChoice.int8,
    format: FormatOption = None,
    saved: PageDateOption = None,
    require_abstract: RequireAbstractOption = False,
    since: SinceOption = None,
    until: UntilOption = None,
    category: CategoryOption = None,
    limit: LimitOption = None,
    random: RandomOption = None,
    seed: SeedOption = None,
    vectors: Annotated[
        Path | None,
        typer.Option(
            "--vectors",
            metavar="FILE",
            help="Vectors that --model made: .npy, row n is of the n-th record, or of the id in line n of .ids.txt.",
        ),
    ] = None,
    strict: StrictOption = False,
    keep: KeepOption = 1,
) -> None:
    """Read papers, embed them, and publish an index; one that was there stays whole until then.

    What was embedded before, by the same model, is not embedded again: not for the index that is there, nor after a
    build that was killed.

    Example: semsearch build papers.jsonl.gz saved-pages/ --index index
    """
    if sample == bool(corpus):
        raise typer.BadParameter("name a corpus, or --sample, and not both")
    from ..build import build_index
    from ..corpus import sample_corpus
    from ..progress import terminal_progress

    selection = selection_of(since, until, category, limit, random, seed)
    started = time.monotonic()
    with interruption(index), terminal_progress() as progress:
        generation = build_index(
            [sample_corpus()] if sample else corpus or [],
            index,
            model=model,
            precision=precision.value,
            format=format,
            page_date=saved,
            require_abstract=require_abstract,
            selection=selection,
            vectors=vectors,
            strict=strict,
            keep=keep,
            progress=progress,
        )
    for line in _report(generation, index, precision, time.monotonic() - started):
        print(line)
    if vectors is not None:
        print(_checked_line(vectors, generation.manifest.counts.records))


def _report(generation: Generation, index: Path, asked: PrecisionChoice, seconds: float) -> Iterator[str]:
    manifest = generation.manifest
    counts = manifest.counts
    yield f"read {counts.records} entries: {counts.papers} papers" + (
        f", {counts.without_abstract} of them without an abstract" if counts.without_abstract else ""
    )
    yield from merged_lines(counts.merged)
    yield from skipped_lines(manifest.skipped)
    if counts.renamed:
        yield f"ids met again with another text: {counts.renamed}, kept as {', '.join(manifest.renamed)}" + (
            ", ..." if counts.renamed > len(manifest.renamed) else ""
        )
    if counts.cut:
        share = counts.cut / counts.papers
        limit = manifest.encoder.max_tokens
        yield f"longer than the {limit} tokens that the model reads, and cut: {share:.0%} of the texts"
    if manifest.encoder_note:
        yield f"the model stays outside of the index and answers slowly when cold: {manifest.encoder_note}"
    elif manifest.encoder.engine == "onnx" and manifest.encoder.precision != asked:
        yield f"the encoder is kept in {manifest.encoder.precision}: in {asked.value} its vectors would differ too much"
    if manifest.change.reused:
        yield f"embedded {manifest.change.embedded} texts, took over the vectors of {manifest.change.reused}"
    size_mb = sum(part.bytes for part in manifest.files) / 1e6
    yield f"index: {generation.folder} ({size_mb:.1f} MB, {seconds:.1f} s)"
    where = "" if index == DEFAULT_INDEX else f" --index {shlex.quote(str(index))}"
    yield f'ask:   semsearch query "..."{where}'


def _checked_line(vectors: Path, records: int) -> str:
    """What was done to find vectors of other texts, and what that does not show."""
    from ..given import SAMPLE

    if records <= SAMPLE:
        return f"{vectors}: each of its vectors was made again from its text and agrees"
    return (
        f"{vectors}: {SAMPLE} of its vectors at most, spread over all, were made again from their texts and agree; "
        "a single one in a wrong place may be missed"
    )


def merged_lines(merged: int | None) -> Iterator[str]:
    """A line on the records that are the same paper as another, if there are such."""
    if merged:
        yield f"merged {merged}: the same paper as another entry, by DOI, arXiv id, or title and abstract"


def skipped_lines(skipped: tuple[Skipped, ...]) -> Iterator[str]:
    """A line for each reason for which records were left out, with the first places."""
    for each in skipped:
        more = ", ..." if each.count > len(each.places) else ""
        yield f"skipped {each.count}: {each.reason} ({', '.join(each.places)}{more})"
