"""Where the formulae of a text are: between dollars that are no money and no variables of a shell.

In: text. Out: the same with each formula set by whom the caller names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MATH = re.compile(
    r"\\\$|\$\$(?P<display>[^$]{1,2000}?)\$\$|\$(?P<inline>(?:[^$\\]|\\.){1,1000}?)\$"
    r"|\\\((?P<round>.{1,1000}?)\\\)|\\\[(?P<square>.{1,2000}?)\\\]",
    re.DOTALL,
)
_SCRIPT = re.compile(r"\s?[_^]\s?\{[^{}]{1,20}\}\s?")  # alone, of what stands before the dollar: CO$ _{2}$
_COMMAND = re.compile(r"\\[^$%&#]")
_MARKED = re.compile(r"[\\^_{}=<>|]")
_IS_FORMULA = re.compile(
    r"[\w.,+\-−–*/()\[\]!’';:]{1,25}%?|\d[\d.,]* ?%"
    r"|[A-Za-z]{1,8}\([\w.,+\-−*/|; ]{1,25}\)|[A-Z](?: [A-Z])+"
    r"|[(\[][\w.,+\-−*/()!’'; ]{1,25}[)\]]|\w+(?: ?[+\-−*/] ?\w+)+|[A-Za-z](?:, ?[A-Za-z])+"
)
_TERM = r"(?:[A-Za-z]{1,2}\b|[α-ωΑ-Ω]|[A-Za-z](?=[_^])|\d[\d.,]*|[()\[\]{}|!^_′']|(?:log|exp|min|max|sin|cos|ln)\b)"
_WIDE_FORMULA = re.compile(rf" {_TERM}(?: ?(?:{_TERM}|[-=+*/<>,;:−≤≥≠≈∈×·]))*+ ")
_OPERATOR = re.compile(r"[-=+*/<>^_(|−≤≥≠≈∈×·]")
_SHORT_WORD = re.compile(r"\b(?:a[nst]?|by|i[nst]|o[fnr]|to|up|we|so|no|do|vs)\b", re.IGNORECASE)
_AMOUNT_BEFORE = re.compile(r"\d ?$")
_VARIABLE = re.compile(r"\{?[A-Z][A-Z0-9_]+\b.*[:/=,;]", re.DOTALL)


def with_formulae(text: str, set_formula: Callable[[str, str], str]) -> str:
    """text with set_formula(formula, the end of what stands before it) in place of each formula."""
    parts: list[str] = []
    at = 0
    while match := _MATH.search(text, at):
        parts.append(text[at : match.start()])
        formula = _formula(match)
        if formula is None:
            end = match.start() + (2 if match[0].startswith("\\") else 1)
            parts.append(text[match.start() : end])
            at = end
            continue
        parts.append(set_formula(formula, "".join(parts[-2:])[-12:]))
        at = match.end()
    return "".join(parts) + text[at:]


def _formula(match: re.Match[str]) -> str | None:
    """What stands between the dollars, None where they are money, or escaped."""
    kind = match.lastgroup
    if kind is None:
        return None
    formula = match[kind]
    if kind != "inline" or _SCRIPT.fullmatch(formula):
        return formula if kind != "inline" else formula.strip()
    before = match.string[max(0, match.start() - 2) : match.start()]
    behind = match.string[match.end() : match.end() + 1]
    if _is_money(formula) or ((behind.isalpha() or behind == "{") and _VARIABLE.fullmatch(formula)):
        return None
    if _is_wide(formula):
        return formula if _COMMAND.search(formula) or _is_wide_formula(formula, before) else None
    if _MARKED.search(formula):
        return formula
    is_money = behind.isdigit() or (before[-1:].isalpha() and formula[0].isdigit())
    return formula if not is_money and _IS_FORMULA.fullmatch(formula) else None


def _is_money(formula: str) -> bool:
    """Whether what stands between two dollars runs from an amount, `$5 and `, or out of a group, to the next dollar."""
    return (formula[0].isdigit() and formula[-1].isspace()) or formula.count("{") > formula.count("}")


def _is_wide(formula: str) -> bool:
    return formula[0].isspace() or formula[-1].isspace()


def _is_wide_formula(formula: str, before: str) -> bool:
    """Whether it is one with a space at both ends, `$ E = mc^2 $`, and not what stands between two amounts."""
    if len(formula.strip()) <= 2 and formula[0] == formula[-1]:
        return True
    is_set = _WIDE_FORMULA.fullmatch(formula) and _OPERATOR.search(formula)
    return bool(is_set and not _SHORT_WORD.search(formula) and not _AMOUNT_BEFORE.search(before))
