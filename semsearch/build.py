"""The offline half: corpus in, a published generation out.

Records are read as a stream and staged on disk, merged, embedded batch by batch and appended to the vectors and the
papers table; nothing is held but one batch. Texts that were embedded before are not embedded again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path

from .embedding import Embedding, KnownTexts, TextVectors
from .encoders import DEFAULT_MODEL, Encoder, EncoderIdentity, ModelFolder, Precision, find_model, load_encoder
from .errors import StoreError
from .given import given_texts
from .indexing import NAMES_KEPT, Origin, embedded_texts, manifest_of, write_parts
from .progress import Progress, silent
from .selection import Selection
from .staged import Corpus, Reading, entries_of, named, staged
from .store import (
    PAPERS,
    VECTORS,
    Change,
    Counts,
    Generation,
    PaperTable,
    generation_names,
    unchecked_generation,
    writing,
    wrong_hashes,
)

_log = logging.getLogger(__name__)


def build_index(
    corpus: Corpus,
    index: str | os.PathLike[str] = "index",
    *,
    model: str | os.PathLike[str] | Encoder = DEFAULT_MODEL,
    precision: Precision = "int8",
    format: str | None = None,
    page_date: str | None = None,
    require_abstract: bool = False,
    selection: Selection | None = None,
    vectors: str | os.PathLike[str] | None = None,
    strict: bool = False,
    keep: int = 1,
    progress: Progress = silent,
) -> Generation:
    """Read, embed and index corpus, and publish it at index in place of what was there; that is kept until then.

    corpus: paths, folders, globs or `-`. model: a sentence-transformers name or folder, or an Encoder. precision: of
    the model's ONNX form, which goes into the index. format and page_date: see read_papers. require_abstract: leave out
    papers without one. selection: which papers are taken, all of them where it is None. vectors: a .npy of the records,
    made by that model; see given.py. strict: stop at the first bad record instead of counting it. keep: how many
    generations before this one stay, to go back to. Texts whose vectors are in the index, by the same encoder, or were
    made by a build that was killed, are not embedded again. Returns the generation, whose manifest tells what is in it.
    Raises SemsearchError, and then the index is as it was.
    """
    reading = Reading(format, page_date, require_abstract, strict, selection)
    names = named(corpus)
    entries = entries_of(names, reading)
    found = (
        find_model(os.fspath(model)) if isinstance(model, str | os.PathLike) else model
    )  # before anything long: its name may be wrong
    with writing(Path(index)) as building, ExitStack() as stack:
        read = stack.enter_context(staged(names, entries, reading, building.staging, progress))
        progress("preparing the model", 0, None)
        encoder = load_encoder(found, precision) if isinstance(found, ModelFolder) else found
        identity = encoder.identity
        if encoder.folder is not None:
            building.carry_encoder(encoder.folder, identity)
        kept = stack.enter_context(embedded_texts(building, identity))
        known: Iterable[TextVectors] = known_texts(building.index, identity)
        if vectors is not None:
            progress("checking the vectors", 0, None)
            known = chain([given_texts(vectors, read, encoder)], known)
        embedding = Embedding(lambda: encoder, kept, known)
        tally = write_parts(read.staging.papers(), read.papers, embedding, identity.dimensions, building, progress)
        tally["records"], tally["merged"] = read.staging.records, read.merged  # of papers not selected, too
        counts = Counts(renamed=len(read.staging.renamed), **tally)
        change = Change("build", added=read.papers, embedded=embedding.encoded, reused=embedding.reused)
        origin = Origin(read.names[:NAMES_KEPT], read.skipped, read.renamed)
        stack.close()
        generation = building.publish(manifest_of(counts, change, identity, origin, encoder.note), keep)
    _log.info("published %s: %d papers of %d records", generation.folder, counts.papers, counts.records)
    return generation


def known_texts(index: Path, identity: EncoderIdentity) -> Iterator[KnownTexts]:
    """The texts of every generation that lies in an index, has vectors of that encoder, and whose papers and vectors
    are whole, whatever else is not; newest first.

    One that is damaged, or of another encoder, is passed over: its texts are embedded again.
    """
    for name in reversed(generation_names(index)):
        try:
            generation = unchecked_generation(index, name)
            if not generation.manifest.encoder.same_vectors(identity):
                continue
            if wrong := wrong_hashes(generation, (PAPERS, VECTORS)):
                _log.warning("%s: nothing is taken over from it, as %s is damaged", generation.folder, wrong[0])
                continue
            with closing(PaperTable(generation.papers, generation.manifest.counts.papers)) as table:
                known = KnownTexts(generation, table)
        except StoreError as error:
            _log.warning("%s: nothing is taken over from it (%s)", index / name, error.message)
            continue
        yield known
