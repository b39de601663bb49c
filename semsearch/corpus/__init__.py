"""Reading corpora: files, folders, globs and standard input, in any of the FORMATS, as a stream of papers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..dates import parse_date, year_of
from ..errors import CorpusError
from ..text import printable
from .acl_anthology import ACL_ANTHOLOGY
from .arxiv_atom import ARXIV_ATOM
from .bibtex import BIBTEX
from .csl_json import CSL_JSON
from .decode import decode_head
from .delimited import CSV, TSV
from .endnote_xml import ENDNOTE_XML
from .entry import BadRecord, Entry, Format, Part, ReadOptions
from .enw import ENW
from .fields import FIELD_NAMES, NO_TEXT
from .hf_html import HF_HTML
from .hf_text import HF_TEXT
from .json_document import JSON_DOCUMENT
from .json_lines import JSON_LINES
from .json_sources import JSON_SOURCES
from .nbib import NBIB
from .parquet import PARQUET
from .pubmed import PUBMED
from .ris import RIS
from .sources import OpenSource, Source, expand, open_source

__all__ = [
    "BROKEN_FILE",
    "EMPTY_FILE",
    "FORMATS",
    "BadRecord",
    "Entry",
    "Part",
    "ReadOptions",
    "read_papers",
    "sample_corpus",
]

FORMATS: dict[str, Format] = {
    format.name: format
    for format in (
        HF_TEXT,
        HF_HTML,
        PUBMED,
        ACL_ANTHOLOGY,
        ARXIV_ATOM,
        ENDNOTE_XML,
        BIBTEX,
        RIS,
        ENW,
        NBIB,
        *JSON_SOURCES,
        CSL_JSON,
        JSON_LINES,
        JSON_DOCUMENT,
        TSV,
        CSV,
        PARQUET,
    )
}  # in the order in which they are asked whether a file is theirs

EMPTY_FILE = "an empty file"
BROKEN_FILE = "a file that is not what its ending says"
"""Why a whole file was left out, of which papers were maybe to be expected."""

_EXPECTED_NAMES = ", nor its ".join(f"{field} {' or '.join(FIELD_NAMES[field])}" for field in ("title", "abstract"))
_JSON_NAME = re.compile(r'"([^"\\]{1,100})"\s*:')
_DELIMITER = re.compile(r"[\t,;|]")
_NAMES_SHOWN = 12
_ATOM = re.compile(rb"<(?:[\w.-]+:)?feed\b[^>]*http://www\.w3\.org/2005/Atom")

_COMPRESSED = (".gz", ".zst", ".zstd")
_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_BINARY = (b"PK\3\4", b"SQLite format 3\0", b"%PDF-", b"\xd0\xcf\x11\xe0", b"PAR1")
_CONTROL = bytes({*range(32), 127} - set(b"\t\n\f\r\x1b"))
_TEXT_PER_CONTROL = 20  # bytes of text for each that no text has: random bytes have 9, and a database or UTF-16 fewer


def sample_corpus() -> Path:
    """The bundled sample: 60 landmark papers with summaries written for this project (see data/README.md)."""
    return Path(__file__).parent.parent / "data" / "sample.jsonl"


def read_papers(
    corpus: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    format: str | None = None,
    page_date: str | None = None,
) -> Iterator[Entry]:
    """Every paper of corpus (paths, folders, globs, `-`), in order, and a BadRecord for each record that is none; a
    Part, which is one, where another file has the title.

    format: a name in FORMATS; without it each file's is recognised by its first 64 KiB. page_date: when saved pages
    were saved, an ISO date. Memory does not grow with the corpus. Raises CorpusError for what cannot be read at all.
    """
    names = [corpus] if isinstance(corpus, str | os.PathLike) else list(corpus)
    if format is not None and format not in FORMATS:
        raise CorpusError(f"unknown format {format!r}", f"one of: {', '.join(FORMATS)}")
    if page_date is not None and year_of(parse_date(page_date)) is None:
        raise CorpusError(f"page date {page_date!r}: expected an ISO date with its year", "such as 2026-04-21 or 2026")
    if not names:
        raise CorpusError("no corpus was named", "name a file, a folder, or `-` for standard input")
    return _read(expand(names), format, ReadOptions(page_date and parse_date(page_date)))


def _read(sources: Iterable[Source], name: str | None, options: ReadOptions) -> Iterator[Entry]:
    for source in sources:
        with open_source(source) as opened:
            if not opened.head.strip():
                yield BadRecord(source.name, EMPTY_FILE)
                continue
            chosen = FORMATS[name] if name else _recognise(opened)
            if chosen is None and source.in_folder:
                yield BadRecord(source.name, _no_format(opened))
            elif chosen is None:
                raise _not_recognised(opened)
            else:
                yield from _with_names_told(chosen.read(opened, options), opened)


def _with_names_told(entries: Iterator[Entry], opened: OpenSource) -> Iterator[Entry]:
    """entries, and behind those of a file without one title or abstract a BadRecord that says which names work."""
    reasons: set[str | None] = set()
    for entry in entries:
        reasons.add(entry.reason if isinstance(entry, BadRecord) else None)
        yield entry
    if reasons == {NO_TEXT}:
        found = ", ".join(_names_in(opened))
        there = f"; there are {found}" if found else ""
        yield BadRecord(opened.name, f"no record of the file names its {_EXPECTED_NAMES}{there}")


def _names_in(opened: OpenSource) -> list[str]:
    """The first names of fields in a JSON file, the first cells of any other."""
    head = decode_head(opened.head)
    if head.lstrip().startswith(("{", "[")):
        found = (name[1] for name in _JSON_NAME.finditer(head))
    else:
        line = next((line for line in head.splitlines() if line.strip()), "")
        found = (cell.strip(" \"'") for cell in _DELIMITER.split(line))
    return [printable(name[:40]) for name in dict.fromkeys(filter(None, found))][:_NAMES_SHOWN]


def _recognise(opened: OpenSource) -> Format | None:
    for format in FORMATS.values():
        if format.magic and opened.head.startswith(format.magic):
            return format
    if _is_binary(opened.head):
        return None
    text = opened.head.replace(b"\0", b"")
    markup = text.lstrip().startswith(b"<")  # a page may be one line
    head = text.decode("utf-8", "replace") if markup else decode_head(text)
    return next((format for format in FORMATS.values() if format.sniff(head)), None)


def _is_binary(head: bytes) -> bool:
    """Whether no text begins so; a NUL alone does not tell, since one in one record may cost no more than that."""
    if b"\0" not in head:
        return False
    controls = len(head) - len(head.translate(None, _CONTROL))
    return head.startswith(_BINARY) or (controls - 1) * _TEXT_PER_CONTROL > len(head)


def _claimed(name: str) -> Format | None:
    """The format that a file's ending claims; a `.txt` claims nothing."""
    path = Path(name.lower())
    suffix = Path(path.stem).suffix if path.suffix in _COMPRESSED else path.suffix
    return next((f for f in FORMATS.values() if suffix in f.suffixes and suffix != ".txt"), None)


def _is_spreadsheet(opened: OpenSource) -> bool:
    zipped = opened.head.startswith(b"PK\3\4") and b"xl/" in opened.head
    return zipped or opened.name.lower().endswith(_SPREADSHEETS)


def _no_format(opened: OpenSource) -> str:
    """Why a file of a folder is not read."""
    if _is_spreadsheet(opened):
        return "a spreadsheet: save it as CSV"
    return BROKEN_FILE if _claimed(opened.name) else "a file of no known format"


def _not_recognised(opened: OpenSource) -> CorpusError:
    claimed = _claimed(opened.name)
    start = " ".join(decode_head(opened.head[:200]).split())[:40]
    got = "binary data" if _is_binary(opened.head) else f"something that begins with {start!r}"
    expected = claimed.content if claimed else "a corpus"
    if _is_spreadsheet(opened):
        return CorpusError(f"{opened.name}: expected {expected}, got a spreadsheet", "save it as CSV, in UTF-8")
    if claimed in (CSV, TSV) and got != "binary data":
        found = ", ".join(_names_in(opened))
        return CorpusError(
            f"{opened.name}: no column is a title or an abstract; there are {found}",
            f"expected one that is called {' or '.join((*FIELD_NAMES['title'], *FIELD_NAMES['abstract']))}",
        )
    if _ATOM.search(opened.head):
        return CorpusError(
            f"{opened.name}: an Atom feed, but not one of arXiv's",
            "expected one that names arxiv.org, as its API answers",
        )
    known = "; ".join(f"{format.name} ({format.content})" for format in FORMATS.values())
    return CorpusError(f"{opened.name}: expected {expected}, got {got}", f"state --format if it is one of: {known}")
