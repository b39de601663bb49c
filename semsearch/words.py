"""From text to the terms that keywords are matched by, for papers and questions alike.

A term is a run of letters and digits: compatibility forms and Greek letters spelled out (CO₂ is CO2, β is beta),
accents and capitals dropped, English endings cut by Snowball's stemmer. What a hyphen joins is found apart and
together: a paper with GPT-4 has "gpt", "4" and "gpt4". Chinese and Japanese are also found by any two neighbouring
characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tantivy import TextAnalyzer

ANALYSER = "english-2"
"""The name of what this file makes of a text; to be changed with every change of it, as an index holds its terms."""

READABLE_ANALYSERS = ("english-1", ANALYSER)
"""Those whose indexes can be asked; in one of the first, Chinese and Japanese are found by whole runs only."""

LONGEST_TERM = 80  # characters of UTF-8; longer runs are no words, and are not indexed

_GREEK = {
    letter: name
    for name, letters in {
        "alpha": "Αα", "beta": "Ββϐ", "gamma": "Γγ", "delta": "Δδ", "epsilon": "Εεϵ", "zeta": "Ζζ", "eta": "Ηη",
        "theta": "Θθϑ", "iota": "Ιι", "kappa": "Κκϰ", "lambda": "Λλ", "mu": "Μμ", "nu": "Νν", "xi": "Ξξ",
        "omicron": "Οο", "pi": "Ππϖ", "rho": "Ρρϱ", "sigma": "Σσς", "tau": "Ττ", "upsilon": "Υυ", "phi": "Φφϕ",
        "chi": "Χχ", "psi": "Ψψ", "omega": "Ωω",
    }.items()
    for letter in letters
}  # fmt: skip
_GREEK_LETTER = re.compile(f"[{''.join(_GREEK)}]")
HYPHEN = "\\-\u2010\u2011\u2012\u2013\u2212"
_MARKS = "^\x00-\u02ff\u2000-\u2bff\u2e00-\u303f"
"""What a word may hold beside \\w: vowel signs and other marks. Python and tantivy know different editions of Unicode,
so it is whatever is no punctuation or symbol of the common blocks; the analyser splits what is left to be split."""

_RUN = rf"(?:[^\W_]++|[{_MARKS}]++)++"  # possessive: letters are in both, and a run has one way to be read
WORD = re.compile(_RUN)
_COMPOUND = re.compile(rf"(?<![^\W_])(?<![{_MARKS}]){_RUN}(?:[{HYPHEN}]{_RUN})+")
_HYPHENS = re.compile(f"[{HYPHEN}]")
_ASKED = re.compile(rf"{_COMPOUND.pattern}|{WORD.pattern}")
_NUMBERED = re.compile(r"(?<![^\W_])([^\W\d_]+) (\d[^\W_]*)")
_UNPARTED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2,}")  # scripts that put no space between words
_ENDINGS = re.compile(r"(?<=\w)['\u2019](?:s|t|d|ll|m|re|ve)\b|n['\u2019]t\b", re.IGNORECASE)  # the protein's, doesn't

_STOP_WORDS = """
a about above after again against all also am an and any are as at be because been before being below between both but
by can could did do does doing down during each few for from further had has have having he her here hers him his how
i if in into is it its itself just let may me might more most must my no nor not now of off on once only or other our
ours out over own same shall she should so some such than that the their theirs them then there these they this those
through to too under until up upon us very was we were what when where which while who whom whose why will with would
you your yours
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that carry no subject; a question is asked without them unless it has no other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word of a question, or words joined by hyphens.

    apart: its terms, one of each word. together: the terms of what hyphens join, written together, and of a number with
    the word before it (GPT 4 may be written GPT4); each counts half of one that is apart (lexical.TOGETHER), as papers
    that write it with a hyphen have both. times: how often the question has it, or its weight if papers were liked
    (steering.py).
    """

    apart: tuple[str, ...]
    together: tuple[str, ...] = ()
    times: float = 1

    @property
    def terms(self) -> tuple[str, ...]:
        """Every term of it."""
        return self.apart + self.together


def spelled(text: str) -> str:
    """text as it is analysed: compatibility forms (ligatures, subscripts) and Greek letters spelled out."""
    if text.isascii():
        return text
    return _GREEK_LETTER.sub(lambda letter: _GREEK[letter[0]], unicodedata.normalize("NFKC", text))


def joined(text: str) -> list[str]:
    """What a spelled text has joined by hyphens, written together (Llama27b, Llama2 of Llama-2-7b); and its `pairs`."""
    neighbours: list[str] = []
    if not text.isascii():
        neighbours = pairs(text)
        text = _HYPHENS.sub("-", text)
    some = (_COMPOUND.findall(piece) for piece in text.split() if "-" in piece)  # ten times as fast as the whole text
    return [word for found in some for compound in found for word in together(compound.split("-"))] + neighbours


def pairs(text: str) -> list[str]:
    """Each two neighbouring characters of Chinese and Japanese, where nothing tells where a word ends."""
    return [run[at : at + 2] for run in _UNPARTED.findall(text) for at in range(len(run) - 1)]


def together(parts: list[str]) -> list[str]:
    """All parts in one, and of three or more also each word with the number behind it."""
    neighbours = pairwise(parts) if len(parts) > 2 else ()
    return ["".join(parts), *(word + number for word, number in neighbours if number[0].isdigit() and word.isalpha())]


def units(question: str) -> tuple[Unit, ...]:
    """What of a question is looked for: words without STOP_WORDS, in their order, each once with its number of times.

    Empty if the question has no letter and no digit.
    """
    text = _ENDINGS.sub("", spelled(question))
    if text.isupper():
        text = text.lower()
    numbers = {each.start(2): each[1] + each[2] for each in _NUMBERED.finditer(text) if not is_stop(each[1])}
    found: list[Unit] = []
    stops: list[Unit] = []
    for match in _ASKED.finditer(text):
        parts = _HYPHENS.split(match[0])
        bearing = [part for part in parts if not is_stop(part)] or parts
        whole = together(parts) if len(parts) > 1 else [numbers[match.start()]] if match.start() in numbers else []
        neighbours = pairs(match[0])
        unit = Unit(_terms(neighbours), _terms([match[0]])) if neighbours else Unit(_terms(bearing), _terms(whole))
        if unit.terms:
            (stops if all(map(is_stop, parts)) else found).append(unit)
    return tuple(replace(unit, times=times) for unit, times in Counter(found or stops).items())


def _terms(words: list[str]) -> tuple[str, ...]:
    return tuple(term for word in words for term in terms_of(word))


def is_stop(word: str) -> bool:
    """Whether a word is one of STOP_WORDS, and no acronym that looks like one (WHO, IT)."""
    return word.lower() in STOP_WORDS and not (word.isupper() and len(word) > 1)


@lru_cache(maxsize=1 << 16)
def terms_of(word: str) -> tuple[str, ...]:
    """The terms of one spelled word: one, or none for what is too long."""
    return tuple(analyser().analyze(word))


@cache
def analyser() -> TextAnalyzer:
    """Splits, lowers, folds accents and stems, in this order; as papers are indexed."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_TERM))
    return builder.filter(Filter.lowercase()).filter(Filter.ascii_fold()).filter(Filter.stemmer("english")).build()
