"""A search that names papers which the index has not, and what an answer says that leaves something out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conftest import TinyEncoder, write_jsonl
from serving import ADDRESS, client, index, sample
from starlette.testclient import TestClient

from semsearch.build import build_index
from semsearch.search import SearchIndex
from semsearch.serve.app import create_app

__all__ = ["client", "index", "sample"]

QUESTION = "how do greenhouse gases warm the earth?"
OZONE, CARBON = "molina-1974-ozone", "arrhenius-1896-carbonic"


def asked(client: TestClient, path: str, **params: Any) -> Any:
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    return response.json()


def test_lenient_leaves_out_unknown_papers_and_says_so(client: TestClient, index: SearchIndex) -> None:
    steered = {"q": QUESTION, "like": ["nobody", CARBON], "unlike": ["<none>", OZONE], "lenient": "true"}
    found = asked(client, "/api/search", **steered)
    assert found.pop("notes") == ["left out, not in the index: nobody, <none>"]
    expected = json.loads(json.dumps(index.search(QUESTION, like=[CARBON], unlike=[OZONE]).as_dict()))
    assert expected.pop("notes") == []
    assert found == expected
    assert (found["like"], found["unlike"]) == ([CARBON], [OZONE])


def test_of_many_unknown_papers_three_are_named(client: TestClient, index: SearchIndex) -> None:
    found = asked(client, "/api/search", q="ozone", like=["b1", "b2", "b3" * 40, "b4"], unlike="b5", lenient=1)
    assert found["notes"] == [f"left out, not in the index: b1, b2, {'b3' * 30} and 2 more"]
    assert [hit["id"] for hit in found["hits"]] == [hit.id for hit in index.search("ozone")]


def test_one_known_paper_or_a_text_is_left_to_be_like(client: TestClient) -> None:
    found = asked(client, "/api/similar", id=["nobody", CARBON], lenient=1)
    assert (found["like"], found["notes"]) == ([CARBON], ["left out, not in the index: nobody"])
    alone = client.get("/api/similar?id=nobody&lenient=1")
    assert (alone.status_code, alone.json()["detail"]) == (400, "not in the index: nobody")
    pasted = client.post("/api/similar", json={"text": "ozone", "id": ["nobody"], "lenient": True})
    assert pasted.json()["notes"] == ["left out, not in the index: nobody"]
    body = client.post("/api/similar", json={"id": ["nobody"], "lenient": True})
    assert (body.status_code, body.json()["detail"]) == (400, "not in the index: nobody")


def test_notes_say_nothing_of_a_command_line(tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "p.jsonl", [{"id": f"p{number}", "title": "whale"} for number in range(1_001)])
    build_index(corpus, tmp_path / "index", model=TinyEncoder())
    with TestClient(create_app(tmp_path / "index", encoder=TinyEncoder()), base_url=ADDRESS) as one:
        notes = asked(one, "/api/search", q="whale", since="1970")["notes"]
    assert "1,001 papers have no year, and pass no filter by date" in notes
