"""Abstracts that lie in another file than titles, as in Semantic Scholar's datasets, are joined by their id."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import TinyEncoder

from semsearch.build import build_index
from semsearch.corpus import BadRecord, read_papers
from semsearch.errors import CorpusError
from semsearch.search import SearchIndex
from semsearch.store import Manifest, Skipped

LONG = "They sing for hours, and the whole bay hears it, from the mill down to the old pier. " * 6
REASON = "an abstract of Semantic Scholar's datasets without its paper: add the files of `papers`"


def paper(id: int, title: str, **ids: str) -> dict[str, Any]:
    return {"corpusid": id, "externalids": {"DOI": None, "ArXiv": None} | ids, "title": title, "year": 2021}


def abstract(id: int, text: str, **ids: str) -> dict[str, Any]:
    known = {"DOI": None, "MAG": "7"} | ids
    return {"corpusid": id, "openaccessinfo": {"externalids": known, "license": None}, "abstract": text}


PAPERS = [paper(1, "Tides"), paper(2, "Seals"), paper(3, "Gulls", DOI="10.5555/gulls")]
ABSTRACTS = [abstract(3, "Gulls cry."), abstract(1, f"Tides fall. {LONG}"), abstract(9, "Of nothing.")]


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    data = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def build(folder: Path, *corpus: Path, **options: Any) -> Manifest:
    return build_index(list(corpus), folder / "index", model=TinyEncoder(), **options).manifest


def known(folder: Path, *ids: str) -> list[tuple[str, str, str | None, str | None]]:
    with SearchIndex(folder / "index") as index:
        found = [index.paper(id) for id in ids]
    return [(each.title, each.abstract, each.date, each.doi) for each in found]


@pytest.mark.parametrize("names", [("papers.jsonl", "abstracts.gz"), ("b/papers.gz", "b/abstracts.jsonl")])
@pytest.mark.parametrize("papers_first", [True, False])
def test_abstracts_are_joined_whatever_comes_first(tmp_path: Path, names: tuple[str, str], papers_first: bool) -> None:
    files = [write(tmp_path / names[0], PAPERS), write(tmp_path / names[1], ABSTRACTS)]
    manifest = build(tmp_path, *(files if papers_first else files[::-1]))
    assert manifest.counts.papers == 3
    assert manifest.skipped == (Skipped(REASON, 1, (f"{files[1]}:3",)),)
    assert known(tmp_path, "1", "2", "3") == [
        ("Tides", f"Tides fall. {LONG}".strip(), "2021", None),
        ("Seals", "", "2021", None),
        ("Gulls", "Gulls cry.", "2021", "10.5555/gulls"),
    ]


def test_a_paper_takes_one_abstract_and_keeps_its_own(tmp_path: Path) -> None:
    own = paper(4, "Eels") | {"abstract": "Its own."}
    tldr = {"corpusid": 1, "model": "tldr@v2.0.0", "text": "In short: tides."}
    several = [*ABSTRACTS[:2], tldr, abstract(4, "Another.")]
    manifest = build(tmp_path, write(tmp_path / "p", [*PAPERS, own]), write(tmp_path / "a", several))
    assert (manifest.counts.papers, manifest.skipped) == (4, ())
    assert [each[1] for each in known(tmp_path, "1", "4")] == [f"Tides fall. {LONG}".strip(), "Its own."]


def test_papers_of_different_dois_are_not_joined(tmp_path: Path) -> None:
    other = abstract(3, "Of geese.", DOI="10.5555/geese")
    manifest = build(tmp_path, write(tmp_path / "p", PAPERS), write(tmp_path / "a", [other]))
    assert [each.count for each in manifest.skipped] == [1]
    assert known(tmp_path, "3") == [("Gulls", "", "2021", "10.5555/gulls")]


def test_abstracts_alone_are_refused_with_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no paper in the corpus.*3 x an abstract .* add the files of `papers`"):
        build(tmp_path, write(tmp_path / "a", ABSTRACTS))


def test_an_abstract_without_its_paper_stops_a_strict_build(tmp_path: Path) -> None:
    files = write(tmp_path / "p", PAPERS), write(tmp_path / "a", ABSTRACTS)
    with pytest.raises(CorpusError, match=r"a:3: an abstract of Semantic Scholar's datasets without its paper"):
        build(tmp_path, *files, strict=True)
    assert build(tmp_path, files[0], write(tmp_path / "a", ABSTRACTS[:2]), strict=True).counts.papers == 3


def test_readers_give_such_a_record_as_a_bad_one(tmp_path: Path) -> None:
    (entry,) = read_papers(write(tmp_path / "a", ABSTRACTS[:1]))
    assert isinstance(entry, BadRecord)
    assert (entry.place, entry.reason) == (f"{tmp_path / 'a'}:1", REASON)
