"""Papers as entries for reference managers and spreadsheets: BibTeX, RIS, CSL JSON and CSV. In: Papers. Out: text.

Written by the libraries that read them; what a format has no place for is left out (docs/formats.md tells what it has).
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import tee
from types import MappingProxyType
from typing import Any

from .cells import guarded
from .paper import Paper
from .people import is_group
from .text import digest

CSV_FIELDS = (
    "id", "title", "authors", "author_count", "organization", "venue", "date", "doi", "arxiv_id", "url", "categories",
    "keywords", "citations", "comments", "aliases", "abstract",
)  # fmt: skip

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9:._/+-]+")  # what BibTeX, biber and every style take in a citation key
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|I{2,3}|IV")
_MEETING = re.compile(r"\b(?:proc(?:eedings)?|conference|workshop|symposium|meeting|congress)\b", re.IGNORECASE)
_TEX = str.maketrans(
    {char: f"\\{char}" for char in "$&%#_"}
    | {"\\": "{\\textbackslash}", "~": "{\\textasciitilde}", "^": "{\\textasciicircum}"}
)
_LIGATURES = re.compile(r"-(?=-)|`(?=`)|'(?=')|[!?](?=`)|,(?=,)|<(?=<)|>(?=>)")  # what TeX makes one sign of
_BRACE = re.compile(r"[{}]")
_JOINED = re.compile(r"&|\b(?:and|und)\b", re.IGNORECASE)  # no name of one person has one of these
_LOST_IN_CSV = re.compile(r"[;；，、\\]")  # what readers part or change where names stand in one text
_PARTED = re.compile(rf",|{_JOINED.pattern}", re.IGNORECASE)  # what a text is parted at
_PRIMARY_CLASS = re.compile(
    r"[a-z]+(?:-[a-z]+)*\.[A-Za-z]+(?:-[A-Za-z]+)*"
    r"|astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph"
)
_NONE: Mapping[str, str] = MappingProxyType({})
_IN_LINKS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, or, in `family` alone, one that cannot be parted."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""


def name_of(written: str) -> Name:
    """The parts of a name that is written as it is said, or `Family, Given`, or `Family, Suffix, Given`."""
    from bibtexparser.middlewares.names import parse_single_name_into_parts

    words = written.split()
    if is_group(written) or _JOINED.search(written):
        return Name(written)
    suffix = words.pop() if "," not in written and len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    parts = parse_single_name_into_parts(" ".join(words), strict=False)
    given, particle, family = (" ".join(part) for part in (parts.first, parts.von, parts.last))
    said = " ".join(filter(None, (given, particle, family)))
    if not family or (said != " ".join(words) and written.count(",") not in (1, 2)) or _BRACE.search(written):
        return Name(written)
    return Name(family, given, particle, suffix or " ".join(parts.jr))


def citation_keys(papers: Iterable[Paper]) -> Iterator[str]:
    """A citation key for each paper: its id as far as a key may have its characters; no two differ by case only."""
    taken: set[str] = set()
    for paper in papers:
        folded = unicodedata.normalize("NFKD", paper.id).encode("ascii", "ignore").decode()
        stem = _NOT_IN_KEY.sub("-", folded).strip("-") or f"paper-{digest(paper.id).hex()[:8]}"
        key, number = stem, 1
        while key.lower() in taken:
            number += 1
            key = f"{stem}-{number}"
        taken.add(key.lower())
        yield key


def bibtex(papers: Iterable[Paper], firsts: Mapping[str, str] = _NONE) -> Iterator[str]:
    """An entry for each paper, in Unicode, its titles in braces so that styles keep their capitals.

    firsts: the id of the first of its versions for each id of a paper that is a version of another, see Hit.
    """
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    named, papers = tee(papers)
    for key, paper in zip(citation_keys(named), papers, strict=True):
        told = _bibtex_fields(paper) | {"duplicate-of": _tex(firsts.get(paper.id, ""))}
        fields = [Field(name, value) for name, value in told.items() if value]
        for field in fields:
            field.enclosing = "no-enclosing" if field.key == "month" else None
        yield write_string(Library([Entry(_bibtex_type(paper), key, fields)]))


def _bibtex_type(paper: Paper) -> str:
    if paper.venue:
        return "inproceedings" if _MEETING.search(paper.venue) else "article"
    return "techreport" if paper.organization else "misc"


def _bibtex_fields(paper: Paper) -> dict[str, str]:
    year, month, day = _date(paper)
    venue = "booktitle" if _bibtex_type(paper) == "inproceedings" else "journal"
    fields = {
        "title": f"{{{_tex(paper.title)}}}" if paper.title else "",
        "author": " and ".join(map(_bibtex_name, paper.authors)),
        venue: _tex(paper.venue or ""),
        "institution": _tex(paper.organization or ""),
        "year": year,
        "month": _MONTHS[int(month) - 1] if month else "",
        "day": str(int(day)) if day else "",
        "doi": (paper.doi or "").translate(_IN_LINKS),
        "url": (paper.url or "").translate(_IN_LINKS),
        "keywords": _tex(_listed(paper.keywords)),
        "abstract": _tex(paper.abstract),
    }
    primary = ""
    if paper.arxiv_id:
        primary = next(filter(_PRIMARY_CLASS.fullmatch, paper.categories[:1]), "")
        fields |= {"eprint": paper.arxiv_id, "archiveprefix": "arXiv", "primaryclass": primary}
    if paper.categories != (primary,):
        fields["categories"] = _tex(_listed(paper.categories))  # a field of our own, which styles pass over
    return fields


def _tex(text: str) -> str:
    """text as LaTeX that says it, and nothing else, with its braces balanced."""
    balanced = _is_balanced(text)
    braces = {"{": "\\{", "}": "\\}"} if balanced else {"{": "$\\lbrace$", "}": "$\\rbrace$"}
    parts = (braces.get(part) or part.translate(_TEX) for part in re.split(r"([{}])", text))
    return _LIGATURES.sub(r"\g<0>{}", "".join(parts))


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in _BRACE.findall(text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _bibtex_name(written: str) -> str:
    name = name_of(written)
    if not name.given:
        alone = " " in written or "," in written or written.lower() == "others"
        return f"{{{_tex(written)}}}" if alone else _tex(written)
    family = " ".join(filter(None, (name.particle, name.family)))
    return _tex(", ".join(filter(None, (family, name.suffix, name.given))))


def ris(papers: Iterable[Paper]) -> Iterator[str]:
    """A record for each paper."""
    from rispy import RisWriter

    class Writer(RisWriter):  # type: ignore[misc]  # rispy has no types
        def set_header(self, count: int) -> str:
            return ""

    for paper in papers:
        yield Writer(delimiter_tags_mapping={}).formats([{n: v for n, v in _ris_fields(paper).items() if v}])


def _ris_fields(paper: Paper) -> dict[str, Any]:
    year, month, day = _date(paper)
    kind = {"inproceedings": "CONF", "article": "JOUR", "techreport": "RPRT", "misc": "GEN"}[_bibtex_type(paper)]
    return {
        "type_of_reference": kind,
        "id": paper.id,
        "title": paper.title,
        "authors": [_ris_name(name) for name in paper.authors],
        "secondary_title": paper.venue,
        "publisher": paper.organization,
        "notes": _organization_note(paper),
        "year": year,
        "date": year and f"{year}/{month}/{day}",
        "doi": paper.doi,
        "accession_number": paper.arxiv_id and f"arXiv:{paper.arxiv_id}",
        "urls": [paper.url] if paper.url else [],
        "keywords": [keyword.replace(";", ",") for keyword in paper.keywords],
        "abstract": paper.abstract,
    }


def _organization_note(paper: Paper) -> list[str]:
    """What tells the organisation where the publisher is that of the venue, which it is but for reports."""
    apart = paper.organization and _bibtex_type(paper) != "techreport"
    return [f"Organization: {paper.organization}"] if apart else []


def _ris_name(written: str) -> str:
    name = name_of(written)
    family = " ".join(filter(None, (name.particle, name.family)))
    return ", ".join(filter(None, (family, name.given, name.suffix)))


def csl(papers: Iterable[Paper], firsts: Mapping[str, str] = _NONE) -> Iterator[str]:
    """One array of items, item by item. firsts: see bibtex."""
    before = "["
    for paper in papers:
        item = {name: value for name, value in _csl_item(paper).items() if value}
        if first := firsts.get(paper.id):
            item["custom"] = {"duplicate_of": first}
        yield before + "\n " + json.dumps(item, ensure_ascii=False, indent=1).replace("\n", "\n ")
        before = ","
    yield "[]" if before == "[" else "]"


def _csl_item(paper: Paper) -> dict[str, Any]:
    kinds = {"inproceedings": "paper-conference", "techreport": "report", "misc": "article"}
    return {
        "id": paper.id,
        "type": kinds.get(_bibtex_type(paper), "article-journal"),
        "title": paper.title,
        "author": [_csl_name(name) for name in paper.authors],
        "container-title": paper.venue,
        "publisher": paper.organization,
        "issued": {"date-parts": [list(map(int, filter(None, _date(paper))))]} if _date(paper)[0] else None,
        "DOI": paper.doi,
        "note": "\n".join([*([f"arXiv:{paper.arxiv_id}"] if paper.arxiv_id else []), *_organization_note(paper)]),
        "URL": paper.url,
        "categories": list(paper.categories),
        "keyword": _listed(paper.keywords),
        "abstract": paper.abstract,
    }


def _csl_name(written: str) -> dict[str, str]:
    name = name_of(written)
    if not name.given:
        return {"literal": written}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix, "non-dropping-particle": name.particle}
    return {part: value for part, value in parts.items() if value}


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Each row as a line of CSV; lists are parted by semicolons, but one with semicolons in it is written as Python
    writes it, which is read back. Behind one text that would be parted without it stands a semicolon. Before what a
    spreadsheet would take for a formula stands an apostrophe, see cells.py."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="")
    for row in rows:
        writer.writerow(map(_csv_cell, row))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _csv_cell(value: Any) -> Any:
    text = _csv_list(value) if isinstance(value, tuple) else value
    return guarded(text) if isinstance(text, str) else text


def _csv_list(texts: tuple[str, ...]) -> str:
    if any(map(_LOST_IN_CSV.search, texts)):
        return repr(list(texts))
    joined = "; ".join(texts)
    is_unclear = joined.startswith("[") or (len(texts) == 1 and _PARTED.search(joined))
    return f"{joined};" if is_unclear else joined


def csv_papers(papers: Iterable[Paper]) -> Iterator[str]:
    """A header with CSV_FIELDS, and a line for each paper."""
    yield from csv_lines([CSV_FIELDS])
    yield from csv_lines(map(csv_cells, papers))


def csv_cells(paper: Paper) -> list[Any]:
    """What stands under CSV_FIELDS of a paper."""
    return [getattr(paper, name) for name in CSV_FIELDS]


def _date(paper: Paper) -> tuple[str, str, str]:
    """Year, month and day, empty where they are not known; a day without its year is left out."""
    if paper.year is None:
        return "", "", ""
    year, month, day = (*(paper.date or "").split("-"), "", "")[:3]
    return year, month, day


def _listed(texts: Sequence[str]) -> str:
    """One text of several, at whose signs they can be told apart again; a semicolon in one becomes a comma."""
    texts = [text.replace(";", ",") for text in texts]
    return "; ".join(texts) + ";" * (len(texts) == 1) if any("," in text for text in texts) else ", ".join(texts)


WRITERS: dict[str, Callable[[Iterable[Paper]], Iterator[str]]] = {
    ".bib": bibtex,
    ".ris": ris,
    ".csl": csl,
    ".csl.json": csl,
    ".csv": csv_papers,
}
"""What writes papers into a file whose name ends so, as texts that each end a line."""
