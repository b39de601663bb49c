"""MathML as LaTeX: the text of its leaves once, with subscripts, superscripts, fractions and roots."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"<(?P<name>(?:mml:|m:)?math)\b[^<>]*>(?P<inner>.{0,5000}?)</(?P=name)\s*>", re.DOTALL)
_NOTE = re.compile(r"<(?P<name>annotation(?:-xml)?)\b[^<>]*>.*?</(?P=name)\s*>", re.DOTALL)
_PREFIX = re.compile(r"(?<=<)(/?)(?:mml:|m:)")
_LEAF = r"<m(?:i|n|o|text|s)\b[^<>]*>(?:[<>]=?|[^<]*)</m(?:i|n|o|text|s)\s*>\s*"
_EMPTY = re.compile(r"<m\w+\b[^<>]*/>")
_INNERMOST = re.compile(
    rf"<(?P<name>m(?:row|style|padded|phantom|sub|sup|subsup|under|over|underover|frac|sqrt|root|fenced|error|td|tr"
    rf"|table|prescripts|multiscripts)|semantics|math)\b[^<>]*>\s*(?P<inner>(?:{_LEAF})*+)</(?P=name)\s*>\s*"
)
_TEXT = re.compile(r"<m(?:i|n|o|text|s)\b[^<>]*>([<>]=?|[^<]*)</m(?:i|n|o|text|s)\s*>")
_TAG = re.compile(r"</?m[a-z]+\b[^<>]*>")
_SET = {
    ("msub", 2): "{0}_{{{1}}}", ("munder", 2): "{0}_{{{1}}}", ("msup", 2): "{0}^{{{1}}}", ("mover", 2): "{0}^{{{1}}}",
    ("msubsup", 3): "{0}_{{{1}}}^{{{2}}}", ("munderover", 3): "{0}_{{{1}}}^{{{2}}}",
    ("mfrac", 2): "\\frac{{{0}}}{{{1}}}", ("mroot", 2): "{0}^{{1/{1}}}",
}  # fmt: skip
_DEEPEST = 40


def without_mathml(text: str, *, drop: bool) -> str:
    """text with its MathML as LaTeX, or without, where the same formula stands beside it."""
    return _FORMULA.sub("" if drop else _set, text)


def _set(formula: re.Match[str]) -> str:
    """One formula, set from its leaves upwards."""
    inner = _EMPTY.sub("", _NOTE.sub("", _PREFIX.sub(r"\1", formula["inner"])))
    inner = f"<math>{inner}</math>"
    for _ in range(_DEEPEST):
        set_ = _INNERMOST.sub(_joined, inner)
        if set_ == inner:
            break
        inner = set_
    return _TAG.sub("", inner).strip()


def _joined(match: re.Match[str]) -> str:
    """One element whose children are leaves, as a leaf."""
    texts = [text.strip() for text in _TEXT.findall(match["inner"])]
    name = match["name"]
    form = _SET.get((name, len(texts)))
    if name == "msqrt":
        made = f"\\sqrt{{{''.join(texts)}}}"
    else:
        made = form.format(*texts) if form else "".join(map(_apart, texts))
    return f"<mi>{made}</mi>"


def _apart(text: str) -> str:
    """text, apart from its neighbours if it is a word, as `sin` is."""
    return f" {text} " if len(text) > 1 and text.isalpha() else text
