"""Subscripts and superscripts as people write them in plain text: CO2, Ca2+, x_i, R^d, 10^-3, 5th."""

from __future__ import annotations

import re

_ION = re.compile(r"(?:^|[^A-Za-z])(?:[A-Z][a-z]?_?\d*)+$")
_COMPLEX_ION = re.compile(r"[A-Za-z\d][\])]\d*$")  # [Fe(CN)6]4-, whose charge is more than a sign
_SIMPLE = re.compile(r"-?[\w.]+|[+*′°]|.")
_NO_BASE = "([{,;:\"'`/=<-–—"


def grouped(text: str) -> str:
    """text, in parentheses if it is more than one thing."""
    text = text.strip()
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def scripted(base: str, mark: str, script: str) -> str:
    """A subscript or a superscript behind base, as people write it in plain text."""
    if not script:
        return ""
    end = base[-1:]
    if mark == "^" and (script in ("°", "′", "th", "st", "nd", "rd", "*") or script.strip("′") == ""):
        return script
    if not end or end.isspace() or end in _NO_BASE:
        return script
    if mark == "_" and script.isdigit() and (end.isalpha() or end in ")]"):
        return script
    if mark == "^" and _is_charge(base, script):
        return script
    return mark + grouped(script)


def _is_charge(base: str, script: str) -> bool:
    number = script[:-1]
    if script[-1] not in "+-−" or (number and not number.isdecimal()):
        return False
    return bool(_ION.search(base) or (number and _COMPLEX_ION.search(base)))
