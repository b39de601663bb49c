"""The offline half: corpus in, a published generation out.

Records are read as a stream and staged on disk, merged, embedded batch by batch and appended to the vectors and the
papers table; nothing is held but one batch.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from ._version import __version__
from .corpus import BadRecord, Entry, read_papers
from .encoders import DEFAULT_MODEL, Encoder, ModelFolder, Precision, find_model, load_encoder
from .errors import CorpusError
from .lexical import LexicalWriter
from .paper import Paper
from .progress import Progress, silent
from .store import (
    Building,
    Counts,
    Generation,
    LexicalPlan,
    Manifest,
    PaperWriter,
    Skipped,
    Staging,
    VectorPlan,
    writing,
)
from .vectors import VECTORS_TYPE, VectorWriter
from .words import ANALYSER

_log = logging.getLogger(__name__)

_BATCH_PAPERS = 64
_PLACES_KEPT = 3
_TELL_EVERY = 500
_WANTED = "no abstract (--require-abstract)"

Corpus = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(slots=True)
class _Left:
    """Counts what is left out of an index, by reason."""

    strict: bool
    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def out(self, bad: BadRecord) -> None:
        if self.strict and bad.reason != _WANTED:
            raise CorpusError(f"{bad.place}: {bad.reason}", "mend the record, or leave out --strict to skip it")
        self.counts[bad.reason] += 1
        places = self.places.setdefault(bad.reason, [])
        if len(places) < _PLACES_KEPT:
            places.append(bad.place)

    def told(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(reason, n, tuple(self.places[reason])) for reason, n in self.counts.most_common())


def build_index(
    corpus: Corpus,
    index: str | os.PathLike[str] = "index",
    *,
    model: str | os.PathLike[str] | Encoder = DEFAULT_MODEL,
    precision: Precision = "int8",
    format: str | None = None,
    page_date: str | None = None,
    require_abstract: bool = False,
    strict: bool = False,
    progress: Progress = silent,
) -> Generation:
    """Read, embed and index corpus, and publish it at index in place of what was there; that is kept until then.

    corpus: paths, folders, globs or `-`. model: a sentence-transformers name or folder, or an Encoder. precision: of
    the model's ONNX form, which goes into the index. format and page_date: see read_papers. require_abstract: leave out
    papers without one. strict: stop at the first bad record instead of counting it. Returns the generation, whose
    manifest tells what is in it. Raises SemsearchError, and then the index is as it was.
    """
    left = _Left(strict)
    names = [corpus] if isinstance(corpus, str | os.PathLike) else list(corpus)
    entries = read_papers(names, format=format, page_date=page_date)
    found = (
        find_model(os.fspath(model)) if isinstance(model, str | os.PathLike) else model
    )  # before anything long: its name may be wrong
    with writing(Path(index)) as building:
        staging = Staging(building.staging)
        try:
            _stage(entries, staging, left, progress)
            papers, dropped = staging.settle(require_abstract)
            for id in dropped:
                left.out(BadRecord(id, _WANTED))
            if not papers:
                raise _empty(left)
            progress("preparing the model", 0, None)
            encoder = load_encoder(found, precision) if isinstance(found, ModelFolder) else found
            if encoder.folder is not None:
                building.carry_encoder(encoder.folder, encoder.identity)
            counts = _embed(staging, papers, encoder, building, progress)
        finally:
            staging.close()
        plan = VectorPlan("exact", VECTORS_TYPE, encoder.identity.dimensions, counts.papers)
        manifest = Manifest(
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            semsearch=__version__,
            parent=building.parent,
            counts=counts,
            encoder=encoder.identity,
            vectors=plan,
            lexical=LexicalPlan("tantivy", ANALYSER, counts.papers),
            skipped=left.told(),
            corpus=tuple(os.fspath(name) for name in names),
            encoder_note=encoder.note,
            renamed=tuple(staging.renamed[:_PLACES_KEPT]),
        )
        generation = building.publish(manifest)
    _log.info("published %s: %d papers of %d records", generation.folder, counts.papers, counts.records)
    return generation


def _stage(entries: Iterator[Entry], staging: Staging, left: _Left, progress: Progress) -> None:
    for entry in entries:
        if isinstance(entry, BadRecord):
            left.out(entry)
        else:
            staging.add(entry)
            if staging.records % _TELL_EVERY == 0:
                progress("reading papers", staging.records, None)
    progress("reading papers", staging.records, staging.records)


def _embed(staging: Staging, total: int, encoder: Encoder, building: Building, progress: Progress) -> Counts:
    """Embed every staged paper into the building folder, a batch at a time."""
    tally: Counter[str] = Counter()
    writer = PaperWriter(building.papers)
    lexical = LexicalWriter(building.lexical)
    try:
        with VectorWriter(building.vectors, encoder.identity.dimensions) as vectors:
            papers = staging.papers()
            progress("embedding papers", 0, total)
            while batch := list(islice(papers, _BATCH_PAPERS)):
                embeddings = encoder.encode_documents([paper.text for paper in batch])
                vectors.append(embeddings.vectors)
                writer.append(batch)
                lexical.append([(paper.title, paper.abstract) for paper in batch])
                tally["cut"] += int(embeddings.cut.sum())
                tally.update(flag for paper in batch for flag in _flags(paper))
                progress("embedding papers", vectors.count, total)
        writer.seal()
        lexical.seal()
    finally:
        writer.close()
    return Counts(records=staging.records, papers=total, renamed=len(staging.renamed), **tally)


def _flags(paper: Paper) -> Iterator[str]:
    if not paper.abstract:
        yield "without_abstract"
    if not paper.title:
        yield "without_title"
    if paper.year is None:
        yield "without_year"


def _empty(left: _Left) -> CorpusError:
    hint = "a record needs a title or an abstract: `semsearch build --help` names what can be read"
    if not left.counts:
        return CorpusError("the corpus is empty: no record was found", hint)
    told = "; ".join(f"{each.count} x {each.reason} ({', '.join(each.places)})" for each in left.told())
    return CorpusError(f"no paper in the corpus, expected at least one: {told}", hint)
