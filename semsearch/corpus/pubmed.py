"""PubMed's XML: the baseline, the daily updates and what efetch answers (PubmedArticleSet).

Elements: https://www.nlm.nih.gov/bsd/licensee/elements_descriptions.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from ..dates import finer, parse_date
from .authors import as_said
from .entry import Entry, Format, ReadOptions
from .sources import OpenSource
from .xml_records import read_records, texts, words

_TAGS = ("PubmedArticle", "PubmedBookArticle")
_START = re.compile(r"<Pubmed(?:Book)?Article(?:Set)?[\s>]")
_TRANSLATED = re.compile(r"\[(.+)\]$")  # of a title that is in another language in the paper
_UNTITLED = frozenset({"", "Not Available", "In Process Citation"})
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def _fields(record: Element) -> dict[str, Any]:
    citation = record.find("MedlineCitation")
    if citation is None:
        citation = record.find("BookDocument")
    if citation is None:
        citation = record
    article = citation.find("Article")
    if article is None:
        article = citation
    return {
        "id": words(citation.find("PMID")),
        "title": _title(article),
        "abstract": _abstract(article.find("Abstract")) or _abstract(citation.find("OtherAbstract")),
        "authors": as_said(name for each in article.iterfind("AuthorList/Author") if (name := _author(each))),
        "venue": _first(article, "Journal/Title", "Journal/ISOAbbreviation", "Book/BookTitle")
        or _first(citation, "MedlineJournalInfo/MedlineTA"),
        "date": _date(article),
        "doi": _doi(article, record),
        "arxiv_id": next((id for id in texts(article, "ELocationID") if id.lower().startswith("arxiv:")), ""),
        "keywords": [*texts(citation, "KeywordList/Keyword"), *texts(citation, "MeshHeadingList/*/DescriptorName")],
    }


def _first(parent: Element, *paths: str) -> str:
    return next(filter(None, (words(parent.find(path)) for path in paths)), "")


def _title(article: Element) -> str:
    """The title without the full stop that PubMed ends it with, and without the brackets of a translation."""
    title = words(article.find("ArticleTitle"), scripts=True)
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    if translated := _TRANSLATED.match(title):
        title = translated[1].removesuffix(".")
    return title if title not in _UNTITLED else words(article.find("VernacularTitle"), scripts=True)


def _abstract(abstract: Element | None) -> str:
    """The parts of an abstract, each behind its label."""
    if abstract is None:
        return ""
    parts = []
    for each in abstract.iterfind("AbstractText"):
        label = (each.get("Label") or "").strip().rstrip(":")
        if text := words(each, scripts=True):
            parts.append(f"{label}: {text}" if label and label.upper() != "UNLABELLED" else text)
    return " ".join(parts)


def _author(author: Element) -> str:
    if author.get("ValidYN") == "N":
        return ""
    parts = (
        _first(author, "ForeName", "FirstName", "Initials"),
        words(author.find("LastName")),
        words(author.find("Suffix")),
    )
    return " ".join(filter(None, parts)) or words(author.find("CollectiveName"))


def _date(article: Element) -> str | None:
    """When the issue came out; the day of the electronic article, where it only says more."""
    electronic = _parts(article.find("ArticleDate"))
    for path in ("Journal/JournalIssue/PubDate", "Book/PubDate", "ContributionDate"):
        if printed := _parts(article.find(path)):
            return finer(printed, electronic)
    return electronic


def _parts(date: Element | None) -> str | None:
    if date is None:
        return None
    free = words(date.find("MedlineDate"))  # "1998 Dec-1999 Jan", "2000 Spring"
    if not free:
        free = " ".join(texts(date, "Year") + texts(date, "Month") + texts(date, "Day"))
        numbers = free.split()
        free = "-".join(numbers) if all(part.isdecimal() for part in numbers) else free
    year = _YEAR.search(free)
    return parse_date(free) or (year[0] if year else None)


def _doi(article: Element, record: Element) -> str:
    for each in article.iterfind("ELocationID[@EIdType='doi']"):
        if each.get("ValidYN") != "N":
            return words(each)
    data = ("PubmedData/ArticleIdList", "PubmedBookData/ArticleIdList", "BookDocument/ArticleIdList")
    return _first(record, *(f"{path}/ArticleId[@IdType='doi']" for path in data))


def _sniff(head: str) -> bool:
    return head.lstrip().startswith("<") and bool(_START.search(head))


def _read(source: OpenSource, options: ReadOptions) -> Iterator[Entry]:
    return read_records(source, _TAGS, _fields)


PUBMED = Format("pubmed", (".xml",), "PubMed's XML", _sniff, _read)
