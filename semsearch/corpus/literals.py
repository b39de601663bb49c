"""Lists that stand in a text as Python writes them, which is how pandas saves one in a cell."""

from __future__ import annotations

import ast
import re
from typing import Any

_LITERAL = re.compile(  # what pandas writes for a list; of more, Python's parser may take all memory or the stack
    r"""\[(?:[\s\[\](),{}:]|None|True|False|-?\d[\d.]*+|'(?:[^'\\]|\\[\\'"nrtxuU])*+'|"(?:[^"\\]|\\[\\'"nrtxuU])*+")*+(?<=\])$"""
)


def listed(text: str) -> Any:
    """The list that text is written as, "['A', 'B']", as pandas saves one in a cell; else text."""
    if not _LITERAL.match(text):
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text
