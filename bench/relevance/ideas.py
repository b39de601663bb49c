"""Every idea that was tried for the ranking, as a Recipe that differs from what semsearch does in one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from semsearch.evaluate import Run
from semsearch.fusion import DEPTH, FEEDBACK_HITS, FEEDBACK_SHARE, LEXICAL_CANDIDATES, LEXICAL_WEIGHT

from .encodings import ENCODINGS, sentence_vectors
from .expansion import Expansion
from .sets import Collection, FloatArray, RowArray

ScoreArray = npt.NDArray[np.float64]
Fuse = Callable[[FloatArray, FloatArray], ScoreArray]
"""The scores of all papers, (n,), from their cosines and their BM25 scores, (n,) each."""

KEPT = 100
"""How many papers of an answer are kept."""


def weighted(weight: float = LEXICAL_WEIGHT, depth: int = DEPTH) -> Fuse:
    """semsearch's own: cosines from the depth-th to the best, BM25 by its best; weight: that of the keywords."""
    return lambda cosines, bm25: (1 - weight) * _from_floor(cosines, depth) + weight * _by_best(bm25)


def reciprocal_ranks(constant: int) -> Fuse:
    """Cormack, Clarke and Buettcher, SIGIR 2009: the sum of 1 / (constant + rank)."""

    def fused(cosines: FloatArray, bm25: FloatArray) -> ScoreArray:
        return 1 / (constant + _ranks(cosines)) + np.where(bm25 > 0, 1 / (constant + _ranks(bm25)), 0)

    return fused


def z_scores(depth: int = DEPTH) -> Fuse:
    """Each side less the mean of its best depth, by their standard deviation."""

    def scaled(scores: FloatArray) -> ScoreArray:
        best = _best(scores, depth).astype(np.float64)
        return (scores - best.mean()) / (best.std() or 1.0)

    return lambda cosines, bm25: scaled(cosines) + scaled(bm25)


def min_max(depth: int = DEPTH) -> Fuse:
    """Both sides from their depth-th to their best."""
    return lambda cosines, bm25: _from_floor(cosines, depth) + _from_floor(bm25, depth)


def theoretical(weight: float) -> Fuse:
    """Bruch, Gai and Ingber's TM2C2 (2023): both sides from the least that they can be, -1 and 0, to their best."""
    return lambda cosines, bm25: (1 - weight) * (cosines + 1.0) / (cosines.max() + 1.0) + weight * _by_best(bm25)


def combined_mnz(depth: int = DEPTH) -> Fuse:
    """Fox and Shaw's CombMNZ (1994): the sum of both scaled sides, times the number of sides that have the paper."""

    def fused(cosines: FloatArray, bm25: FloatArray) -> ScoreArray:
        dense, lexical = _from_floor(cosines, depth), _by_best(bm25)
        return (dense + lexical) * ((dense > 0).astype(float) + (lexical > 0))

    return fused


def geometric(share: float = 0.05) -> Fuse:
    """The product of both scaled sides, each with a little added, so that one of them may be missing."""

    def fused(cosines: FloatArray, bm25: FloatArray) -> ScoreArray:
        return (share + _from_floor(cosines, DEPTH)) * (share + _by_best(bm25))

    return fused


def _by_best(scores: FloatArray) -> ScoreArray:
    best = float(scores.max())
    return scores.astype(np.float64) / best if best > 0 else np.zeros(len(scores))


def _from_floor(scores: FloatArray, depth: int) -> ScoreArray:
    best, floor = float(scores.max()), float(_best(scores, depth).min())
    if not best > floor:
        return np.zeros(len(scores))
    return np.clip((scores.astype(np.float64) - floor) / (best - floor), 0.0, 1.0)


def _best(scores: FloatArray, depth: int) -> FloatArray:
    depth = min(depth, len(scores))
    return np.partition(scores, len(scores) - depth)[len(scores) - depth :]


def _ranks(scores: FloatArray) -> ScoreArray:
    """From 1 for the best."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return ranks


def _dense(cosines: FloatArray, _: FloatArray) -> ScoreArray:
    return cosines.astype(np.float64)


def _lexical(_: FloatArray, bm25: FloatArray) -> ScoreArray:
    return np.where(bm25 > 0, bm25.astype(np.float64), -np.inf)


_OWN = weighted()


@dataclass(frozen=True, slots=True)
class Recipe:
    """How questions are answered.

    fuse: for both rankings. keywords: of sets.KEYWORDS; title: the weight of a keyword index of titles, added. hits,
    share, rounds: how many of the first hits move the question's vector, how far, how often; first: by which ranking
    these are found, if not by fuse; everywhere: whether papers that were no candidates may come in by it. expansion:
    of the keywords, from the first hits. vectors: of encodings.ENCODINGS. sentence: how much of a cosine is that of
    the paper's best sentence.
    """

    fuse: Fuse = _OWN
    keywords: str = "default"
    title: float = 0.0
    hits: int = FEEDBACK_HITS
    share: float = FEEDBACK_SHARE
    rounds: int = 1
    first: Fuse | None = None
    everywhere: bool = False
    expansion: Expansion | None = None
    vectors: str = ""
    sentence: float = 0.0

    @property
    def embeds(self) -> bool:
        """Whether papers have to be embedded anew for it."""
        return bool(self.vectors or self.sentence)


DEFAULT = Recipe()
PLAIN = replace(DEFAULT, hits=0)

IDEAS: dict[str, dict[str, Recipe]] = {
    "The parts": {
        "semsearch": DEFAULT,
        "meaning alone": replace(PLAIN, fuse=_dense),
        "keywords alone, stop words asked for too": replace(PLAIN, fuse=_lexical, keywords="stop words"),
        "keywords alone": replace(PLAIN, fuse=_lexical),
        "half and half, stop words too, no feedback": replace(PLAIN, keywords="stop words"),
        "half and half, no feedback": PLAIN,
    },
    f"The weight of the keywords ({LEXICAL_WEIGHT})": {
        f"{weight}": replace(DEFAULT, fuse=weighted(weight)) for weight in (0.3, 0.4, 0.6, 0.7)
    },
    "How two scores become one": {
        "reciprocal ranks, k = 60": replace(DEFAULT, fuse=reciprocal_ranks(60)),
        "reciprocal ranks, k = 10": replace(DEFAULT, fuse=reciprocal_ranks(10)),
        "z-scores of the best 1000": replace(DEFAULT, fuse=z_scores()),
        "minimum to maximum, both sides": replace(DEFAULT, fuse=min_max()),
        "TM2C2, 0.8 of meaning": replace(DEFAULT, fuse=theoretical(0.2)),
        "TM2C2, half and half": replace(DEFAULT, fuse=theoretical(0.5)),
        "CombMNZ": replace(DEFAULT, fuse=combined_mnz()),
        "the product of both": replace(DEFAULT, fuse=geometric()),
        "cosines from the 100th": replace(DEFAULT, fuse=weighted(depth=100)),
        "cosines from the 300th": replace(DEFAULT, fuse=weighted(depth=300)),
        "cosines from the 3000th": replace(DEFAULT, fuse=weighted(depth=3000)),
    },
    f"Feedback ({FEEDBACK_HITS} hits, {FEEDBACK_SHARE})": {
        "none": PLAIN,
        **{f"{hits} hit{'s' * (hits > 1)}": replace(DEFAULT, hits=hits) for hits in (1, 2, 5, 10)},
        **{f"share {share}": replace(DEFAULT, share=share) for share in (0.3, 0.7, 1.0)},
        "twice": replace(DEFAULT, rounds=2),
        "all papers scored again": replace(DEFAULT, everywhere=True),
        "from the first hits by meaning": replace(DEFAULT, first=_dense),
        "from the first hits by keywords": replace(DEFAULT, first=_lexical),
    },
    "Keywords": {
        "stop words asked for too": replace(DEFAULT, keywords="stop words"),
        "a word said twice counts once": replace(DEFAULT, keywords="once"),
        "hyphenated words only apart": replace(DEFAULT, keywords="apart"),
        **{f"titles once more, {weight}": replace(DEFAULT, title=weight) for weight in (0.1, 0.3, 0.5, 1.0)},
        "10 terms of the first 5 hits added (KL), 0.4": replace(DEFAULT, expansion=Expansion()),
        "the same without feedback": replace(PLAIN, expansion=Expansion()),
        "10 terms of the first 10 hits added (KL), 0.2": replace(DEFAULT, expansion=Expansion(hits=10, weight=0.2)),
    },
    "What is embedded (the three sets only)": {
        "the first 256 tokens": replace(DEFAULT, vectors="256"),
        "the first 384 tokens": replace(DEFAULT, vectors="384"),
        "the first 512 tokens": replace(DEFAULT, vectors="512"),
        "the mean of pieces of 256, the title before each": replace(DEFAULT, vectors="pieces"),
        "the mean of pieces of 192": replace(DEFAULT, vectors="pieces of 192"),
        "the mean of pieces of 128": replace(DEFAULT, vectors="pieces of 128"),
        "the title's vector besides, a quarter": replace(DEFAULT, vectors="titles"),
        "half and half with the mean of its sentences": replace(DEFAULT, vectors="sentences"),
        "the best sentence besides, 0.3": replace(DEFAULT, sentence=0.3),
        "the same without feedback": replace(PLAIN, sentence=0.3),
    },
}
"""Group, then name, to Recipe."""


def answer(collection: Collection, recipe: Recipe) -> Run:
    """The best KEPT papers for each question."""
    rows = collection.vectors
    if recipe.vectors:
        (rows,) = collection.cached(recipe.vectors, lambda: (ENCODINGS[recipe.vectors](collection),))
    keywords = collection.keywords(recipe.keywords)
    if recipe.title:
        titles = collection.keywords("title")
        keywords = [body + np.float32(recipe.title) * title for body, title in zip(keywords, titles, strict=True)]
    cosines = collection.cosines(collection.queries, rows) if recipe.embeds else collection.own_cosines
    cosines = _with_best_sentence(collection, recipe.sentence, collection.queries, cosines)
    queries, fuse = collection.queries, recipe.first or recipe.fuse
    for _ in range(recipe.rounds if recipe.hits else 0):
        first = _answers(collection, fuse, cosines, keywords, recipe.hits)
        queries = _moved(collection.queries, rows, first, recipe.share)
        candidates = None if recipe.everywhere else _candidates(cosines, keywords)
        cosines = collection.cosines(queries, rows)
        cosines = _with_best_sentence(collection, recipe.sentence, queries, cosines)
        cosines = cosines if candidates is None else np.where(candidates, cosines, np.float32(-1))
    if recipe.expansion:
        first = _answers(collection, weighted(), collection.own_cosines, keywords, recipe.expansion.hits)
        keywords = collection.keywords_of(list(recipe.expansion.units(collection, first)))
    found = _answers(collection, recipe.fuse, cosines, keywords, KEPT)
    answers = zip(collection.questions, found, strict=True)
    return Run({question.id: tuple(collection.ids[row] for row in best) for question, best in answers})


def _candidates(cosines: FloatArray, keywords: list[FloatArray]) -> npt.NDArray[np.bool_]:
    """Which papers are scored again after feedback, (m, n): the DEPTH nearest, and the foremost by keywords."""
    found = []
    for nearest, bm25 in zip(cosines, keywords, strict=True):
        hits = np.sort(bm25[bm25 > 0])[::-1]
        last = hits[min(LEXICAL_CANDIDATES, len(hits)) - 1] if len(hits) else np.inf
        found.append((nearest >= _best(nearest, DEPTH).min()) | (bm25 >= last))
    return np.stack(found)


def _with_best_sentence(collection: Collection, share: float, queries: FloatArray, cosines: FloatArray) -> FloatArray:
    if not share:
        return cosines
    own, starts = collection.cached("sentence vectors", lambda: sentence_vectors(collection))
    best = np.maximum.reduceat(queries @ own.T, starts, axis=1)
    return (1 - np.float32(share)) * cosines + np.float32(share) * best


def _answers(
    collection: Collection, fuse: Fuse, cosines: FloatArray, keywords: list[FloatArray], wanted: int
) -> list[RowArray]:
    return list(_each_answer(collection, fuse, cosines, keywords, wanted))


def _each_answer(
    collection: Collection, fuse: Fuse, cosines: FloatArray, keywords: list[FloatArray], wanted: int
) -> Iterator[RowArray]:
    """The wanted best rows for each question, by score, then id."""
    for one, bm25 in zip(cosines, keywords, strict=True):
        scores = fuse(one, bm25)
        last = np.partition(scores, max(0, len(scores) - wanted))[max(0, len(scores) - wanted)]
        rows = np.flatnonzero((scores >= last) & np.isfinite(scores))
        yield rows[np.lexsort((collection.by_id[rows], -scores[rows]))][:wanted]


def _moved(queries: FloatArray, vectors: FloatArray, first: list[RowArray], share: float) -> FloatArray:
    """Each query moved towards the mean of its first hits, at unit length (semsearch.fusion.feedback)."""
    moved = queries.copy()
    for position, rows in enumerate(first):
        if len(rows):
            moved[position] += np.float32(share) * vectors[rows].mean(axis=0)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)
