"""Commands of LaTeX that lost their backslash on the way, and the letter that made a control character with it."""

from __future__ import annotations

import re

_BACKSLASH_LOST = re.compile(
    r"(?<![A-Za-z\\])(?:t?(ext(?:it|bf|tt|sc|rm|sf|color)|ext(?=\{))|e?(mph)|f?(ootnote)|(url|mbox|[Cc]ite[pt]?|sqrt|frac))(?=\{)"
)
_BEGUN = {"ext": "t", "mph": "e", "oot": "f"}
_LOST = (
    "ext", "extit", "extbf", "exttt", "extsc", "extrm", "extsf", "extcolor", "mph", "ootnote", "url", "mbox", "cite",
    "Cite", "citep", "Citep", "citet", "Citet", "sqrt", "frac",
)  # fmt: skip
_WHOLE = tuple(f"\\{_BEGUN.get(each[:3], '')}{each}" for each in _LOST)


def with_backslashes(text: str) -> str:
    r"""text with `\textit{` for `extit{`."""
    before = text.split("{")[:-1]  # the search for them is slow
    if not any(each.endswith(_LOST) and not each.endswith(_WHOLE) for each in before):
        return text
    return _BACKSLASH_LOST.sub(_restored, text)


def _restored(match: re.Match[str]) -> str:
    """A command that lost its backslash, and the letter that made a control character with it: \\t and extit."""
    name = next(filter(None, match.groups()))
    return f"\\{_BEGUN.get(name[:3], '')}{name}"
