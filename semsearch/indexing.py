"""Papers, in the order of their rows, become the parts of a generation: vectors, papers table and keywords in step.

Nothing is held but one batch. What is common to `build` and the updates is here, and nothing of where papers come from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from ._version import __version__
from .background import background_of
from .embedding import Embedding
from .encoders import EncoderIdentity
from .language import seems_foreign
from .lexical import LexicalWriter
from .paper import Paper
from .progress import Progress
from .store import (
    Building,
    Change,
    Counts,
    EmbeddedTexts,
    LexicalPlan,
    Manifest,
    MergedPaper,
    PaperTable,
    PaperWriter,
    Skipped,
    VectorPlan,
)
from .vectors import VECTORS_TYPE, VectorWriter, stored_codes
from .words import ANALYSER

NAMES_KEPT = 100
"""How many names of what was read a manifest tells: an index may be added to again and again."""

_BATCH_PAPERS = 64


@dataclass(frozen=True, slots=True)
class Origin:
    """What a manifest tells of where papers came from. corpus: what was named to be read. renamed: the first suffixed
    ids."""

    corpus: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    renamed: tuple[str, ...] = ()


@contextmanager
def embedded_texts(building: Building, identity: EncoderIdentity) -> Iterator[EmbeddedTexts]:
    """What was embedded so far in the building folder, closed at the end."""
    with closing(EmbeddedTexts(building.embedded, identity)) as texts:
        yield texts


def write_parts(
    papers: Iterable[MergedPaper], total: int, embedding: Embedding, dimensions: int, building: Building,
    progress: Progress, before: int = 0,
) -> Counter[str]:  # fmt: skip
    """Write the total papers into the building folder, behind the before ones that its parts hold already; returns how
    many of those written have each of the properties in Counts."""
    tally: Counter[str] = Counter(not_english=0, merged=0)
    coming = iter(papers)
    progress("embedding papers", 0, total)
    lexical = LexicalWriter(building.lexical, before)
    with (
        closing(PaperWriter(building.papers, before)) as table,
        VectorWriter(building.vectors, dimensions, before) as vectors,
    ):
        while batch := list(islice(coming, _BATCH_PAPERS)):
            some = [merged.paper for merged in batch]
            codes, cut = embedding([paper.text for paper in some], dimensions)
            vectors.append(codes)
            table.append(some, [merged.records for merged in batch], cut.tolist())
            lexical.append([(paper.title, paper.abstract) for paper in some])
            tally["records"] += sum(len(merged.records) for merged in batch)
            tally["merged"] += sum(len(merged.records) - 1 for merged in batch)
            tally["cut"] += int(cut.sum())
            tally.update(flag for paper in some for flag in _flags(paper))
            progress("embedding papers", vectors.count - before, total)
        tally["papers"] = vectors.count - before
        progress("writing the index", 0, None)
        tally["versions"] = table.seal()
        lexical.seal()
    progress("asking background questions", 0, None)
    codes = stored_codes(building.vectors, vectors.count, dimensions)
    with closing(PaperTable(building.papers, vectors.count)) as written:
        building.write_background(background_of(written, codes, lambda: embedding.encoder))
    return tally


def manifest_of(
    counts: Counts, change: Change, identity: EncoderIdentity, origin: Origin, encoder_note: str
) -> Manifest:
    """The manifest of the parts that `write_parts` wrote."""
    return Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        semsearch=__version__,
        parent=None,
        counts=counts,
        change=change,
        encoder=identity,
        vectors=VectorPlan("exact", VECTORS_TYPE, identity.dimensions, counts.papers),
        lexical=LexicalPlan("tantivy", ANALYSER, counts.papers),
        skipped=origin.skipped,
        corpus=origin.corpus,
        encoder_note=encoder_note,
        renamed=origin.renamed,
    )


def _flags(paper: Paper) -> Iterator[str]:
    if not paper.abstract:
        yield "without_abstract"
    if not paper.title:
        yield "without_title"
    if paper.year is None:
        yield "without_year"
    if seems_foreign(paper.title, paper.abstract):
        yield "not_english"
