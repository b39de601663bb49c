"""Standing: how far it tells questions that a corpus can answer from those that it cannot, there and in other corpora.

Of each corpus: its own questions, those of the other sets, and four lists of questions made for this, whose subjects
the file names tell. A corpus whose index has no background (of an earlier format, say) gets one, which nothing keeps.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from semsearch import build_index
from semsearch.background import background_of, background_questions, nearest_without
from semsearch.judging import Judge
from semsearch.opened import OpenGeneration
from semsearch.questions import read_questions
from semsearch.search import SearchIndex
from semsearch.standing import Background
from semsearch.store import PaperTable
from semsearch.vectors import CodeArray, FloatArray, stored_codes

from ..inputs import HOME, Inputs, SkippedError
from ..tables import Values, table

_PAPERS = "ml_papers"
_QUESTIONS = "ml_questions"
_SETS = ("cranfield", "cisi", "cacm")
_MADE = {
    "other subjects": "other_subjects.txt",
    "other subjects in its words": "other_in_its_words.txt",
    "machine learning": "machine_learning.txt",
    "acronyms": "acronyms.txt",
}
_INDEXES = HOME / "corpora" / "answers"
_SHARES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9)
_BLOCK = 1 << 13

Figures = dict[str, npt.NDArray[np.float64]]


def measure(inputs: Inputs) -> Values:
    """All numbers of the section."""
    asked = {name: _read(inputs.eval_sets / name / "queries.jsonl") for name in (_QUESTIONS, *_SETS)}
    asked = {name: texts for name, texts in asked.items() if texts}
    if _QUESTIONS not in asked:
        raise SkippedError(f"no {_QUESTIONS} in {inputs.eval_sets}: name their folder with EVAL=")
    inputs.generation()  # or it is skipped
    asked |= {name: _read(Path(__file__).parent / "questions" / file) for name, file in _MADE.items()}
    corpora = {_PAPERS: _corpus(inputs.index, _QUESTIONS, asked)}
    corpora |= {name: _corpus(_built(inputs.eval_sets / name), name, asked) for name in _SETS if name in asked}
    return {"corpora": corpora}


def _read(path: Path) -> list[str]:
    return [question.text for question in read_questions(path)] if path.is_file() else []


def _built(folder: Path) -> Path:
    index = _INDEXES / folder.name
    if not (index / "CURRENT").is_file():
        build_index(folder / "corpus.jsonl", index)
    return index


def _corpus(path: Path, own: str, asked: dict[str, list[str]]) -> Values:
    with SearchIndex(path) as index, closing(_table(index)) as papers:
        generation, encoder = index.generation, index.encoder
        codes = stored_codes(generation.vectors, len(index), encoder.identity.dimensions)
        started = time.process_time()
        background = background_of(papers, codes, lambda: encoder)
        seconds = time.process_time() - started
        opened = OpenGeneration(generation, str(path), loaded=encoder)
        judge = Judge(background, opened.retriever, opened.lexical, opened.papers)
        found = {name: _figures(texts, encoder.encode_queries(texts), codes, judge) for name, texts in asked.items()}
        rows, texts = background_questions(papers, len(background.levels))  # other papers than those of the background
        queries = encoder.encode_queries(texts)
        held_out = _values(queries, nearest_without(queries, rows, codes), background)
    return {
        "papers": len(codes),
        "background": {"questions": len(background.levels), "seconds": round(seconds, 2)},
        "own": own,
        "asked": {name: _told(figures, found[own]) for name, figures in found.items()},
        "held_out": {
            "questions": len(texts),
            "below": {str(share): round(float((held_out < share).mean()), 4) for share in _SHARES},
        },
    }


def _table(index: SearchIndex) -> PaperTable:
    return PaperTable(index.generation.papers, len(index))


def _values(queries: FloatArray, nearest: FloatArray, background: Background) -> npt.NDArray[np.float64]:
    means = queries @ np.array(background.centre)
    return np.array([background.value(float(level)) for level in nearest.mean(axis=1) + means])


def _figures(texts: list[str], queries: FloatArray, codes: CodeArray, judge: Judge) -> Figures:
    """Of each question: its level, what its parts and a z-score tell alone, its standing, and whether it is refused."""
    nearest = nearest_without(queries, np.full(len(queries), -1), codes)
    sums, squares = np.zeros(len(queries)), np.zeros(len(queries))
    for start in range(0, len(codes), _BLOCK):
        cosines = queries @ np.asarray(codes[start : start + _BLOCK], dtype=np.float32).T
        sums += cosines.sum(axis=1, dtype=np.float64)
        squares += np.square(cosines, dtype=np.float64).sum(axis=1)
    mean = sums / len(codes)
    deviation = np.sqrt(squares / len(codes) - mean**2)
    ten = nearest.mean(axis=1).astype(np.float64)
    best = nearest[:, 0].astype(np.float64)
    standings = [each.answer for each in judge.standings(texts, queries, nearest, "hybrid") if each]
    return {
        "level": ten + mean,
        "mean of ten": ten,
        "best": best,
        "mean of all": mean,
        "z-score": (ten - mean) / deviation,
        "standing": np.array([each.value for each in standings]),
        "refused": np.array([not each.stands_out for each in standings], dtype=np.float64),
    }


def _told(figures: Figures, own: Figures) -> Values:
    compared = ("level", "mean of ten", "best", "mean of all", "z-score")
    quartiles = np.quantile(figures["standing"], (0.25, 0.5, 0.75))
    return {
        "questions": len(figures["level"]),
        "auroc": {name: round(_auroc(own[name], figures[name]), 4) for name in compared},
        "refused": round(float(figures["refused"].mean()), 4),
        "quartiles": [round(float(each), 3) for each in quartiles],
    }


def _auroc(positive: npt.NDArray[np.float64], negative: npt.NDArray[np.float64]) -> float:
    """The share of pairs in which the positive one is higher, ties half."""
    pairs = positive[:, None] - negative[None, :]
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def tables(values: Values) -> str:
    """What is told apart in the large corpus, in all corpora, and the calibration."""
    corpora = values["corpora"]
    return "\n\n".join((_first(corpora[_PAPERS]), _corpora(corpora), _calibration(corpora)))


def _first(corpus: Values) -> str:
    names = list(corpus["asked"][corpus["own"]]["auroc"])
    rows = []
    for name, each in corpus["asked"].items():
        auroc = [f"{each['auroc'][figure]:.3f}" if name != corpus["own"] else "" for figure in names]
        quartiles = " ".join(f"{value:.2f}" for value in each["quartiles"])
        rows.append((f"{name} ({each['questions']})", *auroc, quartiles, f"{each['refused']:.1%}"))
    head = (
        f"questions to {corpus['papers']:,} {_PAPERS}", *(f"AUROC, {name}" for name in names), "quartiles of standing",
        "no paper stands out",
    )  # fmt: skip
    return table(head, rows)


def _corpora(corpora: Values) -> str:
    asked = list(corpora[_PAPERS]["asked"])
    rows = []
    for name, corpus in corpora.items():
        shares = [corpus["asked"][each] for each in asked]
        cells = [
            f"**{each['refused']:.1%}**"
            if other == corpus["own"]
            else f"{each['refused']:.0%} ({each['auroc']['level']:.3f})"
            for other, each in zip(asked, shares, strict=True)
        ]
        rows.append((f"{name} ({corpus['papers']:,})", *cells, f"{corpus['background']['seconds']:.1f} s"))
    return table(("corpus", *asked, "CPU time of its background"), rows)


def _calibration(corpora: Values) -> str:
    rows = []
    for name, corpus in corpora.items():
        below = corpus["held_out"]["below"]
        if corpus["held_out"]["questions"]:
            rows.append((name, corpus["held_out"]["questions"], *(f"{below[str(share)]:.1%}" for share in _SHARES)))
    head = ("held-out questions of", "questions", *(f"below {share:g}" for share in _SHARES))
    return table(head, rows)
