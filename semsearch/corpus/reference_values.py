"""What the formats of reference managers (RIS, EndNote's two) write into their fields. In: a value. Out: it as said."""

from __future__ import annotations

import re

from ..people import is_group

_ARXIV = re.compile(
    r"^\s*(?:arxiv preprint )?arxiv:\s*([\w.-]+(?:/\d{7})?)(?:v\d+)?\s*(?:\[[\w.-]+\]\s*)?$",
    re.IGNORECASE | re.MULTILINE,
)  # a line of its own: a note may speak of another paper
_YEAR = re.compile(r"\d{4}", re.ASCII)
_PREPRINT = re.compile(r"arxiv\b.*|corr", re.IGNORECASE)


def given_first(name: str) -> str:
    """`Family, Given, Suffix` as it is said; an organisation ends in a comma."""
    family, *others = [part.strip() for part in name.split(",")]
    if len(others) > 2 or is_group(name):
        return name.rstrip(", ")
    return " ".join(filter(None, [*others[:1], family, *others[1:]]))


def iso_date(text: str) -> str:
    """`2021/03/14/Spring`, of which each part may be empty, in ISO 8601; other dates as they are."""
    parts = text.split("/")
    if len(parts) < 2 or not parts[0].strip().isdecimal():
        return text
    known = []
    for part in parts[:3]:
        if not part.strip().isdecimal():
            break
        known.append(part.strip())
    return "-".join(known) if len(known[0]) == 4 else text


def dated(date: str, year: str) -> str:
    """date in ISO 8601 or with its year (`14 March` of 2021 is `14 March 2021`); without a date the year."""
    date, year = iso_date(date), iso_date(year)
    return f"{date} {year[:4]}".strip() if not _YEAR.search(date) and len(year) == 4 else date or year


def arxiv_id_in(text: str) -> str:
    """The id in a line of its own: `arXiv:2103.00001v2 [cs]`, `arXiv preprint arXiv:2103.00001`."""
    found = _ARXIV.search(text)
    return found[1] if found else ""


def is_preprint(venue: str) -> bool:
    """Whether what stands where a journal should be only says that the paper is on arXiv, as Google Scholar has it."""
    return bool(_PREPRINT.fullmatch(venue))
