"""Every reader that there is, as the fuzzers call them: with a valid file each, and with what must hold of its answer.

The formats come from the code's own table: one without a seed here fails a test, so that none is forgotten.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from semsearch.cli.only import read_only
from semsearch.corpus import FORMATS, BadRecord, Entry, read_papers
from semsearch.dates import year_of
from semsearch.evaluate.judgements import read_judgements
from semsearch.evaluate.runs import read_run
from semsearch.limits import ID_CHARS, LARGEST_COUNT, TEXT_CHARS
from semsearch.paper import Paper
from semsearch.questions import read_questions
from semsearch.text import clean

_UNFIT_FOR_ID = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufeff]")
_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?|--\d\d(?:-\d\d)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seed:
    """A valid file of a format: five records, parted by `between`. `{n}` is written as the record's number."""

    head: str
    record: str
    between: str = "\n"
    tail: str = "\n"

    def records(self) -> list[bytes]:
        return [self.record.replace("{n}", str(n)).encode() for n in range(5)]

    def file(self, records: Iterable[bytes]) -> bytes:
        return self.head.encode() + self.between.encode().join(records) + self.tail.encode()


class ParquetSeed(Seed):
    """Records are JSON, and rows in the file; a record that is cut off is a row of nothing."""

    def file(self, records: Iterable[bytes]) -> bytes:
        file = pyarrow.BufferOutputStream()
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(map(self._row, records)), self._schema()), file)
        return bytes(file.getvalue())

    def _schema(self) -> pyarrow.Schema:
        return pyarrow.Table.from_pylist([json.loads(record) for record in self.records()]).schema

    @staticmethod
    def _row(record: bytes) -> dict[str, Any]:
        try:
            row = json.loads(record)
        except ValueError:
            return {}
        return row if isinstance(row, dict) else {}


_JSON = (
    '{"id": "t{n}", "title": "Tide {n}", "abstract": "Why {n}, \\"seas\\" \\u00e9", "authors": [{"name": "Ada"}], '
    '"date": "2021-03-0{n}", "doi": "10.1234/t{n}", "categories": ["cs.LG"], "citations": {n}}'
)
SEEDS: dict[str, Seed] = {
    "hf-text": Seed(
        "Daily Papers\n\nbyAK and the research community\n\nMar 28\n\n",
        "Tide {n}\n\nWhy {n} seas fall.\n\n\u2022 {n} authors\n\u00b7\nSep 29, 2025 {n}",
        "\n\n",
    ),
    "bibtex": Seed(
        '@string{jt = "Tides " # "Today"}\n',
        '@article{t{n},\n  title = {{Tide {n}}},\n  author = {Br{\\"o}k, Ada and {Sea Lab} and others},\n'
        '  abstract = "Why {n} {\\emph{seas}} fall, 10\\% or more",\n  journal = jt # { and more},\n'
        "  year = 2021, month = mar,\n  doi = {10.1234/t{n}}\n}",
    ),
    "ris": Seed(
        "",
        "TY  - JOUR\nTI  - Tide {n}\nAU  - Brook, Ada\nAB  - Why {n} seas\nfall.\nPY  - 2021\nKW  - a\nKW  - b\nER  - ",
        "\n\n",
    ),
    "enw": Seed(
        "",
        "%0 Journal Article\n%T Tide {n}\n%A Brook, Ada\n%D 2021\n%8 March {n}\n%X Why {n} seas\nfall.\n"
        "%R 10.1234/t{n}\n%K a\nb\n%F t{n}",
        "\n\n",
    ),
    "nbib": Seed(
        "",
        "PMID- 3100000{n}\nTI  - Tide {n}\nAB  - Why {n} seas\n      fall.\nFAU - Brook, Ada\nDP  - 2021 Mar 3\n"
        "LID - 10.1234/t{n} [doi]\nMH  - *Tides/history",
        "\n\n",
    ),
    "csl-json": Seed(
        "[",
        '{"id": "t{n}", "type": "article-journal", "title": "Tide {n}", "abstract": "Why {n}", "author": '
        '[{"family": "Brook", "given": "Ada"}], "issued": {"date-parts": [[2021, 3, {n}]]}, "DOI": "10.1234/t{n}"}',
        ",\n ",
        "]\n",
    ),
    "jsonl": Seed("", _JSON),
    "json": Seed("[", _JSON, ",\n ", "]\n"),
    "tsv": Seed("id\ttitle\tabstract\tyear\n", "t{n}\tTide {n}\tWhy {n} seas fall.\t2021"),
    "csv": Seed(
        "id,title,abstract,authors,date\n",
        '"t{n}","Tide {n}","Why, ""{n}"" seas","[\'Ada\', \'Bo\']","2021-03"',
        "\r\n",
    ),
}
SEEDS |= {
    "hf-html": Seed(
        '<!DOCTYPE html><html><head><link href="https://huggingface.co/papers" rel="canonical"></head><body>\n',
        '<article class="card"><h3><a href="/papers/2101.0000{n}">Tide {n}</a></h3><p>Why {n}, &quot;seas&quot; fall '
        'and rise, and rise and fall again, for all that we know.</p><div>5 authors</div><time datetime="2021-03-0{n}">'
        'Mar {n}, 2021</time><a href="/papers/2101.0000{n}#community">3</a></article>',
        tail="\n</body></html>\n",
    ),
    "pubmed": Seed(
        '<?xml version="1.0" encoding="utf-8"?>\n<PubmedArticleSet>\n',
        '<PubmedArticle><MedlineCitation><PMID Version="1">1{n}</PMID><Article><Journal><JournalIssue><PubDate><Year>'
        "2021</Year><Month>Mar</Month></PubDate></JournalIssue><Title>Seas</Title></Journal><ArticleTitle>Tide {n}."
        '</ArticleTitle><Abstract><AbstractText Label="AIM">Why {n} &amp; "seas".</AbstractText></Abstract><AuthorList>'
        "<Author><LastName>Brook</LastName><ForeName>Ada</ForeName></Author></AuthorList></Article></MedlineCitation>"
        "</PubmedArticle>",
        tail="\n</PubmedArticleSet>\n",
    ),
    "acl-anthology": Seed(
        '<?xml version="1.0" encoding="UTF-8"?>\n<collection id="2021.tide"><volume id="main"><meta><booktitle>Seas'
        "</booktitle><year>2021</year></meta>\n",
        '<paper id="{n}"><title>Tide {n}</title><author><first>Ada</first><last>Brook</last>'
        "</author><abstract>Why {n} &amp; <b>seas</b>.</abstract><doi>10.1234/t{n}</doi></paper>",
        tail="\n</volume></collection>\n",
    ),
    "endnote-xml": Seed(
        '<?xml version="1.0" encoding="UTF-8" ?><xml><records>\n',
        '<record><source-app name="EndNote">EndNote</source-app><rec-number>{n}</rec-number><ref-type name="Report">27'
        "</ref-type><contributors><authors><author><style>Brook, Ada</style></author></authors></contributors><titles>"
        '<title><style face="normal">Tide {n}</style></title></titles><dates><year>2021</year></dates><label>t{n}'
        "</label><abstract><style>Why {n} &amp; seas.</style></abstract></record>",
        tail="\n</records></xml>\n",
    ),
    "arxiv-atom": Seed(
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n<title>query</title>\n',
        "<entry><id>http://arxiv.org/abs/2101.0000{n}v1</id><published>2021-01-0{n}T00:00:00Z</published><title>Tide "
        "{n}</title><summary>Why {n} &lt; seas.</summary><author><name>Ada</name></author><arxiv:doi xmlns:arxiv="
        '"http://arxiv.org/schemas/atom">10.1234/t{n}</arxiv:doi><category term="cs.LG"/></entry>',
        tail="\n</feed>\n",
    ),
    "arxiv-snapshot": Seed(
        "",
        '{"id": "2101.0000{n}", "submitter": "Ada", "title": "Tide {n}", "comments": "{n} pages", "journal-ref": null, '
        '"categories": "cs.LG math.AP", "abstract": "Why {n}, \\"seas\\"", "versions": [{"version": "v1", "created": '
        '"Mon, 2 Apr 2007 19:18:42 GMT"}], "authors_parsed": [["Brook", "Ada", ""]]}',
    ),
    "openalex": Seed(
        "",
        '{"id": "https://openalex.org/W{n}1", "title": "Tide {n}", "publication_date": "2021-03-01", "authorships": '
        '[{"author": {"display_name": "Ada"}}], "abstract_inverted_index": {"seas": [1], "Why": [0, 1{n}]}, '
        '"primary_location": {"source": {"display_name": "Seas"}}, "cited_by_count": {n}}',
    ),
    "semantic-scholar": Seed(
        "",
        '{"paperId": "{n}a", "externalIds": {"DOI": "10.1234/t{n}", "ArXiv": "2101.0000{n}"}, "title": "Tide {n}", '
        '"abstract": null, "tldr": {"text": "Why {n}"}, "authors": [{"name": "Ada"}], "year": 2021}',
    ),
    "parquet": ParquetSeed("", _JSON),
}
OTHER_SEEDS: dict[str, Seed] = {
    "questions": Seed("", '{"id": "q{n}", "text": "why tide {n}?"}'),
    "tabbed questions": Seed("", "q{n}\twhy tide {n}?"),
    "judgements": Seed("", "q{n} 0 t{n} 1"),
    "tabbed judgements": Seed("query-id\tcorpus-id\tscore\n", "q{n}\tt{n}\t1"),
    "run": Seed("", "q1 Q0 t{n} {n} 0.{n} semsearch"),
    "only": Seed("", "t{n}"),
    "only.jsonl": Seed("", _JSON),
}
ALL_SEEDS = SEEDS | OTHER_SEEDS


def check_papers(entries: Iterable[Entry]) -> list[Paper]:
    """The papers among the entries of one file, which are as they have to be."""
    papers = []
    for entry in entries:
        if isinstance(entry, BadRecord):
            assert entry.place.isprintable(), entry.place
            assert entry.reason.isprintable(), entry.reason
        else:
            check_paper(entry)
            papers.append(entry)
    return papers


def check_id(id: str) -> None:
    assert id, "an empty id"
    assert len(id) <= ID_CHARS
    assert not _UNFIT_FOR_ID.search(id), ascii(id)
    id.encode()


def check_paper(paper: Paper) -> None:
    check_id(paper.id)
    assert paper.title or paper.abstract
    texts = (paper.title, paper.abstract, paper.organization, paper.venue, paper.url, paper.doi, paper.arxiv_id)
    for text in (*filter(None, texts), *paper.authors, *paper.categories, *paper.keywords):
        assert clean(text) == text != "", ascii(text)
    for alias in paper.aliases:
        assert not _UNFIT_FOR_ID.search(alias), ascii(alias)
    for count in (paper.author_count, paper.citations, paper.comments):
        assert count is None or 0 <= count <= LARGEST_COUNT
    if paper.date is not None:
        assert _DATE.fullmatch(paper.date), paper.date
        assert year_of(paper.date) != 0
    line = paper.to_json()
    line.encode()
    assert Paper.from_json(line) == paper
    assert len(paper.title) + len(paper.abstract) <= TEXT_CHARS


def _corpus(format: str | None) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        check_papers(read_papers(path, format=format, page_date="2025-10-01"))

    return read


def _questions(path: Path) -> None:
    for question in read_questions(path):
        check_id(question.id)
        assert clean(question.text) == question.text != ""


def _judgements(path: Path) -> None:
    for question, grades in read_judgements(path).grades.items():
        check_id(question)
        for paper, grade in grades.items():
            check_id(paper)
            assert math.isfinite(2.0 ** min(grade, 1000)), grade


def _run(path: Path) -> None:
    for question, papers in read_run(path).papers.items():
        check_id(question)
        assert len(set(papers)) == len(papers) > 0
        for paper in papers:
            check_id(paper)


def _only(path: Path) -> None:
    assert read_only(str(path))


READERS: dict[str, Callable[[Path], None]] = {
    "looking inside": _corpus(None),
    **{name: _corpus(name) for name in FORMATS},
    "questions": _questions,
    "judgements": _judgements,
    "run": _run,
    "only": _only,
}
"""Each reads one file and checks what came out. Nothing but a SemsearchError may leave it."""
