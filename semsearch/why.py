"""The sentence of an abstract that answers a question best, by the vectors of its sentences.

In: the vector of a question, abstracts, and what makes vectors of texts. Out: a Why for each abstract.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .sentences import sentences

if TYPE_CHECKING:  # an answer is read and printed without numpy
    import numpy as np
    import numpy.typing as npt

    FloatArray = npt.NDArray[np.float32]
    Encode = Callable[[Sequence[str]], FloatArray]


@dataclass(frozen=True, slots=True)
class Why:
    """A sentence of an abstract, [start, end) in its characters. similarity: its cosine with the question."""

    start: int
    end: int
    similarity: float

    def sentence(self, abstract: str) -> str:
        """The sentence itself."""
        return abstract[self.start : self.end]

    def as_dict(self, abstract: str) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "sentence": self.sentence(abstract),
            "start": self.start,
            "end": self.end,
            "similarity": self.similarity,
        }


def best_sentences(question: FloatArray, abstracts: Sequence[str], encode: Encode) -> list[Why | None]:
    """For each abstract its sentence nearest to the question, the first of equals; None where it has none.

    question: (d,) float32, unit length. encode: makes (n, d) float32, unit length, of n texts; called once, with every
    sentence of every abstract, or not at all.
    """
    split = [sentences(abstract) for abstract in abstracts]
    texts = [abstract[start:end] for abstract, found in zip(abstracts, split, strict=True) for start, end in found]
    if not texts:
        return [None] * len(abstracts)
    cosines = iter((encode(texts) * question).sum(axis=1).clip(-1, 1).tolist())  # no BLAS: equal rows, equal bits
    return [_best([Why(start, end, next(cosines)) for start, end in found]) for found in split]


def best_sentence(question: FloatArray, abstract: str, encode: Encode) -> Why | None:
    """best_sentences for one abstract."""
    return best_sentences(question, [abstract], encode)[0]


def _best(found: Sequence[Why]) -> Why | None:
    return max(found, key=lambda why: why.similarity, default=None)
