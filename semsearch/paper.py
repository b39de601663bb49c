"""Paper: everything known about one paper, the text that is embedded, and the keys by which two records are one."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote, unquote

from .dates import year_of
from .text import clean, comparable, digest

MADE_ID_CHARS = 16
TEXT_RECIPE = "title abstract"
"""How `Paper.text` is made, as the encoder's identity names it: both, one space between (MTEB's way with BEIR)."""

_DOI = re.compile(r"(?:doi(?::\s*|\s+))?(10\.\d{4,9})(?:/|%2f)(\S+)$", re.IGNORECASE)
_DOI_URL = re.compile(
    r"(?:https?://)?[\w-]+(?:\.[\w-]+)+/(?:[\w.-]+/)*?(10\.\d{4,9})(?:/|%2f)([^\s?#]+)(?:[?#]\S*)?$", re.IGNORECASE
)
_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf|\s\[[\w.-]+\])?/?$",
    re.IGNORECASE,
)
_NOT_IN_ID = re.compile(  # the last are marks without a glyph: of two ids that look the same one would not be found
    r"[\s\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_NAME_CHARS = 4_000  # of a DOI or an arXiv id with its URL: what is longer is neither


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. Empty text, an empty tuple and None mean that it is not known.

    date: a partial ISO date (see semsearch.dates). author_count: where authors are counted and not named.
    doi, arxiv_id: bare, in lower case, without a version. aliases: further ids under which it was met.
    """

    id: str
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    organization: str | None = None
    venue: str | None = None
    date: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    citations: int | None = None
    comments: int | None = None
    aliases: tuple[str, ...] = ()

    @property
    def year(self) -> int | None:
        """The year of `date`, None where it has none."""
        return year_of(self.date)

    @property
    def text(self) -> str:
        """The text that is embedded (TEXT_RECIPE)."""
        return f"{self.title} {self.abstract}".strip()

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON: every field under its name, tuples as lists, and `year` beside `date`."""
        plain: dict[str, Any] = {}
        for name, value in self._values():
            plain[name] = list(value) if isinstance(value, tuple) else value
            if name == "date":
                plain["year"] = self.year
        return plain

    def to_json(self) -> str:
        """One line of JSON without the fields that are not known; `Paper.from_json` reads it back."""
        known = {name: value for name, value in self._values() if value not in ("", (), None)}
        return json.dumps(known, ensure_ascii=False, separators=(",", ":"))

    def _values(self) -> Iterator[tuple[str, Any]]:
        """Every field with its value; dataclasses.asdict would copy each name of a list."""
        for name in PAPER_FIELDS:
            yield name, getattr(self, name)

    @classmethod
    def from_json(cls, line: str) -> Paper:
        """The paper that `to_json` wrote."""
        return cls.from_values(json.loads(line))

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Paper:
        """A paper from its fields by name, where lists stand for tuples; other names raise TypeError."""
        fields: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
        return cls(**fields)


PAPER_FIELDS = tuple(field.name for field in fields(Paper))


def content_id(title: str, abstract: str) -> str:
    """The id of a paper that came without one: 16 hexadecimal digits of the hash of its comparable text."""
    return digest(comparable(title), comparable(abstract)).hex()[:MADE_ID_CHARS]


def safe_id(text: str) -> str:
    """text as an id, in NFC: white space, control characters and invisible marks percent-encoded, as a TREC run
    separates by spaces."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return unicodedata.normalize("NFC", _NOT_IN_ID.sub(lambda match: quote(match[0]), clean_edges(text)))


def clean_edges(text: str) -> str:
    """text without white space at its edges and without lone surrogates, which have no UTF-8."""
    return text.encode("utf-8", "ignore").decode().strip()


def parse_doi(text: str) -> str | None:
    """The bare DOI in lower case (DOIs ignore case) from a DOI or a URL that ends in one, else None."""
    if len(text) > _NAME_CHARS or "10." not in text:
        return None
    if match := _DOI.match(clean(text)):
        return f"{match[1]}/{match[2]}".lower().rstrip(".,;")
    if match := _DOI_URL.match(clean(text)):
        bare = _DOI.match(clean(f"{match[1]}/{unquote(match[2])}").rstrip("/.,;"))
        return f"{bare[1]}/{bare[2]}".lower() if bare else None
    return None


def parse_arxiv_id(text: str) -> str | None:
    """The bare arXiv id without its version, from an id, a URL or arXiv's own DOI, else None."""
    match = _ARXIV.match(clean(text)) if len(text) <= _NAME_CHARS else None
    return match[1].lower() if match else None
