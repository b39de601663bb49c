"""export: papers and vectors of a whole index as files."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import DEFAULT_INDEX, IndexOption


class VectorTypeChoice(StrEnum):
    """See semsearch.export.VectorType."""

    float32 = "float32"
    float16 = "float16"


def export(
    papers: Annotated[
        str | None,
        typer.Argument(metavar="PAPERS", help="A file: .jsonl, .parquet, .bib, .ris, .csv or .csl.json; or -."),
    ] = None,
    index: IndexOption = DEFAULT_INDEX,
    vectors: Annotated[
        Path | None,
        typer.Option(
            "--vectors", metavar="FILE", help="Write the vectors as .npy, and their ids to .ids.txt beside it."
        ),
    ] = None,
    type: Annotated[
        VectorTypeChoice, typer.Option("--type", help="Of the vectors; they are stored in 16 bits.")
    ] = VectorTypeChoice.float32,
) -> None:
    """Write all papers of an index to one file, and their vectors to another, in the same order.

    The index is only read. `build` takes both files again, see its --vectors.

    Example: semsearch export papers.jsonl --vectors vectors.npy
    """
    if papers is None and vectors is None:
        raise typer.BadParameter("name a file for the papers, or one for --vectors")
    from ..export import export_papers, export_vectors, ids_path
    from ..progress import terminal_progress

    with terminal_progress() as progress:
        if papers is not None:
            count = export_papers(index, sys.stdout if papers == "-" else papers, progress=progress)
        if vectors is not None:
            rows, dimensions = export_vectors(index, vectors, type=type.value, progress=progress)
    if papers not in (None, "-"):
        print(f"{papers}: {count} papers")
    if vectors is not None:
        said = f"{vectors}: {rows} vectors of {dimensions} dimensions, {type.value}; their ids: {ids_path(vectors)}"
        print(said, file=sys.stderr if papers == "-" else sys.stdout)
