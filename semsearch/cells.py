"""Cells of CSV that no spreadsheet runs: what begins like a formula gets an apostrophe, which reading takes off again.

In: the text of a cell. Out: the text as it is written, and as it was. See https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*(?:[=+@\t\r＝＋＠－]|-(?!\d+(?:\.\d+)?\Z))")  # a negative number is none


def guarded(text: str) -> str:
    """text as it is written: `=1+1` as `'=1+1`, and `'=1+1` as `''=1+1`, so that nothing is lost."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that guarded made the cell of."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
