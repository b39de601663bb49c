"""The API answers what the library answers, and tells what is wrong; of the bundled sample with the tiny encoder."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from conftest import TinyEncoder
from pydantic import BaseModel
from serving import ADDRESS, client, index, sample
from starlette.testclient import TestClient

from semsearch import __version__
from semsearch.filters import Filter
from semsearch.grouping import GROUPS
from semsearch.references import bibtex, csl, ris
from semsearch.retrieval import Mode
from semsearch.search import SearchIndex
from semsearch.serve import schemas
from semsearch.serve.arranging import Group, Sort
from semsearch.sorting import SORTS

__all__ = ["client", "index", "sample"]

QUESTION = "how do greenhouse gases warm the earth?"
OZONE, CARBON, HUMIDITY = "molina-1974-ozone", "arrhenius-1896-carbonic", "manabe-1967-humidity"


def asked(client: TestClient, path: str, model: type[BaseModel], **params: Any) -> Any:
    """The JSON of an answer, which is as its model describes it."""
    response = client.get(path, params=params)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    model.model_validate_json(response.text, strict=False)
    return response.json()


@pytest.mark.parametrize(
    ("params", "meant"),
    [
        ({}, {}),
        ({"k": 3, "offset": 2}, {"k": 3, "offset": 2}),
        ({"mode": "lexical"}, {"mode": "lexical"}),
        ({"mode": "dense", "k": 2, "why": "true"}, {"mode": "dense", "k": 2, "why": True}),
        ({"since": "1970", "until": "1980-06"}, {"filter": Filter(since="1970", until="1980-06")}),
        ({"year": 1974}, {"filter": Filter(year=1974)}),
        ({"venue": ["Nature", "Science"]}, {"filter": Filter(venue=("Nature", "Science"))}),
        (
            {"author": "Manabe", "category": ["climate", "medicine"]},
            {"filter": Filter(author=("Manabe",), category=("climate", "medicine"))},
        ),
        ({"like": [CARBON, HUMIDITY], "unlike": OZONE}, {"like": [CARBON, HUMIDITY], "unlike": [OZONE]}),
        ({"category": "no such"}, {"filter": Filter(category=("no such",))}),
        ({"sort": "date", "k": 4}, {"sort": "date", "k": 4}),
        ({"sort": "oldest", "among": 9, "offset": 2}, {"sort": "oldest", "among": 9, "offset": 2}),
        ({"sort": "citations"}, {"sort": "citations"}),
        ({"diverse": "true", "among": 30}, {"diverse": True, "among": 30}),
        ({"group": "venue", "fold": "true"}, {"group": "venue", "fold": True}),
        ({"group": "author", "sort": "date", "like": CARBON}, {"group": "author", "sort": "date", "like": [CARBON]}),
    ],
)
def test_search_answers_what_query_prints(
    client: TestClient, index: SearchIndex, params: dict[str, Any], meant: dict[str, Any]
) -> None:
    found = asked(client, "/api/search", schemas.ResultsAnswer, q=QUESTION, **params)
    assert found == json.loads(json.dumps(index.search(QUESTION, **meant).as_dict()))


def test_the_sentence_of_one_abstract(client: TestClient, index: SearchIndex) -> None:
    found = asked(client, "/api/why", schemas.WhyAnswer, q=QUESTION, id=OZONE)
    (hit,) = index.search(QUESTION, 1, filter=Filter(only=(OZONE,)), why=True)
    assert hit.why is not None
    assert found == {"id": OZONE, "why": hit.why.as_dict(hit.paper.abstract)}
    by_doi = asked(client, "/api/why", schemas.WhyAnswer, q=QUESTION, id="10.1038/249810a0")
    assert by_doi == found


def test_similar_answers_what_the_command_prints(client: TestClient, index: SearchIndex) -> None:
    found = asked(client, "/api/similar", schemas.ResultsAnswer, id=[CARBON, HUMIDITY], unlike=OZONE, k=4, since="1950")
    expected = index.similar([CARBON, HUMIDITY], 4, unlike=[OZONE], filter=Filter(since="1950"))
    assert found == json.loads(json.dumps(expected.as_dict()))
    assert found["like"] == [CARBON, HUMIDITY]


def test_a_pasted_text(client: TestClient, index: SearchIndex) -> None:
    text = "Coal that is burnt leaves a gas in the air,\nand the gas keeps warmth."
    body = {"text": text, "id": [CARBON], "unlike": [OZONE], "k": 3, "offset": 1, "venue": ["Science"], "why": True}
    response = client.post("/api/similar", json=body)
    expected = index.similar(CARBON, 3, text=text, unlike=OZONE, offset=1, filter=Filter(venue=("Science",)), why=True)
    schemas.ResultsAnswer.model_validate_json(response.text)
    assert response.json() == json.loads(json.dumps(expected.as_dict()))
    assert client.post("/api/similar", json={"text": text}).json()["query"] is None


def test_similar_papers_in_another_order_and_in_groups(client: TestClient, index: SearchIndex) -> None:
    arranged: dict[str, Any] = {"sort": "oldest", "among": 5, "group": "year", "fold": True}
    found = asked(client, "/api/similar", schemas.ResultsAnswer, id=CARBON, k=7, **arranged)
    assert found == json.loads(json.dumps(index.similar(CARBON, 7, **arranged).as_dict()))
    years = [hit["paper"]["year"] for hit in found["hits"]]
    assert years[:5] == sorted(years[:5])
    assert [hit["group"] for hit in found["hits"]] == [str(year) for year in years]
    text = "Coal that is burnt leaves a gas in the air."
    response = client.post("/api/similar", json={"text": text, "k": 7, **arranged})
    assert response.json() == json.loads(json.dumps(index.similar(text=text, k=7, **arranged).as_dict()))


def test_files_have_the_order_that_is_asked_for(client: TestClient, index: SearchIndex) -> None:
    file = client.get("/api/search", params={"q": QUESTION, "sort": "date", "among": 8, "format": "ris"})
    expected = index.search(QUESTION, sort="date", among=8)
    assert file.text == "\n".join(ris([hit.paper for hit in expected])) + "\n"
    assert [hit.id for hit in expected] != [hit.id for hit in index.search(QUESTION)]


def test_every_order_and_group_of_the_library_may_be_asked_for() -> None:
    assert get_args(Sort) == tuple(SORTS)
    assert get_args(Group) == GROUPS


def test_ranking(client: TestClient, index: SearchIndex) -> None:
    questions = ["what thins the ozone layer?", "stable matchings"]
    response = client.post("/api/rank", json={"questions": questions, "k": 2, "until": "1990"})
    schemas.RankingsAnswer.model_validate_json(response.text)
    expected = list(index.rank(questions, 2, filter=Filter(until="1990")))
    assert [each["query"] for each in response.json()["rankings"]] == questions
    for told, ranking in zip(response.json()["rankings"], expected, strict=True):
        assert told["query_id"] == ranking.query_id
        assert [(p["id"], p["score"]) for p in told["papers"]] == [(p.id, p.score) for p in ranking.papers]


@pytest.mark.parametrize("name", ["watson-1953-dna", "10.1038/171737a0", "10.1038%2F171737a0", "watson-1953"])
def test_a_paper_by_any_of_its_names(client: TestClient, index: SearchIndex, name: str) -> None:
    found = asked(client, f"/api/papers/{name}", schemas.PaperAnswer)
    assert found == index.paper("watson-1953-dna").as_dict()


def test_facets(client: TestClient, index: SearchIndex) -> None:
    found = asked(client, "/api/facets", schemas.FacetsAnswer, limit=2, category="climate")
    expected = index.facets(Filter(category=("climate",)), limit=2)
    assert found["papers"] == expected.papers == len(index.search("a", 100, filter=Filter(category=("climate",))))
    assert found["venues"] == [{"value": each.value, "papers": each.papers} for each in expected.venues]
    assert found["years"][0] == {"year": 1896, "papers": 1}
    assert asked(client, "/api/facets", schemas.FacetsAnswer, find="mana")["authors"] == [
        {"value": "Syukuro Manabe", "papers": 1}
    ]


@pytest.mark.parametrize(
    ("format", "media_type", "name", "write"),
    [
        ("bibtex", "application/x-bibtex", "papers.bib", bibtex),
        ("ris", "application/x-research-info-systems", "papers.ris", ris),
        ("csl", "application/vnd.citationstyles.csl+json", "papers.json", csl),
    ],
)
def test_papers_as_files(
    client: TestClient, index: SearchIndex, format: str, media_type: str, name: str, write: Any
) -> None:
    response = client.get("/api/export", params={"id": [OZONE, CARBON], "format": format})
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert response.text == "\n".join(write([index.paper(OZONE), index.paper(CARBON)])) + "\n"
    shown = client.get("/api/search", params={"q": QUESTION, "k": 3, "format": format})
    assert shown.text == "\n".join(write([hit.paper for hit in index.search(QUESTION, 3)])) + "\n"


def test_papers_for_a_spreadsheet(client: TestClient) -> None:
    response = client.get("/api/export", params={"id": [OZONE, CARBON], "format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert [line.partition(",")[0] for line in response.text.splitlines()] == ["id", OZONE, CARBON]


def test_more_papers_than_an_address_names_as_one_file(client: TestClient, index: SearchIndex) -> None:
    ids = [OZONE, CARBON] * 101
    response = client.post("/api/export", json={"id": ids})
    assert response.headers["content-disposition"] == 'attachment; filename="papers.bib"'
    assert response.text == "\n".join(bibtex([index.paper(each) for each in ids])) + "\n"
    assert client.get("/api/export", params={"id": ids}).status_code == 422
    assert client.post("/api/export", json={"id": [OZONE, "nobody"]}).status_code == 400
    refused = client.post("/api/export", json={"id": [OZONE] * 5_001, "format": "ris"})
    assert (refused.status_code, refused.json()["detail"]) == (422, "id: 5,001 of them, at most 5,000")


def test_info_and_health(client: TestClient, index: SearchIndex) -> None:
    info = asked(client, "/api/info", schemas.InfoAnswer)
    assert (info["semsearch"], info["papers"], info["model"]) == (__version__, 60, "tiny")
    assert (info["generation"], info["created"]) == ("generation-000001", index.manifest.created)
    assert info["limits"]["k"] == 200
    health = {"status": "ready", "generation": "generation-000001", "papers": 60, "problem": None}
    assert asked(client, "/healthz", schemas.HealthAnswer) == health
    assert len(asked(client, "/api/examples", schemas.ExamplesAnswer)["examples"]) == 6


@pytest.mark.parametrize(
    ("path", "status", "detail", "hint"),
    [
        ("/api/search", 422, "q: is missing", "/openapi.json"),
        ("/api/search?q=", 422, "q: is empty", "/openapi.json"),
        ("/api/search?q=%20", 400, "the question is empty, expected some words", "/openapi.json"),
        (f"/api/search?q={'a' * 2001}", 422, "q: 2,001 characters, at most 2,000", "/openapi.json"),
        ("/api/search?q=a&k=201", 422, "k: 201, at most 200", "/openapi.json"),
        ("/api/search?q=a&offset=10001", 422, "offset: 10,001, at most 10,000", "/openapi.json"),
        ("/api/search?q=a&mode=best", 422, "mode: 'best', expected 'hybrid', 'dense' or 'lexical'", "/openapi"),
        ("/api/search?q=a&k=21&why=1", 400, "k is 21, expected at most 20 with why", "/api/why"),
        (
            "/api/search?q=a&sort=newest",
            422,
            "sort: 'newest', expected 'date', 'oldest', 'citations' or 'comments'",
            "/openapi",
        ),
        ("/api/similar?id=a&group=topic", 422, "group: 'topic', expected 'venue', 'year' or 'author'", "/openapi"),
        ("/api/search?q=a&diverse=much", 422, "diverse: 'much', expected true or false", "/openapi"),
        ("/api/search?q=a&sort=date&among=0", 422, "among: 0, at least 1", "/openapi"),
        ("/api/search?q=a&sort=date&among=1001", 422, "among: 1,001, at most 1,000", "/openapi"),
        ("/api/search?q=a&sort=date&diverse=1", 400, "either diverse or sorted, both were asked for", "leave out one"),
        ("/api/search?q=a&order=date", 422, "order: /api/search has no such parameter", "sort, diverse, among, group"),
        ("/api/search?q=a&since=2020&until=2010", 400, "no day is all of since 2020, until 2010", "since is the"),
        ("/api/search?q=a&since=2020-13", 400, "since '2020-13': no such date", "write it as"),
        ("/api/search?q=a&venue=%2B", 400, "venue '+': expected a letter or a digit", "leave the venue out"),
        ("/api/search?q=a&like=nobody", 400, "'nobody': no paper of this id", "find its id"),
        ("/api/search?q=a" + "&like=b" * 51, 422, "like: 51 of them, at most 50", "/openapi.json"),
        ("/api/similar?id=nobody", 400, "'nobody': no paper of this id", "find its id"),
        ("/api/similar", 422, "id: is missing", "/openapi.json"),
        ("/api/papers/nobody", 404, "'nobody': no paper of this id", "/api/search finds its id"),
        ("/api/papers/", 404, "'': no paper of this id", "/api/search finds its id"),
        ("/api/export?id=nobody", 400, "'nobody': no paper of this id", "find its id"),
        ("/api/why?q=a&id=nobody", 400, "'nobody': no paper of this id", "find its id"),
        ("/api/search?q=a&k=two", 422, "k: 'two', expected a whole number", "/openapi.json"),
        ("/api/search?q=a&why=perhaps", 422, "why: 'perhaps', expected true or false", "/openapi.json"),
        ("/api/search?q=a&venue=", 422, "venue 1: is empty", "/openapi.json"),
        ("/api/search?q=a&since=May", 422, "since: 'May', expected a date such as 2020 or 2020-06-30", "/openapi"),
        (
            "/api/search?q=a&sicne=1970",
            422,
            "sicne: /api/search has no such parameter",
            "did you mean since? it takes q",
        ),
        ("/api/search?q=a&K=3", 422, "K: /api/search has no such parameter", "did you mean k? "),
        ("/api/search?q=a&nonsense=1", 422, "nonsense: /api/search has no such parameter", "it takes q, "),
        ("/api/search?q=a&q=b", 422, "q: is given 2 times, expected once", "/openapi.json"),
        ("/api/similar?id=a&id=b&k=1&k=2", 422, "k: is given 2 times, expected once", "/openapi.json"),
        ("/api/info?q=a", 422, "q: /api/info has no such parameter", "it takes none"),
        ("/api/papers/watson-1953-dna?k=1", 422, "k: /api/papers/{id} has no such parameter", "it takes none"),
        ("/api/none", 404, "Not Found", "/openapi.json"),
        ("/../pyproject.toml", 404, "Not Found", "/openapi.json"),
        ("/%2e%2e/app.py", 404, "Not Found", "/openapi.json"),
        ("/api/rank", 405, "Method Not Allowed", "/openapi.json"),
    ],
)
def test_errors_tell_what_and_how_to_mend_it(
    client: TestClient, path: str, status: int, detail: str, hint: str
) -> None:
    response = client.get(path)
    told = response.json()
    assert (response.status_code, told["status"]) == (status, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert detail in told["detail"]
    assert hint in told["hint"]
    schemas.ProblemAnswer.model_validate(told)


@pytest.mark.parametrize(
    ("path", "body", "status", "detail"),
    [
        ("/api/similar", {}, 400, "nothing to be similar to"),
        ("/api/similar", {"text": "a", "txt": 1}, 422, "txt: there is no such field"),
        ("/api/similar", {"text": "a" * 20_001}, 422, "text: 20,001 characters, at most 20,000"),
        ("/api/similar?k=3", {"text": "a"}, 422, "k: /api/similar has no such parameter"),
        ("/api/similar", {"text": "a", "sort": "new"}, 422, "sort: 'new', expected 'date', 'oldest', 'citations' or"),
        ("/api/similar", {"text": "a", "group": 3}, 422, "group: 3, expected 'venue', 'year' or 'author'"),
        ("/api/similar", {"text": "a", "sort": "date", "diverse": True}, 400, "either diverse or sorted"),
        ("/api/similar", {"id": []}, 400, "nothing to be similar to"),
        ("/api/similar", {"id": ["a", "b", 3]}, 422, "id 3: 3, expected a text"),
        ("/api/similar", [], 422, "the body: expected JSON, an object"),
        ("/api/similar", {"text": "a", "since": "2020-13"}, 400, "no such date"),
        ("/api/rank", {"questions": []}, 422, "questions: 0 of them, at least 1"),
        ("/api/rank", {"questions": ["a"] * 101}, 422, "questions: 101 of them, at most 100"),
        ("/api/rank", {"questions": ["a"], "k": 1001}, 422, "k: 1,001, at most 1,000"),
        ("/api/search", {}, 405, "Method Not Allowed"),
        ("/index.html", {}, 405, "Method Not Allowed"),
    ],
)
def test_errors_of_bodies(client: TestClient, path: str, body: Any, status: int, detail: str) -> None:
    response = client.post(path, json=body)
    assert response.status_code == status
    assert detail in response.json()["detail"]
    assert response.json()["hint"]


def test_a_body_that_is_no_json(client: TestClient) -> None:
    response = client.post("/api/rank", content=b"{", headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("the body: no JSON (")


def test_a_body_of_another_type_is_told_how_to_name_it(client: TestClient) -> None:
    for given in ({"content-type": "application/x-www-form-urlencoded"}, {}):
        response = client.post("/api/similar", content=b'{"text": "ozone"}', headers=given)
        assert response.status_code == 422
        told = response.json()
        assert told["detail"] == f"Content-Type: {given.get('content-type', 'nothing')}, expected application/json"
        assert told["hint"] == "with curl: -H 'Content-Type: application/json'"
    accepted = {"content-type": "application/problem+json; charset=utf-8"}
    assert client.post("/api/similar", content=b'{"text": "ozone", "k": 1}', headers=accepted).status_code == 200


def test_of_a_long_text_the_answer_tells_what_was_compared(client: TestClient) -> None:
    text = "ozone " * 51
    told = {mode: client.post("/api/similar", json={"text": text, "mode": mode}).json() for mode in get_args(Mode)}
    assert told["dense"]["notes"] == [
        "the text is longer than the 50 tokens that the encoder reads: the rest is not compared"
    ]
    assert told["hybrid"]["notes"][0].endswith("of the rest only keywords count")
    assert told["lexical"]["notes"] == []
    assert client.post("/api/similar", json={"text": "ozone " * 50}).json()["notes"] == []


def test_a_paper_that_the_question_names_is_told_from_those_that_are_like_it(client: TestClient) -> None:
    for question in (OZONE, "Thermal Equilibrium of the Atmosphere with a Given Distribution of Relative Humidity"):
        hits = asked(client, "/api/search", schemas.ResultsAnswer, q=question, k=3)["hits"]
        assert [hit.get("named") for hit in hits] == [True, None, None]
    hits = asked(client, "/api/search", schemas.ResultsAnswer, q=QUESTION, k=3)["hits"]
    assert [hit.get("named") for hit in hits] == [None] * 3


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    assert client.post("/api/search").headers["allow"] == "GET, HEAD"
    assert client.get("/api/rank").headers["allow"] == "POST"
    assert client.post("/index.html").headers["allow"] == "GET, HEAD"
    for path, allowed in (("/api/similar", "GET, HEAD, POST"), ("/api/rank", "POST"), ("/healthz", "GET, HEAD")):
        options = client.options(path)
        assert (options.status_code, options.headers["allow"]) == (405, allowed)


def test_head_is_get_without_the_body(client: TestClient) -> None:
    for path in ("/api/search?q=ozone", "/healthz", "/", "/api/papers/nobody"):
        head, whole = client.head(path), client.get(path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["content-length"] == whole.headers["content-length"] != "0"
    assert client.head("/api/rank").status_code == 405
    counted = client.get("/metrics").text
    assert 'semsearch_requests_total{method="HEAD",route="/healthz",status="200"} 1.0' in counted


def test_the_description_has_the_version_examples_and_problems(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert told["info"]["version"] == __version__
    routes = {(path, method): route for path, found in told["paths"].items() for method, route in found.items()}
    assert len(routes) == 13
    for (path, _), route in routes.items():
        statuses = set(route["responses"])
        assert {"200", "408", "413", "421", "422"} <= statuses, path
        assert "HTTPValidationError" not in json.dumps(route)
    search = routes["/api/search", "get"]
    values = {each["name"]: each["schema"] for each in search["parameters"]}
    assert (values["q"]["maxLength"], values["k"]["maximum"], values["offset"]["maximum"]) == (2000, 200, 10_000)
    assert values["q"]["examples"] == [QUESTION]
    assert (values["sort"]["examples"], values["group"]["examples"]) == (["date"], ["venue"])
    assert (values["among"]["default"], values["among"]["maximum"], values["fold"]["default"]) == (100, 1_000, False)
    body = told["components"]["schemas"]["SimilarTo"]["properties"]
    assert {"sort", "diverse", "among", "group", "fold"} <= body.keys()
    for name, schema in told["components"]["schemas"].items():
        for example in schema.get("examples", []):
            getattr(schemas, name).model_validate(example)
    assert [each["rank"] for each in told["components"]["schemas"]["ResultsAnswer"]["examples"][0]["hits"]] == [1]
    assert set(schemas.ProblemAnswer.model_fields) == set(told["components"]["schemas"]["ProblemAnswer"]["properties"])


def test_the_api_has_no_page_that_loads_from_elsewhere(client: TestClient) -> None:
    for path in ("/docs", "/redoc"):
        assert client.get(path).status_code == 404


def test_what_is_asked_again_is_not_searched_for_again(client: TestClient) -> None:
    encoder: TinyEncoder = client.app.state.live.index.encoder  # type: ignore[attr-defined]
    client.get("/api/search", params={"q": "asked only here"})
    before = len(encoder.calls)
    again = client.get("/api/search", params={"q": "asked only here"})
    assert again.json()["query"] == "asked only here"
    assert len(encoder.calls) == before
    client.get("/api/search", params={"q": "asked only here", "k": 3})
    assert len(encoder.calls) == before + 1


def test_the_page_is_there_under_its_headers(client: TestClient) -> None:
    response = client.get("/")
    assert response.headers["content-type"].startswith("text/html")
    assert "<input" in response.text
    assert ADDRESS.startswith("http://127.")
