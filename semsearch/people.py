"""Names of people and groups. In: a name as it is written. Out: whether it is a group's; the name as it is said."""

from __future__ import annotations

import re

_GROUPS = """
association authority board bureau center centre collaboration college commission committee consortium council
department foundation group initiative institute laboratory network of office organisation organization panel program
programme project society taskforce team trial union university
corp corporation gmbh inc incorporated limited llc llp ltd plc
"""
_OF_GROUPS = frozenset(_GROUPS.split())
"""Words that tell a group from a person: it has no family name."""

_WORD = r"[^\W\d_][\w.'’ʼ`´-]*"
_FAMILY = re.compile(rf"{_WORD}(?: {_WORD}){{0,4}}")
_GIVEN = re.compile(rf"(?:{_WORD}\s?){{1,6}}")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV|2nd|3rd")
_JOINED = re.compile(r"\b(?:and|und|et|for|für|the)\b|&", re.IGNORECASE)  # no name of one person has one of these


def is_group(name: str) -> bool:
    """Whether one of its words tells that name is a group's."""
    return any(word.casefold().strip(".,") in _OF_GROUPS for word in name.split())


def said(name: str) -> str:
    """`Family, Given`, `Family, Given, Suffix` and `Family, Suffix, Given` as `Given Family Suffix`; any other name, as
    a group's with a comma in it, as it is."""
    family, *others = [part.strip() for part in name.split(",")]
    if not 1 <= len(others) <= 2 or is_group(name) or _JOINED.search(name):
        return name
    suffixes = [part for part in others if _SUFFIX.fullmatch(part)]
    given = [part for part in others if part not in suffixes]
    if len(suffixes) > 1 or len(given) > 1 or not _FAMILY.fullmatch(family):
        return name
    if given and (given[0][:1].islower() or not _GIVEN.fullmatch(given[0])):
        return name
    return " ".join([*given, family, *suffixes])
