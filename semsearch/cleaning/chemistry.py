"""Chemical formulae as they are typed, from LaTeX, HTML and Unicode alike: Fe2O3/Al2O3, La1-xSrxMnO3, SO42-, Ca2+.

The rule: in a word of two or more chemical elements each subscript joins its element, be it a number (2, 0.7), one of
x, y, z and δ, or a difference of them (1-x). Behind anything else a subscript joins only if it is a number (scripts.py
has that, and charges); so H_x and P_(1-x), which may be mathematics, keep their mark. Subscripts and superscripts that
are characters (CO₂, 10⁻³) are set as those of LaTeX are, unless a superscript stands behind a word, as a note's does;
km² and x³, which keyboards have, stay.
"""

from __future__ import annotations

import re
import unicodedata

_ELEMENT = (
    "(?:A[cglmrstu]|B[aehikr]?|C[adeflmorsu]?|Dy|E[rsu]|F[elmr]?|G[ade]|H[efgos]?|I[nr]?|Kr?|L[airuv]|M[gnot]|"
    "N[abdeip]?|Os?|P[abdmortu]?|R[abefhnu]|S[bceimnr]?|T[abcehilm]|U|V|W|Xe|Yb?|Z[nr])"
)
_COUNT = r"(?:_?\d{1,2}(?:\.\d{1,3})?|_[xyzδ]|_\((?:[\d.]{1,4}[-+\u2212])?[\d.]{0,4}[xyzδ]\)|\.\d{1,3})"
_PART = rf"(?:{_ELEMENT}{_COUNT}?|\((?:{_ELEMENT}{_COUNT}?){{1,9}}+\){_COUNT}?)"
_COMPOUND = re.compile(rf"(?<![\w\\.]){_PART}{{2,30}}+(?![A-Za-z0-9_])")
_DIGITS = re.compile(r"(?<![\w\\/.])((?:[A-Z][a-z]?\d*)+)_(\d{1,2})(?![\d_{a-z])(?=((?:[A-Z][a-z]?(?:_?\d)?)*)(?!\w))")
_MARKED_COUNT = re.compile(r"_(?:\(([^()]*)\)|)")
_SCRIPT = re.compile("[\u00b2\u00b3\u00b9\u1d62-\u1d6a\u2070-\u209c]")
_SUBSCRIPT = re.compile("[\u2080-\u208e\u2090-\u209c\u1d62-\u1d6a]+")
_SUPERSCRIPT = re.compile(
    "(?<![\u00b2\u00b3\u00b9\u141f\u1d2c-\u1d61\u2070-\u207f])[\u00b2\u00b3\u00b9\u2070\u2071\u2074-\u207f]+(?![\\w\u141f])"
)
_WORD_BEFORE = re.compile(r"[^\W\d_]{3}$")
_MINUS = str.maketrans("\u2212", "-")


def compounds(text: str) -> str:
    """text with its chemical formulae as they are typed. Words are parted by single spaces."""
    parts, done = [], 0
    while (mark := text.find("_", done)) >= 0:
        start = max(done, text.rfind(" ", done, mark) + 1)
        end = text.find(" ", mark)
        end = len(text) if end < 0 else end
        word = _COMPOUND.sub(lambda match: _MARKED_COUNT.sub(r"\1", match[0]), text[start:end])
        parts += [text[done:start], _DIGITS.sub(r"\1\2", word)]
        done = end
    return "".join(parts) + text[done:]


def scripts_as_latex(text: str) -> str:
    """text with the characters that are subscripts and superscripts in LaTeX's way."""
    if not _SCRIPT.search(text):
        return text
    return _SUPERSCRIPT.sub(_superscript, _SUBSCRIPT.sub(lambda match: f"_{{{_plain(match)}}}", text))


def _superscript(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 3) : match.start()]
    is_note = match[0].isdigit() and _WORD_BEFORE.search(before)
    is_typed = match[0] in "\u00b2\u00b3" and before[-1:].isalpha()
    has_base = before[-1:].isalnum() or before[-1:] in tuple(")]}|")
    return match[0] if not has_base or is_note or is_typed else f"^{{{_plain(match)}}}"


def _plain(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0]).translate(_MINUS)
