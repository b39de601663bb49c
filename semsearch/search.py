"""The online half: an index opened read-only answers questions, finds similar papers, and ranks for many questions."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from .arranging import AMONG, Arrangement, arranged, grouped
from .cleaning import clean_text
from .encoders import Encoder
from .errors import QueryError, StoreError
from .filters import Filter
from .folding import folded
from .opened import OpenGeneration
from .paper import Paper
from .progress import Progress, silent
from .questions import Question
from .results import Ranking, Results
from .retrieval import MODES, Found, Mode
from .steering import Steering
from .store import Generation, Manifest, open_parts
from .store.checks import is_live
from .words import units

if TYPE_CHECKING:
    from .candidates import Given
    from .counts import FacetCounts

QUESTION_CHARS = 100_000
"""How much of a question or a pasted text is read; every encoder stops long before."""


class SearchIndex:
    """An open index. It keeps answering from the generation that it opened until it is told to `refresh`; safe to
    share between threads."""

    def __init__(self, path: str | os.PathLike[str] = "index", *, encoder: Encoder | None = None) -> None:
        """Open the index at path. encoder: used instead of loading the one that the index names; it has to be that one.

        Raises StoreError where there is no index, or one that is damaged. The encoder is loaded by the first question.
        """
        self.path = Path(path)
        self._generation, opened = open_parts(self.path, lambda found: OpenGeneration(found, str(path), encoder))
        self._opened: OpenGeneration | None = opened
        self._place = self.path.absolute()  # where it is still looked for if the process goes to another folder
        self._moving = threading.Lock()

    @property
    def manifest(self) -> Manifest:
        """What is in the index and how it was made."""
        return self._generation.manifest

    @property
    def generation(self) -> Generation:
        """The generation that answers."""
        return self._generation

    def __len__(self) -> int:
        return self.manifest.counts.papers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files, as soon as no question is being answered any more."""
        with self._moving:
            self._opened = None

    def refresh(self) -> bool:
        """Move on to the live generation, if another was published or rolled back to; returns whether it did.

        Questions that are being answered, by other threads or by an iterator of `rank`, stay with the generation that
        they began with; its files are closed behind the last of them. An encoder that stays the same is not loaded
        anew. Raises StoreError or EncoderError where the live generation cannot be opened, and goes on answering from
        the one before.
        """
        with self._moving:
            present = self._open()
            if is_live(self._place, self._generation.name, self.manifest):
                return False
            self._generation, self._opened = open_parts(self._place, present.followed_by)
        return True

    def _open(self) -> OpenGeneration:
        """What answers the next question; whoever took it may go on with it, whatever happens to this index."""
        if (opened := self._opened) is None:
            raise StoreError(f"{self.path}: the index was closed", "open it again")
        return opened

    @property
    def encoder(self) -> Encoder:
        """The encoder that made the vectors, loaded once. EncoderError if it is not whole, or not that one."""
        return self._open().encoder

    def paper(self, name: str) -> Paper:
        """The paper of that id, DOI, arXiv id, exact title, or beginning of an id. QueryError where there is none."""
        papers = self._open().papers
        return papers.get([papers.row_of(_name(name))])[0]

    def spread(self, count: int) -> list[Paper]:
        """At most count papers, evenly from all over the index."""
        papers = self._open().papers
        return papers.get(sorted({position * papers.count // count for position in range(count)}))

    def facets(self, filter: Filter | None = None, *, limit: int = 20, find: str = "") -> FacetCounts:
        """How many papers that pass filter are of each year, and have each of the most frequent venues, authors and
        categories; see counts.py."""
        from .counts import facet_counts

        return facet_counts(self._open().papers, filter, limit=limit, find=find)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        like: str | Sequence[str] = (),
        unlike: str | Sequence[str] = (),
        offset: int = 0,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
        why: bool = False,
        diverse: bool | float = False,
        sort: str | None = None,
        among: int = AMONG,
        group: str | None = None,
        fold: bool = False,
    ) -> Results:
        """The k papers that answer a question in plain language best, after leaving out the best offset of them.

        mode: what they are found by, keywords and meaning (`hybrid`), meaning (`dense`) or keywords (`lexical`, which
        finds only what matches). filter: which papers may be found. why: tell the sentence of each abstract that
        answers best, which takes longer than the search. A k larger than their number returns all of them.
        Ties are broken by id; a paper whose exact title, id, DOI or arXiv id the question is comes first. Raises
        QueryError for an empty question, a k below 1 or an offset below 0.

        fold: of versions of one paper (see duplicates.py) one is among the hits, at the place of the best: the one that
        the question names, else the first one if it was found. Else each is a hit, and tells of which it is a version.

        like, unlike: papers (named as in `paper`) that the question is moved towards and away from, see steering.py;
        they are not among the hits, nor, folded, are their other versions; similarity is the cosine with the moved
        question.
        diverse, sort, group: see `Arrangement`. The best `among` hits are put in another order, so that those after
        any offset are the same for any k.
        """
        text = _question_text(question, "question")
        _check(k, offset, mode)
        arrangement = Arrangement(diverse, sort, among, group)
        opened = self._open()
        allowed = opened.allowed(filter)
        query = opened.encoder.encode_queries([text])[0]
        asked = looked_for = units(text)
        steering, permitted, versions = None, allowed, opened.papers.versions
        if like or unlike:
            steering = Steering(opened.examples(_names(like)), opened.examples(_names(unlike)))
            permitted = opened.without(allowed, versions.all_of(steering.rows) if fold else steering.rows)
            query, looked_for = steering.vector(query), steering.units(asked)
        nearest = None

        def ask(depth: int) -> list[Found]:
            nonlocal nearest
            (some,), nearest = opened.answers([text], query[None, :], depth, mode, permitted, [looked_for])
            return some

        firsts = versions.firsts if fold else {}
        named = opened.papers.named(text) if firsts else ()
        apart = nullcontext() if steering or allowed is None else opened.judge.beside(query, mode)
        with apart:
            found = folded(ask, arrangement.depth(offset + k), firsts, named)
        stands = None if steering else opened.judge.standings([text], query[None, :], nearest, mode)[0]
        found, notes = arranged(opened, found, arrangement)
        answer = opened.results(
            found[offset : offset + k], offset, mode, allowed, asked, query=text, steering=steering, stands=stands
        )
        if steering and fold:
            notes += opened.versions_left_out(steering.rows, allowed)
        answer = grouped(replace(answer, notes=answer.notes + notes), arrangement)
        return opened.explained(answer, query) if why else answer

    def similar(
        self,
        papers: str | Sequence[str] = (),
        k: int = 10,
        *,
        unlike: str | Sequence[str] = (),
        text: str | None = None,
        offset: int = 0,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
        why: bool = False,
        diverse: bool | float = False,
        sort: str | None = None,
        among: int = AMONG,
        group: str | None = None,
        fold: bool = False,
    ) -> Results:
        """The k papers most like some papers (named as in `paper`) or a text such as an abstract, or all of them.

        similarity is the cosine with the mean of their unit vectors, and their titles and abstracts are the keywords;
        papers that were named are not among the hits. unlike: papers that both are moved away from, see steering.py.
        The others: see `search`; folded, other versions of what was named are no hits either.
        """
        _check(k, offset, mode)
        arrangement = Arrangement(diverse, sort, among, group)
        opened = self._open()
        draft = None if text is None else _question_text(text, "text")
        steering = Steering(opened.examples(_names(papers), draft), opened.examples(_names(unlike)))
        if not len(steering.liked):
            raise QueryError("nothing to be similar to, expected ids of papers or a text")
        query, asked = steering.vector(), steering.units()
        allowed = opened.allowed(filter)
        versions = opened.papers.versions
        left_out = versions.all_of(steering.rows) if fold else list(steering.rows)
        mask = opened.without(allowed, left_out).mask
        found = folded(
            lambda n: opened.retriever(mode, query[None, :], [asked], n, mask)[0],
            arrangement.depth(offset + k),
            versions.firsts if fold else {},
        )
        found, notes = arranged(opened, found, arrangement)
        if fold:
            notes += opened.versions_left_out(steering.rows, allowed)
        notes += opened.cut_text(steering.liked, mode)
        answer = opened.results(found[offset : offset + k], offset, mode, allowed, asked, steering=steering)
        answer = grouped(replace(answer, notes=answer.notes + notes), arrangement)
        return opened.explained(answer, query) if why else answer

    def rank(
        self,
        questions: Iterable[str | Question],
        k: int = 100,
        *,
        mode: Mode = "hybrid",
        filter: Filter | None = None,
        candidates: Given | None = None,
        progress: Progress = silent,
        at_once: int = 256,
    ) -> Iterator[Ranking]:
        """The k best papers for each of many questions, in order, as `search` finds them, in batches.

        questions: texts (their ids become 1, 2, ...) or Questions, which may name papers to like and to unlike. Memory
        stays bounded, whatever their number. candidates: rank only these, names of papers (see `paper`) or Papers that
        need not be in the index, the same for all questions, or for each question's id its own names; their scores are
        those that a search of the whole index gives, or would give (candidates.py). progress: told of texts embedded.
        at_once: the most questions of a batch; the first rankings come when the first batch is done.
        """
        _check(k, 0, mode)
        if not isinstance(at_once, int) or at_once < 1:
            raise QueryError(f"at_once is {at_once!r}, expected a whole number from 1")
        if isinstance(questions, str) or not isinstance(questions, Iterable):
            raise QueryError(f"{questions!r:.80}, expected a list of questions", "use `search` for one question")
        from .ranking import rankings

        opened = self._open()
        return rankings(opened, _questions(questions), k, mode, filter, candidates, progress, at_once)


def open_index(path: str | os.PathLike[str] = "index") -> SearchIndex:
    """Open the index at path for asking; see SearchIndex."""
    return SearchIndex(path)


def _questions(given: Iterable[str | Question]) -> Iterator[Question]:
    """given as Questions with a clean text, which is empty only where papers are liked."""
    for number, each in enumerate(given, start=1):
        question = each if isinstance(each, Question) else Question(str(number), each)
        like, unlike = tuple(_names(question.like)), tuple(_names(question.unlike))
        text = "" if like and not question.text else _question_text(question.text, f"question {question.id}")
        yield replace(question, text=text, like=like, unlike=unlike)


def _question_text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise QueryError(f"the {what} is {text!r}, expected text")
    cleaned = clean_text(text[:QUESTION_CHARS])
    if not cleaned:
        raise QueryError(f"the {what} is empty, expected some words")
    return cleaned


def _names(papers: object) -> list[str]:
    names = list(papers) if isinstance(papers, Iterable) and not isinstance(papers, str) else [papers]
    return [_name(name) for name in names]


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise QueryError(f"{name!r:.80}: no name of a paper, expected text", "such as hit.id, a DOI or an arXiv id")
    return name


def _check(k: int, offset: int, mode: str) -> None:
    if not isinstance(k, int) or not isinstance(offset, int):
        raise QueryError(f"k and the offset are {k!r} and {offset!r}, expected whole numbers")
    if k < 1:
        raise QueryError(f"k is {k}, expected at least 1")
    if offset < 0:
        raise QueryError(f"the offset is {offset}, expected 0 or more")
    if mode not in MODES:
        raise QueryError(f"the mode is {mode!r}, expected one of {', '.join(MODES)}")
