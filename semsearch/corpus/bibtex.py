"""BibTeX and biblatex, as Zotero, JabRef, the ACL Anthology, ADS and publishers write them; read by bibtexparser.

The file is parted at the lines where a record begins, so memory holds one record, the @string macros, and the few
entries that wait for the volume which their crossref names.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..dates import parse_date
from ..limits import LIMIT_BYTES, MOST_ENTRIES, MOST_EQUALS, TOO_LONG
from ..paper import parse_arxiv_id
from .authors import as_said
from .bibtex_values import JOURNALS, MONTHS, NO_COMMA, evaluate, link, names, plain_text
from .entry import BadRecord, Entry, Format, ReadOptions
from .extra import extra_lines
from .fields import UnreadableError, paper_from_record
from .line_records import Flagged, line_records, text_lines
from .sources import OpenSource

if TYPE_CHECKING:
    from bibtexparser.model import Block

Values = dict[str, str]
"""The fields of an entry by name, in lower case, with `type` and `key`; the values as they are written in LaTeX."""

_TYPES = (
    "article|book|booklet|collection|comment|conference|dataset|electronic|inbook|incollection|inproceedings|manual|"
    "mastersthesis|misc|mvbook|mvproceedings|online|patent|periodical|phdthesis|preamble|proceedings|report|software|"
    "string|techreport|thesis|unpublished|www|xdata"
)
_AT = re.compile(r"\s*@\s*\w*\s*(?:[{(]|$)")
_SURE_START = re.compile(rf"\s*@\s*(?:(?:{_TYPES})\s*[{{(]|\w+\s*[{{(]\s*[^\s,{{}}()\"=]+\s*,\s*$)", re.IGNORECASE)
_SIDE_BY_SIDE = re.compile(rf"(?<=[}})])\s*(?=@(?:{_TYPES})[{{(])", re.IGNORECASE)
_BLOCK = re.compile(r"@\w*[ \t]*[{(]")
_ALONE = re.compile(r"\s*@\s*\w*\s*$")
_COMMENT = re.compile(r"\s*@\s*comment\b", re.IGNORECASE)
_ENTRY = re.compile(rf"(?m)^[ \t]*@[ \t]*(?:{_TYPES})\s*[{{(]", re.IGNORECASE)
_OTHER_FORMATS = ("{", "[", "<")

_INVALID = "not valid BibTeX"
_SPACE = re.compile(r"\s")
_TOO_FAR = re.compile(r"\s*,\s*[\w-]+\s*=")  # what is left of an entry that a brace ended too early
_VOLUMES = frozenset({"proceedings", "mvproceedings", "periodical", "xdata", "set"})
"""Types of entries that are no papers."""
_PARENTS = _VOLUMES | {"book", "mvbook", "collection"}
_INHERITED = ("year", "month", "date", "journal", "journaltitle")
_MOST_KEPT = LIMIT_BYTES  # bytes of entries that wait for their volume, of volumes, and of macros
_COST = 1_000  # bytes of memory of one of them, however short

_ARXIV_MENTION = re.compile(
    r"(?:arxiv[:\s./]*(?:preprint\s+arxiv:\s*)?|^abs/)([a-z.-]+/\d{7}|\d{4}\.\d{4,5})", re.IGNORECASE
)
_ARXIV_ALONE = re.compile(
    rf"\W*(?:see\s+)?(?:also\s+)?{_ARXIV_MENTION.pattern}(?:v\d+)?(?:\s*\[[\w.-]+\])?\W*", re.IGNORECASE
)
_NO_VENUE = re.compile(r"(?:arxiv\b.*|corr)$", re.IGNORECASE)
_MONTH_NAME = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_NUMBER = re.compile(r"\d+", re.ASCII)
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)", re.ASCII)


def _sniff(head: str) -> bool:
    return not head.lstrip().startswith(_OTHER_FORMATS) and bool(_ENTRY.search(head))


def _flagged(source: OpenSource) -> Iterator[Flagged]:
    """The lines, without those that a % comments out between records."""
    depth = 0  # of braces; within a record only what is surely a record begins one, after a brace that is not closed
    for number, line in text_lines(source):
        if line is None:
            yield number, None, False
            continue
        if depth <= 0 and line.lstrip().startswith("%"):
            continue
        for part in _SIDE_BY_SIDE.split(line):
            begins = bool((_AT if depth <= 0 else _SURE_START).match(part))
            depth = 0 if begins else max(depth, 0)
            depth += part.count("{") - part.count("\\{") - part.count("}") + part.count("\\}")
            yield number, part, begins


def _text(lines: list[str]) -> str:
    """The lines of a record as bibtexparser takes them: it gives a record up where a line of it begins with `@x{`."""
    if _ALONE.match(lines[0]) and len(lines) > 1:
        lines = [lines[0].strip() + lines[1].strip(), *lines[2:]]
    first, *others = lines
    return first.lstrip() + "".join((" " if line.lstrip().startswith("@") else "\n") + line for line in others)


def _blocks(lines: list[str]) -> list[Block]:
    from bibtexparser.model import ImplicitComment, ParsingFailedBlock
    from bibtexparser.splitter import Splitter

    text = _text(lines)
    if text.count("=") > MOST_EQUALS or sum(1 for _ in _BLOCK.finditer(text)) > MOST_ENTRIES:
        return []
    logging.getLogger("bibtexparser").addHandler(_SILENT)
    blocks: list[Block] = []
    for block in Splitter(text).split().blocks:
        if not isinstance(block, ImplicitComment):
            blocks.append(block)
        elif blocks and _TOO_FAR.match(block.comment):
            blocks[-1] = ParsingFailedBlock(ValueError("a brace too many"), blocks[-1].start_line, blocks[-1].raw)
    return blocks


_SILENT = logging.NullHandler()


class _Bibliography:
    """What has to be kept while a file is read: macros, volumes, and entries that wait for one."""

    def __init__(self) -> None:
        self._macros: dict[str, str] = dict(MONTHS)
        self._volumes: dict[str, Values] = {}
        self._waiting: dict[str, list[tuple[str, Values]]] = {}
        self._kept = 0

    def define(self, name: str, expression: str) -> None:
        value = evaluate(expression, self._macros)
        if self._keep({name: value}):
            self._macros[name.lower()] = value

    def _keep(self, values: Values) -> bool:
        """Whether there is room for values, which then is taken."""
        size = _size(values)
        fits = self._kept + size <= _MOST_KEPT
        self._kept += size if fits else 0
        return fits

    def values(self, block: Any) -> Values:
        """The fields of an entry; of those of one name the first that says something."""
        found = {"type": str(block.entry_type).lower(), "key": str(block.key)}
        for field in block.fields:
            name = field.key.lower()
            if _SPACE.search(name):
                raise UnreadableError(NO_COMMA)
            if not found.get(name):
                found[name] = evaluate(field.value, self._macros)
        return found

    def ready(self, place: str, values: Values) -> Iterator[tuple[str, Values]]:
        """Of the entries up to this one those that wait for nothing, each with what it has from its volume."""
        key, parent = values["key"].lower(), values.get("crossref", "").strip().lower()
        passed_on = {name: values[name] for name in (*_INHERITED, "title", "booktitle") if name in values}
        if values["type"] in _PARENTS and key not in self._volumes and self._keep(passed_on):
            self._volumes[key] = passed_on
        if not parent or parent == key:
            yield place, values
        elif parent in self._volumes:
            yield place, _inherit(values, self._volumes[parent])
        elif self._keep(values):
            self._waiting.setdefault(parent, []).append((place, values))
        else:
            yield place, values
        for child_place, child in self._waiting.pop(key, ()):
            self._kept -= _size(child)
            yield child_place, _inherit(child, values)

    def left(self) -> Iterator[tuple[str, Values]]:
        """Those whose volume never came."""
        for entries in self._waiting.values():
            yield from entries


def _size(values: Values) -> int:
    return _COST + sum(map(len, values.values()))


def _inherit(child: Values, parent: Values) -> Values:
    booktitle = parent.get("booktitle") or parent.get("title", "")
    dated = any(child.get(name) for name in ("date", "year"))
    names = [name for name in _INHERITED if not (dated and name in ("year", "month", "date"))]
    return {**{name: parent[name] for name in names if name in parent}, "booktitle": booktitle, **child}


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    bibliography = _Bibliography()
    for number, lines in line_records(_flagged(source)):
        place = f"{source.name}:{number}"
        if lines is None:
            yield BadRecord(place, TOO_LONG)
            continue
        blocks = _blocks(lines)
        if not blocks and not _COMMENT.match(lines[0]):
            yield BadRecord(place, _INVALID)
        for block in blocks:
            yield from _entries(block, f"{source.name}:{number + (block.start_line or 0)}", bibliography)
    for place, values in bibliography.left():
        yield from _entry(place, values)


def _entries(block: Block, place: str, bibliography: _Bibliography) -> Iterator[Entry]:
    from bibtexparser import model

    known = getattr(block, "ignore_error_block", None) or block  # a field or a key twice is no fault here
    try:
        if isinstance(known, model.String):
            bibliography.define(known.key, known.value)
        elif isinstance(known, model.Entry):
            for ready_place, values in bibliography.ready(place, bibliography.values(known)):
                yield from _entry(ready_place, values)
        elif isinstance(known, model.ParsingFailedBlock) and not _COMMENT.match(known.raw or ""):
            yield BadRecord(place, _INVALID)
    except UnreadableError as fault:
        yield BadRecord(place, str(fault))


def _entry(place: str, values: Values) -> Iterator[Entry]:
    if values["type"] in _VOLUMES:
        return
    try:
        yield paper_from_record(_record(values))
    except UnreadableError as fault:
        yield BadRecord(place, str(fault))


def _first(values: Mapping[str, str], *fields: str) -> str:
    return next((values[field] for field in fields if values.get(field, "").strip()), "")


def _record(values: Values) -> dict[str, Any]:
    """The entry with the field names of fields.py."""
    title, subtitle = plain_text(values.get("title", "")), plain_text(values.get("subtitle", ""))
    journal = _first(values, "journal", "journaltitle", "booktitle", "eventtitle").strip()
    venue = JOURNALS.get(journal.removeprefix("\\")) if journal.startswith("\\") else None
    venue = venue or plain_text(journal)
    authors = names(values.get("author", ""))
    organization = _first(values, "institution", "school", *([] if authors else ["organization"]))
    return {
        "id": values["key"],
        "title": f"{title}: {subtitle}" if title and subtitle else title or subtitle,
        "abstract": plain_text(values.get("abstract", "")),
        "authors": as_said(authors),
        "organization": plain_text(organization),
        "venue": "" if _NO_VENUE.match(venue) else venue,
        **_dated(values),
        "doi": link(values.get("doi", "")) or link(extra_lines(*_notes(values)).get("doi", "")),
        "arxiv_id": _arxiv_id(values),
        "url": _url(values),
        "categories": plain_text(_first(values, "categories", "primaryclass", "eprintclass")),
        "keywords": plain_text(_first(values, "keywords", "keyword", "author_keywords")),
    }


def _dated(values: Mapping[str, str]) -> dict[str, str]:
    """The date: biblatex's `date`, else year, month and day, of which `month` may hold two: `14~mar`."""
    stated = values.get("date", "").partition("/")[0].strip(" ~%?")
    year = plain_text(values.get("year", "")).strip()
    found = _YEAR.search(year)
    year = year if parse_date(year) else found[0] if found else ""
    said = plain_text(values.get("month", ""))
    name, numbers = _MONTH_NAME.search(said), _NUMBER.findall(said)
    month = name[0] if name else numbers[0] if numbers else ""
    days = numbers if name else numbers[1:]
    day = values.get("day", "").strip() or (days[0] if len(days) == 1 else "")
    if not stated and month and day:
        stated = f"{day} {month} {year}" if name else f"{year}-{month}-{day}"
    return {"date": stated, "year": year, "month": month}


def _url(values: Mapping[str, str]) -> str:
    stated = _first(values, "url", "link", "ee", "bdsk-url-1", "adsurl")
    published = link(values.get("howpublished", ""))
    return link(stated) or (published if published.startswith(("http://", "https://")) else "")


def _arxiv_id(values: Mapping[str, str]) -> str:
    """Of the eprint if it is one of arXiv's, else where people and programs mention it."""
    archive = _first(values, "archiveprefix", "eprinttype").strip().lower()
    eprint = link(values.get("eprint", ""))
    if archive in ("", "arxiv") and parse_arxiv_id(eprint):
        return eprint
    for field in ("journal", "volume", "number"):
        if mention := _ARXIV_MENTION.search(values.get(field, "")[:1000]):
            return mention[1]
    for line in (line for note in _notes(values) for line in note[:1000].split("\n")):
        if mention := _ARXIV_ALONE.fullmatch(line):
            return mention[1]
    return ""


def _notes(values: Mapping[str, str]) -> Iterator[str]:
    """Texts that may speak of another paper as well, in lines."""
    yield from (values[name] for name in ("note", "howpublished", "annote") if name in values)


BIBTEX = Format("bibtex", (".bib", ".bibtex"), "BibTeX entries", _sniff, _read)
