"""The people of a record, however they are written. In: a text, a list or objects. Out: names, given name first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..cleaning import clean_name
from ..people import said
from ..text import clean
from .field_names import field_name
from .literals import listed

_NOBODY = frozenset({"", "others", "et al", "et al.", "[no author name available]", "no author name available"})
_MORE = re.compile(r"[,;]?\s*(?:\b[Ee]t\.?\s+al\b\.?|\band\s+others\b|(?:…|\.\s?\.\s?\.))[\s,;]*$")
_LEFT_OUT = re.compile(r",\s*(?:…|\.\s?\.\s?\.)[,\s]*(?:(?:and|&)\s+)?")  # as APA writes it before the last of many
_INITIALS = re.compile(r"(?:[A-Z]\.?[ -]?){1,4}$")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def authors_in(value: Any) -> tuple[str, ...]:
    """The names in a list of texts or objects, in an object, or in one text; given name first where that is plain."""
    value = listed(clean(value)) if isinstance(value, str) else value
    if isinstance(value, str):
        value = _split_authors(_without_more(clean_name(value)))  # an entity ends in a semicolon, so it is cleaned
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return ()
    names = [_said_name(item) for item in value]
    return tuple(name for name in names if name.casefold() not in _NOBODY)


def _said_name(item: Any) -> str:
    """A name given name first, but one that is called literal as it is."""
    name = _without_more(clean_name(item)) if isinstance(item, str) else name_in(item)
    return name if "," not in name or (isinstance(item, dict) and "literal" in item) else said(name)


def _without_more(text: str) -> str:
    """text without what says that there are more people: `et al.`, `and others`, three points."""
    return _LEFT_OUT.sub(", ", _MORE.sub("", text))


def as_said(names: Iterable[str]) -> list[str | dict[str, str]]:
    """names that a format's own rules have put in order, so that a comma in one parts nothing more."""
    return [{"literal": name} if "," in name else name for name in names]


def name_in(item: Any) -> str:
    """One author from a text, from an object (name, or given and family), or from arXiv's [last, first, suffix]."""
    if isinstance(item, dict):
        known = {field_name(str(name)): clean_name(str(part)) for name, part in item.items() if part}
        for name in ("name", "full_name", "display_name", "literal", "fullname"):
            if known.get(name):
                return known[name]
        first = known.get("given") or known.get("first_name") or known.get("first") or ""
        return f"{first} {known.get('family') or known.get('last_name') or known.get('last') or ''}".strip()
    if isinstance(item, list):
        parts = [clean_name(str(part)) for part in item if part]
        return " ".join(parts[1:2] + parts[:1] + parts[2:])
    return clean_name(str(item)) if item is not None else ""


def _split_authors(text: str) -> list[str]:
    """Names in one text: at semicolons; else at ` and ` and commas that do not part a last name from a first."""
    text = re.sub("[，、]", ",", text).replace("；", ";")
    if ";" in text:
        return text.split(";")
    people = re.split(r",?\s+(?:and|&)\s+", text)
    names: list[str] = []
    for people_part in people:
        parts = [part.strip() for part in people_part.split(",")]
        if len(parts) % 2 == 0 and (all(map(_INITIALS.match, parts[1::2])) or _are_pairs(parts)):
            names += [f"{last}, {initials}" for last, initials in zip(parts[::2], parts[1::2], strict=True)]
        elif _are_names(parts):
            names += parts
        else:
            names.append(people_part)
    return names


def _are_pairs(parts: list[str]) -> bool:
    """Whether they are `Brook, Ada M., Chen, Bo`: of names in parts only given names are of several words."""
    return len(parts) > 2 and any(" " in part for part in parts[1::2]) and not any(" " in part for part in parts[::2])


def _are_names(parts: list[str]) -> bool:
    """Whether each of the parts between commas is a name: `Ada Brook, Bo Chen`, `Ada, Bo, Cy` or `李明, 王伟`."""
    parts = [part for part in parts if part]
    if len(parts) < 2 or all(" " in part for part in parts) or any(map(_EAST_ASIAN.search, parts)):
        return True
    return len(parts) > 2 and not any(" " in part or _INITIALS.match(part) for part in parts)
