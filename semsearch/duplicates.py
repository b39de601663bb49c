"""Versions of one paper: a preprint and what was published, an extended abstract, the same under another title.

In: papers. Out: whether two of them are versions, and what each paper keeps so that likely pairs are found without
comparing all of them. The rule reads texts, authors and dates, and no vectors, so that it is the same for every model.
docs/answers.md tells what it is worth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from .paper import Paper
from .text import comparable
from .words import STOP_WORDS, WORD, analyser, pairs, spelled, terms_of

HashArray = npt.NDArray[np.uint32]
RowArray = npt.NDArray[np.int64]

SKETCH = 24
"""How many hashes of an abstract are kept. Of the pairs of ml_papers whose abstracts share 15 to 20 % of their text,
86 % share three of these; of those that share 20 to 30 %, 98 %; of those that share more, all."""

MOST_SHARING = 16
"""A hash that more papers have is of a phrase of many, and proposes no pairs."""

_GRAM_BYTES = 16  # letters and digits without what is between them: about three words
_LEAST_SHARED = 3
_YEARS_APART = 4
_SAME_AUTHORS = 0.5
_LEAST_RESEMBLANCE, _NEARLY_ALL = 0.15, 0.8
_NEAR, _NEAR_PREPRINT = 1.5, 1.0
_TELLING_WORDS = 5  # of a title that is enough by itself where authors are not known

_WORDS = """
one two three four five six seven eight nine ten eleven twelve
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
"""
_NUMBERS = {word: str(number % 12 + 1) for number, word in enumerate(_WORDS.split())}
_TOKEN = re.compile(r"[^\W_]+(?:\.\d+)?")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)(\d\d)")
_ROMAN = re.compile(r"I{2,3}|IV|VI{0,3}|IX")
_PART = re.compile(r"\bpart\s+([a-z]|\d+)\b", re.IGNORECASE)
_ABOUT_ANOTHER = re.compile(
    r"\b(?:repl(?:y|ies)|response|rejoinder|comments?|corrigend\w+|errat\w+|correction|addend\w+|discussion)"
    r"(?:\s+(?:to|on|of)\b|\s*:|$)|^(?:corrigend|errat|addend)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r"\b(?:overview|findings|reports?|proceedings|workshops?|challenge|campaign|preface|foreword|editorial|introduction"
    r"|(?:shared )?tasks?|tutorials?|progress|keynotes?)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\s*[(\[:\u2012-\u2015-]\s*(?:(?:extended|student) abstract|abstract|video(?: contribution)?|demo(?:nstration)?"
    r"|poster|short paper|preprint|journal track)\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_PREPRINT = re.compile(r"\b(?:arxiv|corr|\w+rxiv|preprints?|ssrn|openreview|zenodo|hal|techrxiv)\b", re.IGNORECASE)
_ACCENTS = re.compile("[\u0300-\u036f]")
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalnum())


def is_preprint(paper: Paper) -> bool:
    """Whether nothing tells that it was published: no venue, or a preprint server's name."""
    return not paper.venue or bool(_PREPRINT.search(paper.venue))


def bare_title(title: str) -> str:
    """A title as it is compared, without a label such as `(Extended Abstract)` behind it."""
    return comparable(_LABEL.sub("", title)) if title else ""


def precedence(paper: Paper) -> tuple[bool, bool, bool, str, str]:
    """What versions are ordered by, the one that stands for all first: with a title and an abstract, published before
    preprint, without a label before extended abstract or video, the earlier, by id."""
    lacking = not paper.title or not paper.abstract
    return lacking, is_preprint(paper), bool(_LABEL.search(paper.title)), paper.date or "9", paper.id


def grams(texts: Sequence[str]) -> list[HashArray]:
    """The hashes of all runs of 16 letters and digits in each text (of bytes in UTF-8), distinct and ascending, 0 left
    out."""
    encoded = [_letters(text) for text in texts]
    hashes = _hashed(b"".join(encoded))
    found, end = [], 0
    for each in encoded:
        start, end = end, end + len(each)
        some = np.sort(hashes[start : max(start, end - _GRAM_BYTES + 1)])  # np.unique takes five times as long
        found.append(some[np.diff(some, prepend=np.uint32(0)) != 0])
    return found


def _letters(text: str) -> bytes:
    """`comparable`, in a fifth of the time for a text of ASCII alone."""
    return text.lower().encode().translate(None, _NO_LETTERS) if text.isascii() else comparable(text).encode()


def _hashed(data: bytes) -> HashArray:
    """A hash of each 16 bytes in a row, of halves that are hashed likewise."""
    hashes = _byte_hashes()[np.frombuffer(data, dtype=np.uint8)]
    size = 1
    while size < _GRAM_BYTES:
        if len(hashes) <= size:
            return np.zeros(0, dtype=np.uint32)
        hashes = hashes[:-size] * np.uint64(0x9E3779B97F4A7C15) + hashes[size:]
        hashes ^= hashes >> np.uint64(29)
        size *= 2
    return ((hashes * np.uint64(0xBF58476D1CE4E5B9)) >> np.uint64(32)).astype(np.uint32)


@cache
def _byte_hashes() -> npt.NDArray[np.uint64]:
    """A number for each byte: splitmix64 (Steele, Lea and Flood 2014)."""
    numbers = np.arange(1, 257, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def resemblance(one: HashArray, other: HashArray) -> float:
    """|A & B| / |A | B| of two sets of hashes (Broder 1997, doi:10.1109/SEQUEN.1997.666900); 0 where one is empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


class Traits:
    """One paper as it is compared with others; what takes time is worked out when first asked for."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.bare = bare_title(paper.title)
        self.preprint = is_preprint(paper)

    @cached_property
    def names(self) -> list[list[str]]:
        """The words of each author's name, without initials."""
        return [words for author in self.paper.authors if (words := _name_words(author))]

    @cached_property
    def marks(self) -> tuple[frozenset[str], frozenset[str]]:
        """The numbers in the title; and those of them that tell one of a series even if the other title has none:
        years, parts, roman numbers, and numbers of releases."""
        return _marks(self.paper.title)

    @cached_property
    def title_terms(self) -> frozenset[str]:
        """The terms of the title without stop words."""
        words = (word for word in WORD.findall(spelled(self.paper.title)) if word.lower() not in STOP_WORDS)
        return frozenset(term for word in words for part in (pairs(word) or [word]) for term in terms_of(part))

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of title and abstract."""
        text = spelled(self.paper.text)
        return frozenset([*analyser().analyze(text), *pairs(text)])

    @cached_property
    def grams(self) -> HashArray:
        """The hashes of the abstract's grams."""
        return grams([self.paper.abstract])[0]


def same_work(one: Traits, other: Traits) -> bool:
    """Whether two papers are versions of one: authors and titles do not speak against it, and the abstracts share text.

    R is the resemblance of the abstracts. T is how much of each title's terms the other paper has, the less of both:
    who writes of the same work has a name for everything in its title. Versions have R + T >= 1.5; 1.0 where one is
    a preprint and the other was published, as then little else can be the reason to share text; and R >= 0.15. Or they
    have nearly the whole abstract in common (R >= 0.8), or the same title, but for a label.
    """
    if not _may_be(one, other):
        return False
    authors = _authors_shared(one, other)
    same_title = bool(one.bare) and one.bare == other.bare
    if same_title and not _SERIES.search(one.paper.title):
        known = authors is not None
        lacking = not (one.paper.abstract and other.paper.abstract)
        if known or (lacking and len(one.title_terms) >= _TELLING_WORDS):
            return True
    told = min(_told(one, other), _told(other, one))
    near = _NEAR_PREPRINT if one.preprint != other.preprint else _NEAR
    least = max(_LEAST_RESEMBLANCE, near - told)
    if authors is not None and authors > 0.75:
        least = min(least, _NEARLY_ALL)
    return least <= 1 and resemblance(one.grams, other.grams) >= least


def _may_be(one: Traits, other: Traits) -> bool:
    years = one.paper.year, other.paper.year
    if years[0] and years[1] and abs(years[0] - years[1]) > _YEARS_APART:
        return False
    authors = _authors_shared(one, other)
    if authors is not None and authors < _SAME_AUTHORS:
        return False
    (numbers, series), (other_numbers, other_series) = one.marks, other.marks
    more, less = numbers - other_numbers, other_numbers - numbers
    if (more and less) or more & series or less & other_series:
        return False
    return bool(_ABOUT_ANOTHER.search(one.paper.title)) == bool(_ABOUT_ANOTHER.search(other.paper.title))


def _authors_shared(one: Traits, other: Traits) -> float | None:
    """The share of the authors of the paper with fewer whose family names the other has; None where one has none."""
    if not one.names or not other.names:
        return None
    few, many = (one, other) if len(one.names) <= len(other.names) else (other, one)
    there = {word for words in many.names for word in words}
    return sum(words[-1] in there or words[0] in there for words in few.names) / len(few.names)


def _name_words(name: str) -> list[str]:
    family, comma, given = name.partition(",")
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", f"{given} {family}" if comma else name).casefold())
    return [word for word in WORD.findall(folded) if len(word) > 1]


def _marks(title: str) -> tuple[frozenset[str], frozenset[str]]:
    text = unicodedata.normalize("NFKC", title)
    numbers, series = set(), {f"part {part.lower()}" for part in _PART.findall(text)}
    for token in _TOKEN.findall(text):
        if (word := token.casefold()) in _NUMBERS:
            numbers.add(_NUMBERS[word])
        elif _ROMAN.fullmatch(token):
            series.add(token)
        for number in _DIGITS.findall(token):
            year = _YEAR.fullmatch(number)
            mark = (year[1] if year else number).lstrip("0") or "0"
            numbers.add(mark)
            if year or "." in number:
                series.add(mark)
    return frozenset(numbers | series), frozenset(series)


def _told(one: Traits, other: Traits) -> float:
    """How much of the terms of one's title the other paper has; 1 where there is no title."""
    return len(one.title_terms & other.terms) / len(one.title_terms) if one.title_terms else 1.0


def likely_pairs(sketches: npt.NDArray[np.uint32], titles: RowArray) -> Iterator[tuple[int, int]]:
    """Pairs of rows that may be versions, each once, in order: those with three hashes of their sketches in common,
    or with one title.

    sketches: (n, SKETCH), 0 where there is none. titles: (n,) a hash of each bare title, 0 for none.
    """
    rows = np.repeat(np.arange(len(sketches), dtype=np.int64), sketches.shape[1])
    keys, times = np.unique(_sharing(sketches.ravel(), rows), return_counts=True)
    named = _sharing(titles, np.arange(len(titles), dtype=np.int64))
    for key in np.unique(np.concatenate([keys[times >= _LEAST_SHARED], named])).tolist():
        yield key >> 32, key & 0xFFFFFFFF


def _sharing(values: npt.NDArray[np.uint32] | RowArray, rows: RowArray) -> RowArray:
    """Each pair of rows with a value in common that is not 0 nor of more than MOST_SHARING rows: the lesser row << 32,
    and the greater; a pair as often as it has such values."""
    there = values != 0
    order = np.argsort(values[there], kind="stable")
    values, rows = values[there][order], rows[there][order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]]) if len(values) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(values)])
    found = [np.zeros(0, dtype=np.int64)]
    for length in range(2, MOST_SHARING + 1):
        blocks = rows[starts[lengths == length][:, None] + np.arange(length)]
        for first in range(length):
            for second in range(first + 1, length):
                one, other = blocks[:, first], blocks[:, second]
                found.append((np.minimum(one, other) << 32) | np.maximum(one, other))
    return np.concatenate(found)


def groups_of(paired: Iterable[tuple[int, int]], ordered: Sequence[int]) -> dict[int, int]:
    """For each paper that is a version of another, the first of its versions.

    paired: papers that are versions of each other. ordered: all of these papers, by `precedence`. Each in turn, unless
    it was taken, takes all that are paired with it: so every version is one of its first, and there are no chains.
    """
    others: dict[int, set[int]] = {}
    for one, other in paired:
        others.setdefault(one, set()).add(other)
        others.setdefault(other, set()).add(one)
    firsts: dict[int, int] = {}
    taken: set[int] = set()
    for each in ordered:
        if each not in taken:
            versions = others.get(each, set()) - taken
            firsts.update(dict.fromkeys(versions, each))
            taken.update(versions, [each])
    return firsts
