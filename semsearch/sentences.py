"""The sentences of an abstract, as offsets in it: a mark ends one, unless it belongs to an abbreviation or a number.

Rules of its own, as abstracts are full of `et al. [3]`, `p < .05`, `E. coli` and `Eq. (1)`: of the libraries sentencex
ends sentences there, nltk needs data from the network, and pysbd is no longer kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match

Span = tuple[int, int]


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER = _set(
    "e.g eg i.e ie cf vs viz approx ca fig figs eq eqs eqn eqns ref refs dr prof mr mrs ms st mt incl esp "
    "ph ph.d m.sc b.sc suppl ed eds dept univ"
)
"""What comes before something else, so its full stop ends no sentence."""

_BEFORE_NUMBERS = _set(
    "no nos vol vols p pp sec sect secs ch chap tab tabs art al etc min max avg ver v jan feb mar apr jun jul aug sep "
    "sept oct nov dec"
)
"""What ends no sentence before a number or a bracket."""

_NAMES = frozenset("inc ltd corp co jr sr resp".split())  # noqa: SIM905
"""What may end a sentence, and then a word of _OPENING follows; so do initials, and letters with full stops (U.S.)."""

_OPENING = _set(
    "a all also although an and another as at because both but by compared despite each experiments finally first for "
    "from further furthermore given hence here how however if in indeed instead it its many more moreover most no not "
    "on once one our overall recent recently results second several since some such that the their then there "
    "therefore these they third this those though through thus to two under unlike using we what when where whereas "
    "whether which while who why with within without yet you your"
)
"""Words that open a sentence, and seldom are a name."""

_LETTERED = _set(
    "algorithm appendix case class condition criterion experiment factor figure grade group hepatitis method model "
    "panel part phase protein stage step study table task theorem type variant version vitamin"
)
"""Words that a single letter may follow at a sentence's end: vitamin C."""

_END = re.compile(
    r"(?:(?P<alone>(?<=\s)\.)|(?<![.!?\u2026])[.!?\u2026]++)"  # alone: a text cut into words
    r"[\"'\u201d\u2019\u00bb)\]}]*+(?:\[[\d,;\s\u2013-]+\])*(?=\s)"
    r"|(?P<wide>[\u3002\uff01\uff1f]+[\u300d\u300f\uff09]*|[\u0964\u0965\u061f](?=\s))"  # Chinese needs no space
)
_LAST = re.compile(r"[^\s(\[{\"\u201c\u2018/,;:\u2013\u2014]+$")
_NEXT = re.compile(r"\s*([\"'\u201c\u2018\u00ab(\[{$\u00a1\u00bf]*)(\w*)([.)]?)")
_DOTTED = re.compile(r"[^\W\d_]{1,2}(?:\.-?[^\W\d_]{1,2})+")
_NUMBER = re.compile(r"[(\[]?(?:\d{1,2}|[ivxIVX]{1,4}|[A-Za-z])[)\]]?\.?")
_WINDOW = 40  # characters before a full stop in which its word is looked for


def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of text as [start, end), in order, without the white space between; none where text has no more.

    What has no letter and no digit belongs to the sentence before it. Full stops in brackets count like others.
    """
    found: list[Span] = []
    start = 0
    worded = True  # whether the last of found has a word
    for end in _ends(text):
        piece = text[start:end]
        first, last = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = end
        if first >= last:
            continue
        has_word = any(map(str.isalnum, piece))
        if found and not (has_word and worded):
            first = found.pop()[0]
            has_word = has_word or worded
        worded = has_word
        found.append((first, last))
    return tuple(found)


def _ends(text: str) -> Iterator[int]:
    """Where sentences end, the end of text among them."""
    uncased = text == text.lower()
    start = 0
    for match in _END.finditer(text):
        if _is_end(text, match, start, uncased):
            yield match.end()
            start = match.end()
    yield len(text)


def _is_end(text: str, match: Match[str], start: int, uncased: bool) -> bool:
    """Whether a sentence that began at start ends with this mark."""
    if match["alone"] or match["wide"]:
        return True
    following = _NEXT.match(text, match.end())
    opened, word, stop = following.groups() if following else ("", "", "")
    if word and not (uncased or _may_open(word) or (opened[-1:] == "(" and stop == ")" and _NUMBER.fullmatch(word))):
        return False
    if match[0][0] != "." or match[0].startswith(".."):
        return True
    before = text[max(start, match.start() - _WINDOW) : match.start()]
    if _NUMBER.fullmatch(before.strip()):  # "2. Methods"
        return False
    last = _LAST.search(before)
    return last is None or _may_close(last[0], before[: last.start()], (opened, word, stop))


def _may_open(word: str) -> bool:
    """Whether a sentence may begin with word: it is no ordinary word in lower case, as p53, mRNA and β are none."""
    return not word.islower() or any(map(str.isdigit, word)) or "\u03b1" <= word[0] <= "\u03c9"


def _may_close(word: str, before: str, following: tuple[str, str, str]) -> bool:
    """Whether a sentence may end with word and a full stop, by what stands before and after."""
    opened, then, stop = following
    folded = word.lower().rstrip(")]")
    if folded in _NEVER:
        return len(word) > 1 and word.isupper() and _opens(then, stop)  # MT is machine translation
    if folded in _BEFORE_NUMBERS:
        return not (then[:1].isdigit() or opened[:1] in {"(", "["})
    if len(word) == 1 and word.isupper():
        lettered = before.split()[-1:]
        return _opens(then, stop) or (bool(lettered) and lettered[0].lower().lstrip("([") in _LETTERED)
    if folded in _NAMES or _DOTTED.fullmatch(word):
        return _opens(then, stop)
    return True


def _opens(word: str, stop: str) -> bool:
    """Whether word is one that opens a sentence, or there is none; with a full stop behind it, it is an initial."""
    return not word or (stop != "." and word.lower() in _OPENING)
