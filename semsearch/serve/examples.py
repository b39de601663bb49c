"""Questions to begin with, made of what an index holds: short phrases from the titles of papers of different kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..paper import Paper

_LEAST_WORDS, _MOST_WORDS = 4, 9
_BREAK = re.compile(r":\s+|\s[–—-]\s|\.\s")
_OPENING = re.compile(r"^(?:towards?|on|an?|the|using|revisiting)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def examples(papers: Iterable[Paper], count: int) -> list[str]:
    """At most count questions, each of a paper of another category or venue, those that ask something first."""
    found: dict[str, str] = {}
    for paper in sorted(papers, key=lambda paper: not paper.title.endswith("?")):
        kind = next(iter(paper.categories), paper.venue or paper.id)
        if kind not in found and (question := question_of(paper.title)):
            found[kind] = question
        if len(found) == count:
            break
    return list(found.values())


def question_of(title: str) -> str:
    """A title that asks something as it is, else the first part of it that says enough; empty where none would do."""
    if title.endswith("?") and _fits(title):
        return title
    parts = [_OPENING.sub("", part.strip(" .:?!\"'"), count=1) for part in _BREAK.split(title)]
    return next((_lowered(part) for part in parts if _fits(part)), "")


def _fits(part: str) -> bool:
    words = part.split()
    names = sum(word.isupper() and len(word) > 1 for word in words)  # ACRONYM at ACRONYM 2021 says nothing
    return _LEAST_WORDS <= len(words) <= _MOST_WORDS and names < 2 and not any(word.isdigit() for word in words)


def _lowered(part: str) -> str:
    """Without the capitals of a heading: DNA and BERT keep theirs, and so do names in a title that is no heading."""
    words = part.split()
    capitals = sum(word[0].isupper() for word in words[1:] if len(word) > 3)
    heading = capitals * 2 > sum(len(word) > 3 for word in words[1:])
    return " ".join(_lower(word) if heading or not place else word for place, word in enumerate(words))


def _lower(word: str) -> str:
    return word.lower() if all(part[1:] == part[1:].lower() for part in _WORD.findall(word)) else word
