"""One generation, opened: all its handles at once, its encoder, and what its papers answer.

Which generation it is never changes, so whoever holds one is answered by that one alone, papers, vectors, keywords and
encoder; once nobody holds it any more, its files are closed.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import islice
from typing import BinaryIO

import numpy as np

from .encoders import Encoder, EncoderIdentity, encoder_of
from .encoders.identity import ENCODER_FILES
from .errors import EncoderError, QueryError, StoreError
from .filters import Allowed, Filter, allowed_rows
from .judging import Judge
from .lexical import Lexical
from .paper import Paper
from .results import Hit, IndexSummary, Results
from .retrieval import Found, Mode, Retriever
from .standing import QuestionStanding
from .steering import Examples, Steering
from .store import Generation, PaperTable
from .vectors import VECTORS_TYPE, FloatArray, Vectors
from .why import best_sentences
from .words import ANALYSER, READABLE_ANALYSERS, Unit, units

_APART = 1e-6


class OpenGeneration:
    """The handles of one generation; several threads may ask it."""

    def __init__(
        self, generation: Generation, path: str, given: Encoder | None = None, loaded: Encoder | None = None
    ) -> None:
        """Open generation's files, the encoder's too, although they are read only for the first question.

        path: of the index, as answers tell it. given: the encoder to use. loaded: the encoder, if it is loaded already.
        Raises StoreError where a file is damaged.
        """
        self.generation = generation
        self._path = path
        self._given = given
        self._encoder = loaded
        self._loading = threading.Lock()
        self._filtered: tuple[Filter | None, Allowed | None] = (None, None)
        with ExitStack() as handles:
            self.vectors, self.lexical = _structures(generation)
            self.papers = handles.enter_context(closing(PaperTable(generation.papers, len(self))))
            files = _encoder_files(generation) if loaded is None else ()
            self._encoder_files = {name: handles.enter_context(file) for name, file in files}
            self.retriever = Retriever(self.vectors, self.lexical, self.papers)
            self.judge = Judge(generation.background, self.retriever, self.lexical, self.papers)
            weakref.finalize(self, handles.pop_all().close)

    def __len__(self) -> int:
        return self.generation.manifest.counts.papers

    def followed_by(self, generation: Generation) -> OpenGeneration:
        """Another generation opened, with this one's encoder if it is the same and loaded.

        One that differs is loaded at once, so that it fails here if it does, and no question waits for it. Raises
        StoreError or EncoderError, and this one is as it was.
        """
        with self._loading:
            loaded = self._encoder
        same = self._given is None and _encoder_of(generation) == _encoder_of(self.generation)
        opened = OpenGeneration(generation, self._path, self._given, loaded if same else None)
        if loaded or self._given:
            opened.encoder  # noqa: B018
        return opened

    @property
    def encoder(self) -> Encoder:
        """The encoder that made the vectors, loaded once. EncoderError if it is not whole, or not that one."""
        with self._loading:  # the first questions of two threads may come at once
            if self._encoder is None:
                self._encoder = self._load_encoder()
            return self._encoder

    def _load_encoder(self) -> Encoder:
        identity = self.generation.manifest.encoder
        if self._given is None:
            loaded = encoder_of(
                identity, {name: _content(f) for name, f in self._encoder_files.items()}, self.generation.encoder
            )
            for file in self._encoder_files.values():  # whoever takes the encoder over needs no files of it
                file.close()
            return loaded
        if not self._given.identity.same_vectors(identity):
            differing = self._given.identity.differences(identity)
            raise EncoderError(f"the encoder given has {differing}, as the index was built")
        return self._given

    def allowed(self, filter: Filter | None) -> Allowed | None:
        """The rows that filter allows, kept for the next question with the same one; None if it asks for nothing."""
        if filter is not None and not isinstance(filter, Filter):
            raise QueryError(f"the filter is {filter!r:.80}, expected a semsearch.filters.Filter")
        if not filter:
            return None
        asked, allowed = self._filtered
        if asked != filter or allowed is None:
            allowed = allowed_rows(filter, self.papers)
            self._filtered = (filter, allowed)
        return allowed

    def without(self, allowed: Allowed | None, rows: Sequence[int]) -> Allowed:
        """What is allowed, without some rows."""
        mask = np.ones(len(self), dtype=np.bool_) if allowed is None else allowed.mask.copy()
        mask[list(rows)] = False
        return Allowed(mask, int(mask.sum()))

    def answers(
        self,
        texts: Sequence[str],
        queries: FloatArray,
        wanted: int,
        mode: Mode,
        allowed: Allowed | None,
        asked: Sequence[tuple[Unit, ...]] | None = None,
    ) -> tuple[list[list[Found]], FloatArray | None]:
        """For each text its wanted best papers, those that it names before all others; and the cosines of the nearest
        of all papers, (m, n), best first, where they were looked at.

        queries: the texts' vectors. asked: their units, if they are not those of the texts.
        """
        asked = asked or [units(text) for text in texts]
        mask = None if allowed is None else allowed.mask
        answers, nearest = self.retriever.retrieve(mode, queries, asked, wanted, mask)
        for position, text in enumerate(texts):
            rows = [row for row in self.papers.named(text) if mask is None or mask[row]]
            if rows:
                named = self.retriever.named(rows, queries[position], asked[position], mode)
                answers[position] = named_first(named, answers[position])[:wanted]
        return answers, nearest

    def examples(self, names: Sequence[str], text: str | None = None) -> Examples:
        """Papers of those names, each once, and a text, as examples of what is looked for, or is not."""
        rows = tuple(dict.fromkeys(self.papers.row_of(name) for name in names))
        texts = [paper.text for paper in self.papers.get(rows)]
        parts = [self.vectors.rows(np.array(rows, dtype=np.int64))] if rows else []
        is_cut = False
        if text is not None:
            texts.append(text)
            embedded = self.encoder.encode_documents([text])
            parts.append(embedded.vectors)
            is_cut = bool(embedded.cut[0])
        vectors = np.concatenate(parts) if parts else np.zeros((0, self.vectors.dimensions), dtype=np.float32)
        known = tuple(map(units, texts))
        return Examples(rows, tuple(self.papers.ids(rows)), vectors, known, self.lexical.rarity, is_cut)

    def explained(self, answer: Results, query: FloatArray) -> Results:
        """The answer with the sentence of each abstract that is nearest to query, (d,)."""
        found = best_sentences(
            query, [hit.paper.abstract for hit in answer], lambda texts: self.encoder.encode_documents(texts).vectors
        )
        hits = (replace(hit, why=why) for hit, why in zip(answer, found, strict=True))
        return replace(answer, hits=tuple(hits))

    def results(
        self,
        found: Sequence[Found],
        offset: int,
        mode: Mode,
        allowed: Allowed | None,
        asked: tuple[Unit, ...],
        *,
        query: str | None = None,
        steering: Steering | None = None,
        stands: QuestionStanding | None = None,
    ) -> Results:
        """The papers found, of which the first is the one after offset, as an answer; asked: the question's words."""
        papers = self.papers.get([each.row for each in found])
        of = stands.of if stands else lambda _: None
        firsts, versions = self.duplicate_of(found), self._versions(found)
        hits = (
            Hit(
                rank,
                paper,
                each.score,
                each.similarity,
                each.lexical,
                asked,
                standing=of(each.similarity),
                duplicate_of=first,
                versions=others,
                named=each.named,
            )
            for rank, (paper, each, first, others) in enumerate(
                zip(papers, found, firsts, versions, strict=True), start=offset + 1
            )
        )
        summary = IndexSummary(self._path, self.generation.name, len(self), self.generation.manifest.encoder.model)
        like, unlike = (steering.liked.ids, steering.unliked.ids) if steering else ((), ())
        standing = stands.answer if stands else None
        reason = self.judge.reason(mode, steered=steering is not None)
        notes = notes_of(allowed)
        return Results(
            query, like, unlike, mode, summary, tuple(hits), notes, standing=standing, standing_reason=reason
        )

    def duplicate_of(self, found: Sequence[Found]) -> list[str | None]:
        """The id of the first of its versions for each that is a version of another."""
        firsts = self.papers.versions.firsts
        rows = [firsts[each.row] for each in found if each.row in firsts]
        ids = dict(zip(rows, self.papers.ids(rows), strict=True))
        return [ids[firsts[each.row]] if each.row in firsts else None for each in found]

    def cut_text(self, liked: Examples, mode: Mode) -> tuple[str, ...]:
        """The note that the end of a text that was given is not compared."""
        if not liked.is_cut or mode == "lexical":
            return ()
        tokens = self.encoder.identity.max_tokens
        rest = "the rest is not compared" if mode == "dense" else "of the rest only keywords count"
        return (f"the text is longer than the {tokens} tokens that the encoder reads: {rest}",)

    def versions_left_out(self, rows: Sequence[int], allowed: Allowed | None) -> tuple[str, ...]:
        """The note that names the other versions of papers that were named, of those that may be found."""
        others = [row for row in dict.fromkeys(self.papers.versions.all_of(rows)) if row not in rows]
        others = [row for row in others if allowed is None or allowed.mask[row]]
        return (f"left out, as versions of what was named: {', '.join(self.papers.ids(others))}",) if others else ()

    def _versions(self, found: Sequence[Found]) -> list[tuple[Paper, ...]]:
        """The other versions of each, the first one first."""
        versions = self.papers.versions
        others = [[row for row in versions.of(each.row) if row != each.row] for each in found]
        papers = iter(self.papers.get([row for some in others for row in some]))
        return [tuple(islice(papers, len(some))) for some in others]


def _structures(generation: Generation) -> tuple[Vectors, Lexical]:
    """The vectors and the keywords, if they are of the kinds that are searched here."""
    manifest = generation.manifest
    plan = (manifest.vectors.kind, manifest.vectors.type)
    if plan != ("exact", VECTORS_TYPE):
        raise StoreError(
            f"{generation.folder}: vectors of the plan {' '.join(plan)}, this semsearch searches exact {VECTORS_TYPE}",
            "build the index again, or pip install --upgrade semsearch",
        )
    vectors = Vectors(generation.vectors, manifest.vectors.count, manifest.vectors.dimensions)
    lexical = (manifest.lexical.kind, manifest.lexical.analyser)
    if lexical[0] != "tantivy" or lexical[1] not in READABLE_ANALYSERS:
        raise StoreError(
            f"{generation.folder}: keywords by {' '.join(lexical)}, this semsearch searches tantivy {ANALYSER}",
            "build the index again, or pip install --upgrade semsearch",
        )
    return vectors, Lexical(generation.lexical, generation.lexical_files, manifest.lexical.count)


def _encoder_files(generation: Generation) -> Iterator[tuple[str, BinaryIO]]:
    if generation.manifest.encoder.engine == "onnx":
        for name in ENCODER_FILES:
            yield name, (generation.encoder / name).open("rb")


def _content(file: BinaryIO) -> bytes:
    file.seek(0)  # it was read before if loading failed
    return file.read()


def _encoder_of(generation: Generation) -> tuple[EncoderIdentity, set[tuple[str, str]]]:
    """What two generations have in common if an encoder of the one is that of the other: identity and hashes."""
    carried = {f"{generation.encoder.name}/{name}" for name in ENCODER_FILES}
    hashes = {(part.name, part.sha256) for part in generation.manifest.files if part.name in carried}
    return generation.manifest.encoder, hashes


def named_first(named: Sequence[Found], found: Sequence[Found]) -> list[Found]:
    """The papers that a question names before all others, with a score that says so."""
    rows = {each.row for each in named}
    others = [each for each in found if each.row not in rows]
    best = max((each.score for each in others), default=0.0)
    steps = range(len(named), 0, -1)  # apart: tools that read runs order ties in their own ways
    return [
        replace(each, score=max(each.score, best + step * _APART)) for each, step in zip(named, steps, strict=True)
    ] + others


def notes_of(allowed: Allowed | None) -> tuple[str, ...]:
    """What a filter left out for want of knowledge."""
    if allowed is None:
        return ()
    notes = []
    if not allowed.count:
        notes.append("no paper of the index passes the filter")
    if allowed.without_year:
        count = allowed.without_year
        told = "1 paper has no year, and passes" if count == 1 else f"{count:,} papers have no year, and pass"
        notes.append(f"{told} no filter by date")
    if allowed.unknown:
        shown = ", ".join(name[:60] for name in allowed.unknown[:3]) + (", ..." if len(allowed.unknown) > 3 else "")
        notes.append(f"not in the index, of those to choose from: {len(allowed.unknown):,} ({shown})")
    return tuple(notes)
