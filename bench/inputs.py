"""What a benchmark runs on: an index, a corpus, questions, evaluation sets; SkippedError where one is missing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from semsearch.corpus import read_papers
from semsearch.encoders import Precision, find_model, load_encoder
from semsearch.paper import Paper
from semsearch.questions import read_questions
from semsearch.store import Generation, open_live

HOME = Path(__file__).parent
WORKERS = HOME / "workers"
_TXTAI = HOME / ".txtai" / "bin" / "python"


class SkippedError(Exception):
    """A part that cannot run here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where things are. papers: how many abstracts are embedded. rounds: of each contender."""

    index: Path
    corpus: Path
    questions: Path
    eval_sets: Path
    papers: int
    rate_rounds: int
    cold_rounds: int
    routes: tuple[str, ...] = ()

    def generation(self) -> Generation:
        """The live generation of the index, with an encoder that travels in it."""
        if not (self.index / "CURRENT").is_file():
            raise SkippedError(f"no index at {self.index}: build one, and name it with INDEX=")
        generation = open_live(self.index)
        if generation.manifest.encoder.engine != "onnx":
            raise SkippedError(f"the index at {self.index} carries no encoder: build it again")
        return generation

    def abstracts(self) -> list[Paper]:
        """The first papers of the corpus that have an abstract."""
        if not self.corpus.exists():
            raise SkippedError(f"no corpus at {self.corpus}: name one with CORPUS=")
        found = (each for each in read_papers(self.corpus) if isinstance(each, Paper) and each.abstract)
        return list(islice(found, self.papers))

    def asked(self, count: int) -> list[str]:
        """That many different questions: of the questions file, or else titles of papers spread over the index."""
        texts = [question.text for question in read_questions(self.questions)] if self.questions.is_file() else []
        return (list(dict.fromkeys(texts)) or list(self._titles(count)))[:count]

    def _titles(self, count: int) -> Iterator[str]:
        from contextlib import closing

        from semsearch.store import open_papers

        with closing(open_papers(self.index)) as table:
            step = max(1, table.count // count)
            yield from dict.fromkeys(paper.title for paper in table.get(range(0, table.count, step)) if paper.title)


def model_folder(generation: Generation) -> Path:
    """The model of an index, as sentence-transformers and txtai load it."""
    return find_model(generation.manifest.encoder.model).path


def encoder_folder(generation: Generation, precision: Precision) -> Path:
    """The model of an index in a precision: as it travels in the index, else as a build would take it along."""
    encoder = generation.manifest.encoder
    if encoder.precision == precision:
        return generation.encoder
    folder = load_encoder(encoder.model, precision).folder
    if folder is None:
        raise SkippedError(f"{encoder.model} has no ONNX form here")
    return folder


def txtai_python() -> Path | None:
    """The interpreter of txtai's own environment, None (and a word) where it was not set up."""
    if _TXTAI.is_file():
        return _TXTAI
    print("without txtai: `make bench-txtai` sets it up", file=sys.stderr)
    return None
