"""The API over an index that has several versions of a paper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import TinyEncoder, write_jsonl
from serving import ADDRESS
from starlette.testclient import TestClient

from semsearch.build import build_index
from semsearch.search import SearchIndex
from semsearch.serve import schemas
from semsearch.serve.app import create_app

TEXT = "A tern that nests on a cliff counts its eggs by the marks on them, and finds its own among those of others. "
PAPERS: list[dict[str, Any]] = [
    {"id": "tern", "title": "How terns count their eggs", "abstract": TEXT, "authors": ["Ann Lee", "Bo Holt"],
     "venue": "Bird Conf", "date": "2021", "url": "https://example.org/tern"},
    {"id": "pre", "title": "Terns count their eggs", "abstract": TEXT + "Terns do.", "authors": ["Ann Lee", "Bo Holt"],
     "date": "2020-05"},
    *({"id": f"t{n}", "title": f"terns and {word}", "abstract": f"A tern on {word}.", "date": str(1990 + n)}
      for n, word in enumerate(("sand", "cliffs", "masts", "ice"))),
]  # fmt: skip


def test_folded_hits_carry_their_other_versions_into_pages_and_files(tmp_path: Path) -> None:
    path = tmp_path / "index"
    build_index(write_jsonl(tmp_path / "papers.jsonl", PAPERS), path, model=TinyEncoder())
    asked = {"q": "how terns count their eggs", "fold": "true"}
    with (
        TestClient(create_app(path, encoder=TinyEncoder()), base_url=ADDRESS) as client,
        SearchIndex(path, encoder=TinyEncoder()) as index,
    ):
        plain = client.get("/api/search", params={**asked, "fold": "false"}).json()
        assert {hit["id"] for hit in plain["hits"]} == {paper["id"] for paper in PAPERS}
        found = client.get("/api/search", params=asked).json()
        schemas.ResultsAnswer.model_validate(found)
        assert found == json.loads(json.dumps(index.search(asked["q"], fold=True).as_dict()))
        assert [hit["id"] for hit in found["hits"] if "versions" in hit] == ["tern"]
        nothing = {"venue": None, "doi": None, "arxiv_id": None, "url": None}
        assert found["hits"][0]["versions"] == [
            {"id": "pre", "title": "Terns count their eggs", "date": "2020-05", **nothing}
        ]
        csv = client.get("/api/search", params={**asked, "sort": "oldest", "format": "csv"}).text
        assert [line.partition(",")[0] for line in csv.splitlines()] == ["id", "t0", "t1", "t2", "t3", "tern"]
        liked = client.get("/api/similar", params={"id": "pre", "fold": "true", "sort": "date"}).json()
        assert [hit["id"] for hit in liked["hits"]] == ["t3", "t2", "t1", "t0"]
        assert liked["notes"] == ["left out, as versions of what was named: tern"]
