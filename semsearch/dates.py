"""Partial dates: as much of a date as is known, as text. In: dates as people and exports write them. Out: ISO 8601.

`2025-09-29`, `2025-09`, `2025`, and without a year, as XML Schema's gMonthDay and gMonth have it, `--09-29`, `--09`.
What is not known is never made up.
"""

from __future__ import annotations

import datetime
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4})"
_FORMS = tuple(
    re.compile(form + r"$", re.ASCII)
    for form in (
        rf"{_YEAR}(?:[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?)?(?:[t ]\d.*)?",  # 2025-09-29T10:00:00Z
        rf"(?P<month>\d{{1,2}})/{_YEAR}",  # 09/2025
        r"(?P<year>(?:1[5-9]|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)",  # 20250929
        r"--(?P<month>\d\d)(?:-(?P<day>\d\d))?",  # --09-29
        rf"{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?",  # Sep 29, 2025 and Sep 29
        rf"{_MONTH},?\s+{_YEAR}",  # September 2025
        rf"(?:[a-z]{{3,9}},?\s+)?{_DAY}[\s-]+{_MONTH},?[\s-]+{_YEAR}(?:\s.*)?",  # Mon, 2 Apr 2007 19:18:42 GMT
        rf"{_YEAR}[\s-]+{_MONTH}(?:[\s-]+{_DAY})?",  # 2021 Mar 3, as MEDLINE has it
        rf"{_YEAR}\s+[a-z]{{3,9}}[/-][a-z]{{3,9}}",  # 2021 Jan-Feb, of which only the year is known
        _MONTH,
        rf"(?:c(?:a|irca)?\.?\s*)?\[?(?:c(?:a|irca)?\.?\s*)?{_YEAR}\??\]?\??",  # c. 1999, [1987], 1999? of catalogues
        rf"{_YEAR}[-–/](?P<until>\d{{4}})",  # 2019-2020: begun in 2019
    )
)
_SLASHED = re.compile(rf"(?P<first>\d{{1,2}})[-/.](?P<second>\d{{1,2}})[-/.]{_YEAR}$", re.ASCII)

_SEASONS = frozenset({"spring", "summer", "autumn", "fall", "winter", "q"})
_WORD = re.compile(r"[a-z]+")
_ANY_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)", re.ASCII)
_OF_DATES = re.compile(r"[a-z0-9 .,/–-]*")

_LONGEST = 200  # characters of a date and what may stand behind it


def parse_date(text: str) -> str | None:
    """The partial date that text says, or None where it says none. 3/4/2021 is only `2021`: it may be two days."""
    if len(text) == 4 and text.isdecimal() and text.isascii():
        return _partial(text, None, None)
    folded = " ".join(text.casefold().split()) if len(text) <= _LONGEST else ""
    for form in _FORMS:
        if match := form.match(folded):
            parts = match.groupdict()
            if parts.get("until") and parts["until"] < parts["year"]:
                return None
            return _partial(parts.get("year"), _month(parts.get("month")), _number(parts.get("day")))
    match = _SLASHED.match(folded)
    return _slashed(match["year"], int(match["first"]), int(match["second"])) if match else _vague_year(folded)


def _vague_year(folded: str) -> str | None:
    """The first year in `Jan-Feb 2019`, `Winter 2019/2020`, of which all words are months or seasons."""
    words = _WORD.findall(folded)
    year = _ANY_YEAR.search(folded)
    known = all(word in _SEASONS or _month(word) for word in words)
    return year[0] if words and known and year and _OF_DATES.fullmatch(folded) else None


def _slashed(year: str, first: int, second: int) -> str | None:
    if first > 12:
        return _partial(year, second, first)
    if second > 12 or first == second:
        return _partial(year, first, second)
    return year


def join_date(date: str | None, year: str | None, month: str | None) -> str | None:
    """One partial date from a record's date, year and month fields. A stated year wins over another in the date."""
    whole = parse_date(date) if date else None
    stated = parse_date(year) if year else None
    if stated and year_of(stated) and not (whole and year_of(whole) == year_of(stated)):
        whole = with_year(whole, stated[:4]) if whole and not year_of(whole) else stated
        whole = stated if whole.startswith("--") else whole
    if whole and year_of(whole) and month:
        return finer(whole, _partial(whole[:4], _month(month.casefold().strip(" .")), None))
    return whole


def with_year(date: str, page_date: str) -> str:
    """date with the year of page_date, the day that the page was saved, if date has none and is not after that day."""
    if not date.startswith("--"):
        return date
    dated = page_date[:4] + date[1:]
    known = min(len(dated), len(page_date))
    return dated if dated[:known] <= page_date[:known] and _exists(dated) else date


def year_of(date: str | None) -> int | None:
    """The year of a partial date, None where it has none."""
    return int(date[:4]) if date and not date.startswith("--") else None


def finer(first: str | None, second: str | None) -> str | None:
    """Of two partial dates of one thing, the one that says more where they agree, else the first that has a year."""
    if not first or not second:
        return first or second
    if second.startswith(first) or (first.startswith("--") and second[4:].startswith(first[1:])):
        return second
    return second if first.startswith("--") and not second.startswith("--") else first


def _month(text: str | None) -> int | None:
    if not text:
        return None
    if text.isdecimal():
        return int(text) if len(text) <= 2 else None
    for number, name in enumerate(_MONTHS, start=1):
        if text.startswith(name) and (len(text) <= 4 or _LONG[number - 1].startswith(text)):
            return number
    return None


_LONG = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december")  # fmt: skip


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _partial(year: str | None, month: int | None, day: int | None) -> str | None:
    if year and int(year) < 1:
        return None  # 0000-05-03, a database's way to say that it knows none
    if month is not None and not 1 <= month <= 12:
        month = day = None
    if month is None:
        return year
    head = f"{year}-{month:02d}" if year else f"--{month:02d}"
    if day is None:
        return head
    whole = f"{head}-{day:02d}"
    return whole if _exists(whole) else head


def _exists(date: str) -> bool:
    """Whether the calendar has this day or month; without a year, the 29th of February is one."""
    parts = ("2000" + date[1:] if date.startswith("--") else date).split("-")
    year, month, day = (*map(int, parts), 1, 1)[:3]
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True
