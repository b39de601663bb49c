"""Questions to begin with, made of what an index holds: of the titles of papers of different kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..paper import Paper

_LEAST_WORDS, _MOST_WORDS = 4, 9
_BREAK = re.compile(r":\s+|\s[–—-]\s|\.\s")
_OPENING = re.compile(r"^(?:towards?|on|using|revisiting)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WITHIN = re.compile(r"(?<=[^\W\d_] )[^\W\d_]+|(?<=[^\W\d_], )[^\W\d_]+")  # no sentence begins there
_STATES = frozenset(("is", "are", "can", "do", "does", "has", "have", "need", "contain", "contains"))
# of stop words alone, so that nothing else is looked for than what the title says
_ASKED = ("What is there on {}?", "What about {}?", "Is there more on {}?")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How abstracts write words within sentences: common has those that are in lower case somewhere, and names, in
    lower case too, those that begin with a capital and never are."""

    common: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def is_name(self, word: str) -> bool:
        """Whether a word, or a part of one with a hyphen, keeps its capital wherever it stands."""
        return any(part.lower() in self.names for part in _WORD.findall(word))

    def knows(self, title: str) -> bool:
        """Whether all words of a title that begin with a capital are known as names, or as none."""
        capitals = (word.lower() for word in _WORD.findall(title) if word.istitle())
        return all(word in self.common or word in self.names for word in capitals)


def spelling_of(papers: Iterable[Paper]) -> Spelling:
    """How the abstracts of papers write words."""
    common, capital = set[str](), set[str]()
    for paper in papers:
        for word in _WITHIN.findall(paper.abstract):
            (common if word == word.lower() else capital).add(word.lower())
    return Spelling(frozenset(common), frozenset(capital - common))


def examples(papers: Iterable[Paper], count: int) -> list[str]:
    """At most count questions, each of a paper of another category or venue, those that ask something first; of titles
    whose words may be a name or not, as none of the abstracts has them, only where others are too few."""
    looked_at = sorted(papers, key=lambda paper: not paper.title.endswith("?"))
    spelling = spelling_of(looked_at)
    found: dict[str, str] = {}
    for paper in sorted(looked_at, key=lambda paper: not spelling.knows(paper.title)):
        kind = next(iter(paper.categories), paper.venue or paper.id)
        asked = _ASKED[len(found) % len(_ASKED)]
        if kind not in found and (question := question_of(paper.title, asked, spelling)):
            found[kind] = question
        if len(found) == count:
            break
    return list(found.values())


_UNKNOWN = Spelling()


def question_of(title: str, asked: str = _ASKED[0], spelling: Spelling = _UNKNOWN) -> str:
    """A title that asks something, else a question for the first part of it that says enough; empty where none does."""
    if title.endswith("?") and _fits(title):
        return _capital(_lowered(title, spelling))
    parts = [_OPENING.sub("", part.strip(" .:?!\"'"), count=1) for part in _BREAK.split(title)]
    fitting = (part for part in parts if _fits(part) and not _states(part))
    return next((_asking(_lowered(part, spelling), asked) for part in fitting), "")


def _asking(part: str, asked: str) -> str:
    """How deer grow bone is a question by itself, as it is often put; other parts of titles name a thing."""
    return _capital(f"{part}?") if part.lower().startswith(("how ", "why ")) else asked.format(part)


def _capital(question: str) -> str:
    return question[:1].upper() + question[1:]


def _fits(part: str) -> bool:
    words = part.split()
    names = sum(word.isupper() and len(word) > 1 for word in words)  # ACRONYM at ACRONYM 2021 says nothing
    return _LEAST_WORDS <= len(words) <= _MOST_WORDS and names < 2 and not any(word.isdigit() for word in words)


def _states(part: str) -> bool:
    """Whether a part is a sentence of its own, which nothing can be on."""
    return not _STATES.isdisjoint(part.lower().split())


def _lowered(part: str, spelling: Spelling) -> str:
    """Without the capitals of a heading: DNA and BERT keep theirs, and so do names."""
    words = part.split()
    capitals = sum(word[0].isupper() for word in words[1:] if len(word) > 3)
    heading = capitals * 2 > sum(len(word) > 3 for word in words[1:])
    return " ".join(
        _lower(word) if (heading or not place) and not spelling.is_name(word) else word
        for place, word in enumerate(words)
    )


def _lower(word: str) -> str:
    return word.lower() if all(part[1:] == part[1:].lower() for part in _WORD.findall(word)) else word
