"""What programs write where an abstract should be and is not: it is no abstract, and no text to find a paper by."""

from __future__ import annotations

import re

_SUPPLIED = r"(?:available|provided|given|found|present|supplied|included|applicable)"
_THE_PAPER = r"this (?:article|paper|entry|record|item|publication|document|work)"
_NO_ABSTRACT = re.compile(
    rf"(?:(?:there is |{_THE_PAPER} (?:has|contains) )?no (?:abstract|summary)(?: (?:is|was))?(?: {_SUPPLIED})?"
    rf"|{_THE_PAPER} does not (?:have|contain) an? (?:abstract|summary)"
    rf"|(?:the )?(?:abstract|summary)(?: (?:is|was))?(?: (?:not {_SUPPLIED}|unavailable|missing|none|n a|na))?"
    rf"|not {_SUPPLIED}|unavailable|missing|n a|na|nan|nil|none|null|)"
    rf"(?: (?:for|in|with) {_THE_PAPER})?",
    re.ASCII,
)
_NOT_WORD = re.compile(r"[\W_]+")
_SYMBOL = re.compile(r"[^\w\s.,:;!?*/()\[\]<>\"'–—-]")
_LONGEST_STUB = 100  # characters of what programs write where an abstract should be and is not


def told_abstract(text: str) -> str:
    """text, but nothing where it only says that there is no abstract: `[No abstract available]`, `N/A`, `-`."""
    if len(text) > _LONGEST_STUB:
        return text
    said = " ".join(_NOT_WORD.sub(" ", text.casefold()).split())
    return "" if _NO_ABSTRACT.fullmatch(said) and not _SYMBOL.search(text) else text
