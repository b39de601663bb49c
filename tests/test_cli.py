"""The command line, called as a user calls it: what each command prints, where, and with which exit status."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl

from semsearch import cli
from semsearch.paper import Paper

LONG_TITLE = "A title that is so much longer than any terminal is wide that a table would have to fold it or cut it off"
RECORDS: list[dict[str, Any]] = [
    {
        "id": "p-ice",
        "title": "Glaciers of the north",
        "abstract": "Slow rivers of ice carve valleys and carry stones.",
        "authors": ["Ada Berg", "Bo Dahl", "Cy Eng", "Di Falk"],
        "year": 2001,
        "venue": "Journal of Ice",
        "doi": "10.1000/ICE.1",
    },
    {"id": "p-sea", "title": "Tides and the moon", "abstract": "The moon pulls the sea.", "authors": "Eva Grün"},
    {"id": "q-bee", "title": "How bees find home", "abstract": "Bees read the sun.", "arxiv_id": "2101.00001v2"},
    {"id": "q-ant", "title": LONG_TITLE, "abstract": "Ants lay trails.", "author_count": 7, "date": "2020-03-04"},
    {"id": "r-bare", "title": "Only a title", "organization": "Some Institute"},
]
PAPERS = len(RECORDS)
QUESTION = "the moon and the sea"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def tiny() -> Iterator[TinyEncoder]:
    """One encoder wherever the commands load one."""
    encoder = TinyEncoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("semsearch.build.load_encoder", lambda *_: encoder)
        patch.setattr("semsearch.opened.encoder_of", lambda *_: encoder)
        patch.delenv("SEMSEARCH_INDEX", raising=False)
        yield encoder


@pytest.fixture
def run(tiny: TinyEncoder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls `semsearch ARGS` in this process."""

    def called(*args: object, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["semsearch", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Ran(int(ended.value.code or 0), *capsys.readouterr())

    return called


@pytest.fixture(scope="module")
def index(tiny: TinyEncoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of RECORDS, built by the command."""
    folder = tmp_path_factory.mktemp("cli")
    corpus = write_jsonl(folder / "papers.jsonl", RECORDS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["semsearch", "build", str(corpus), "--index", str(folder / "an-index")])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    assert not ended.value.code
    return folder / "an-index"


def cosines(text: str) -> dict[str, float]:
    """Brute force: the cosine of a text with each paper, by id, best first."""
    encoder = TinyEncoder()
    query = encoder.encode_queries([text])[0]
    texts = [f"{record['title']} {record.get('abstract', '')}".strip() for record in RECORDS]
    values = encoder.encode_queries(texts) @ query
    found = {str(record["id"]): float(value) for record, value in zip(RECORDS, values, strict=True)}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def fails(ran: Ran, *parts: str) -> None:
    """An error is two lines on standard error, nothing on standard output, and exit status 1."""
    assert ran.code == 1
    assert ran.out == ""
    error, hint = ran.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    assert len(hint) > len("hint: ")
    for part in parts:
        assert part in ran.err


def misused(ran: Ran, *parts: str) -> None:
    """A usage error tells what is wrong and how the command is called, and has exit status 2."""
    assert ran.code == 2
    assert ran.out == ""
    assert "Usage: " in ran.err
    assert "Traceback" not in ran.err
    for part in parts:
        assert part in " ".join(re.sub("[│╭╮╰╯─]", " ", ran.err).split())


# query


def test_table_when_piped_is_uncut_and_has_similarities(run: Run, index: Path) -> None:
    ran = run("query", QUESTION, "--index", index)
    assert ran.code == 0
    assert ran.err == ""
    header, *rows, last = ran.lines
    assert header.split() == ["#", "similarity", "title", "authors", "date", "id"]
    assert last == f"{PAPERS} of {PAPERS} papers in {index}"
    for row, (id, cosine), number in zip(rows, cosines(QUESTION).items(), range(1, 6), strict=True):
        assert row.split()[0] == str(number)
        assert float(row.split()[1]) == pytest.approx(cosine, abs=0.002)
        assert row.endswith(f"  {id}")
    assert any(LONG_TITLE in row for row in rows)
    assert any("Ada Berg, Bo Dahl and 2 others" in row for row in rows)
    assert any("7 authors  " in row for row in rows)
    assert any("Some Institute" in row for row in rows)
    assert "\x1b" not in ran.out


def test_table_columns_are_aligned(run: Run, index: Path) -> None:
    header, *rows, _ = run("query", QUESTION, "--index", index).lines
    at = header.index(" id") + 1
    assert all(row[at - 2 : at] == "  " and " " not in row[at:] for row in rows)


def test_json_has_the_documented_shape(run: Run, index: Path) -> None:
    answer = json.loads(run("query", QUESTION, "--index", index, "--json").out)
    assert list(answer) == ["query", "like", "unlike", "mode", "index", "hits", "notes", "standing", "standing_reason"]
    assert (answer["query"], answer["like"], answer["unlike"], answer["mode"]) == (QUESTION, [], [], "hybrid")
    assert answer["index"] == {
        "path": str(index),
        "generation": "generation-000001",
        "papers": PAPERS,
        "model": "tiny",
    }
    expected = cosines(QUESTION)
    assert {hit["id"] for hit in answer["hits"]} == set(expected)
    for rank, hit in enumerate(answer["hits"], start=1):
        names = ["rank", "id", "score", "similarity", "lexical", "duplicate_of", "paper", "matches", "standing"]
        assert list(hit) == names
        assert hit["rank"] == rank
        assert hit["similarity"] == pytest.approx(expected[hit["id"]], abs=0.002)
        assert hit["lexical"] is None or hit["lexical"] > 0
        assert hit["paper"]["id"] == hit["id"]
        assert list(hit["matches"]) == ["title", "abstract"]
    scores = [hit["score"] for hit in answer["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_dense_scores_are_similarities_and_lexical_ones_bm25(run: Run, index: Path) -> None:
    dense = json.loads(run("query", QUESTION, "--index", index, "--json", "--mode", "dense").out)
    assert [hit["id"] for hit in dense["hits"]] == list(cosines(QUESTION))
    assert all(hit["score"] == hit["similarity"] and hit["lexical"] is None for hit in dense["hits"])
    lexical = json.loads(run("query", QUESTION, "--index", index, "--json", "--mode", "lexical").out)
    assert 0 < len(lexical["hits"]) < PAPERS
    assert all(hit["score"] == hit["lexical"] > 0 for hit in lexical["hits"])


def test_json_drops_nothing_of_a_paper(run: Run, index: Path) -> None:
    answer = json.loads(run("query", "glaciers", "--index", index, "--json", "-k", 5).out)
    paper = next(hit["paper"] for hit in answer["hits"] if hit["id"] == "p-ice")
    assert (
        paper
        == Paper(
            id="p-ice",
            title="Glaciers of the north",
            abstract=RECORDS[0]["abstract"],
            authors=("Ada Berg", "Bo Dahl", "Cy Eng", "Di Falk"),
            date="2001",
            venue="Journal of Ice",
            doi="10.1000/ice.1",
        ).as_dict()
    )
    assert paper["year"] == 2001


def test_jsonl_is_the_hits_of_json_one_a_line(run: Run, index: Path) -> None:
    hits = json.loads(run("query", QUESTION, "--index", index, "--json").out)["hits"]
    assert [json.loads(line) for line in run("query", QUESTION, "--index", index, "--jsonl").lines] == hits


def test_tsv_has_a_header_and_whole_values(run: Run, index: Path) -> None:
    rows = list(csv.DictReader(run("query", QUESTION, "--index", index, "--tsv").lines, delimiter="\t"))
    fields = "rank score similarity id title authors venue date doi arxiv_id url standing duplicate_of"
    assert list(rows[0]) == fields.split()
    assert [row["id"] for row in rows] == list(cosines(QUESTION))
    ice = next(row for row in rows if row["id"] == "p-ice")
    assert ice["authors"] == "Ada Berg; Bo Dahl; Cy Eng; Di Falk"
    assert float(ice["similarity"]) == pytest.approx(cosines(QUESTION)["p-ice"], abs=0.002)
    bee = next(row for row in rows if row["id"] == "q-bee")
    assert (bee["arxiv_id"], bee["date"], bee["authors"]) == ("2101.00001", "", "")


def test_ids_are_all_that_is_printed(run: Run, index: Path) -> None:
    assert run("query", QUESTION, "--index", index, "--ids").lines == list(cosines(QUESTION))


def test_k_cuts_and_offset_goes_on_where_it_cut(run: Run, index: Path) -> None:
    expected = list(cosines(QUESTION))
    assert run("query", QUESTION, "--index", index, "--ids", "-k", 2).lines == expected[:2]
    assert run("query", QUESTION, "--index", index, "--ids", "-k", 2, "--offset", 2).lines == expected[2:4]
    assert run("query", QUESTION, "--index", index, "--ids", "-k", 10**9).lines == expected
    assert run("query", QUESTION, "--index", index, "--ids", "--offset", PAPERS).lines == []
    hits = json.loads(run("query", QUESTION, "--index", index, "--json", "--offset", 3).out)["hits"]
    assert [hit["rank"] for hit in hits] == [4, 5]


def test_an_answer_without_hits_is_still_a_table(run: Run, index: Path) -> None:
    ran = run("query", QUESTION, "--index", index, "--offset", 99)
    assert ran.lines[1:] == [f"0 of {PAPERS} papers in {index}"]


@pytest.mark.parametrize(
    "question", ["¿dónde?", "氷河はどこ", "a" * 200_000, "-- ; DROP TABLE papers", "[bold]x[/bold]", "🐝"]
)
def test_any_question_is_answered(run: Run, index: Path, question: str) -> None:
    assert len(run("query", "--index", index, "--ids", "--", question).lines) == PAPERS


@pytest.mark.parametrize("question", ["", "  \t\n", "\ufeff"])
def test_empty_question_is_an_error(run: Run, index: Path, question: str) -> None:
    fails(run("query", question, "--index", index), "the question is empty")


@pytest.mark.parametrize("command", [("query", "x"), ("similar", "p-ice"), ("show", "p-ice")])
@pytest.mark.parametrize("pair", [("--json", "--tsv"), ("--ids", "--jsonl"), ("--json", "--jsonl")])
def test_outputs_exclude_each_other(run: Run, index: Path, command: tuple[str, str], pair: tuple[str, str]) -> None:
    misused(run(*command, "--index", index, *pair), "exclude each other", *pair)


@pytest.mark.parametrize(
    "args",
    [
        ("query",),
        ("query", "x", "-k", "0"),
        ("query", "x", "-k", "many"),
        ("query", "x", "--offset", "-1"),
        ("query", "x", "--nonsense"),
        ("query", "two", "questions"),
        ("similar",),
        ("show",),
        ("rank",),
        ("rank", "q.txt", "--format", "xml"),
        ("build",),
        ("build", "--sample", "papers.jsonl"),
        ("build", "papers.jsonl", "--format", "pdf"),
        ("build", "papers.jsonl", "--seed", "3"),
        ("add", "papers.jsonl", "--limit", "3", "--seed", "3"),
        ("build", "papers.jsonl", "--page-date", "yesterday"),
        ("build", "papers.jsonl", "--page-date", "2026-02-30"),
        ("build", "papers.jsonl", "--page-date", "22.04.2026"),
        ("nonsense",),
    ],
)
def test_misuse_exits_with_2(run: Run, args: tuple[str, ...]) -> None:
    misused(run(*args))


def test_index_comes_from_the_environment(run: Run, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMSEARCH_INDEX", str(index))
    assert run("query", QUESTION, "--ids").lines == list(cosines(QUESTION))
    assert run("show", "p-ice", "--ids").lines == ["p-ice"]
    fails(run("query", QUESTION, "--index", index.parent / "none"), "none")


def test_index_is_looked_for_here(run: Run, index: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    fails(run("query", "x"), "error: index: no such index", "semsearch build")
    (tmp_path / "index").symlink_to(index)
    assert run("query", QUESTION, "--ids").lines == list(cosines(QUESTION))


@pytest.mark.parametrize("command", [("query", "x"), ("similar", "a"), ("show", "a"), ("info",), ("rank", "q.txt")])
def test_no_index_is_an_error(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "q.txt").write_text("x\n")
    command = tuple(part.replace("q.txt", str(tmp_path / "q.txt")) for part in command)
    fails(run(*command, "--index", tmp_path / "none"), "no such index", "semsearch build")
    (tmp_path / "empty").mkdir()
    fails(run(*command, "--index", tmp_path / "empty"), "no index here")
    (tmp_path / "odd" / "CURRENT").mkdir(parents=True)
    fails(run(*command, "--index", tmp_path / "odd"), "CURRENT")
    (tmp_path / "file").touch()
    fails(run(*command, "--index", tmp_path / "file"))


def test_an_error_is_two_lines_whatever_it_is_about(run: Run, index: Path) -> None:
    fails(run("show", "a\nb\rc", "--index", index))
    fails(run("build", "a\nb", "--index", index), "a b: no such file")


# similar


def test_similar_is_the_cosine_of_papers(run: Run, index: Path) -> None:
    record = RECORDS[0]
    expected = cosines(f"{record['title']} {record['abstract']}")
    del expected["p-ice"]
    answer = json.loads(run("similar", "p-ice", "--index", index, "--json", "--mode", "dense").out)
    assert (answer["query"], answer["like"], answer["unlike"]) == (None, ["p-ice"], [])
    assert [hit["id"] for hit in answer["hits"]] == list(expected)
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3, 4]
    for hit in answer["hits"]:
        assert hit["similarity"] == pytest.approx(expected[hit["id"]], abs=0.002)


def test_similar_to_several_takes_their_mean(run: Run, index: Path) -> None:
    vectors = TinyEncoder().encode_queries([f"{r['title']} {r.get('abstract', '')}".strip() for r in RECORDS])
    mean = vectors[:2].mean(axis=0)
    expected = vectors[2:] @ (mean / np.linalg.norm(mean))
    answer = json.loads(run("similar", "10.1000/ice.1", "p-sea", "p-ice", "--index", index, "--json").out)
    assert answer["like"] == ["p-ice", "p-sea"]
    found = {hit["id"]: hit["similarity"] for hit in answer["hits"]}
    assert found == pytest.approx(dict(zip(("q-bee", "q-ant", "r-bare"), expected, strict=True)), abs=0.002)


def test_similar_to_a_text_of_a_file_and_of_standard_input(run: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("The moon\n   pulls the sea.\n")
    expected = list(cosines("The moon pulls the sea."))
    assert run("similar", "--text", tmp_path / "draft.txt", "--index", index, "--ids").lines == expected
    ran = run("similar", "--text", "-", "--index", index, "--ids", stdin=b"The moon pulls\nthe sea.")
    assert ran.lines == expected
    answer = json.loads(run("similar", "--text", "-", "--index", index, "--json", stdin=b"moon").out)
    assert (answer["query"], answer["like"]) == (None, [])


def test_text_in_another_encoding_is_read_as_far_as_it_goes(run: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_bytes("the moon, Grün".encode("latin-1"))
    from_file = run("similar", "--text", tmp_path / "draft.txt", "--index", index)
    from_stdin = run("similar", "--text", "-", "--index", index, stdin="the moon, Grün".encode("latin-1"))
    assert from_file == from_stdin
    assert from_file.code == 0


def test_text_that_cannot_be_used_is_an_error(run: Run, index: Path, tmp_path: Path) -> None:
    fails(run("similar", "--text", tmp_path / "none.txt", "--index", index), "none.txt", "cannot be read")
    fails(run("similar", "--text", tmp_path, "--index", index), "cannot be read")
    fails(run("similar", "--text", "-", "--index", index, stdin=b" \n"), "the text is empty")


# show


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("p-ice", "p-ice"),
        ("10.1000/ice.1", "p-ice"),
        ("https://doi.org/10.1000/ICE.1", "p-ice"),
        ("glaciers  of THE north", "p-ice"),
        ("p-i", "p-ice"),
        ("r", "r-bare"),
        ("2101.00001", "q-bee"),
        ("arXiv:2101.00001v2", "q-bee"),
        (" q-bee ", "q-bee"),
    ],
)
def test_show_finds_a_paper_in_every_way_it_is_named(run: Run, index: Path, name: str, id: str) -> None:
    assert run("show", name, "--index", index, "--ids").lines == [id]


def test_show_prints_every_field_and_folds_nothing(run: Run, index: Path) -> None:
    out = run("show", "p-ice", "q-ant", "--index", index).out
    first, abstract, second, _ = out.split("\n\n")
    assert first.splitlines() == [
        "id            p-ice",
        "title         Glaciers of the north",
        "authors       Ada Berg; Bo Dahl; Cy Eng; Di Falk",
        "venue         Journal of Ice",
        "date          2001",
        "doi           10.1000/ice.1",
    ]
    assert abstract == RECORDS[0]["abstract"]
    assert f"title         {LONG_TITLE}\nauthor count  7\ndate          2020-03-04" in second


def test_show_for_programs(run: Run, index: Path) -> None:
    whole = json.loads(run("show", "p-ice", "q-bee", "--index", index, "--json").out)
    assert [paper["id"] for paper in whole] == ["p-ice", "q-bee"]
    lines = run("show", "p-ice", "q-bee", "--index", index, "--jsonl").lines
    assert [json.loads(line) for line in lines] == whole
    (row,) = csv.DictReader(run("show", "p-ice", "--index", index, "--tsv").lines, delimiter="\t")
    assert (row["id"], row["abstract"]) == ("p-ice", RECORDS[0]["abstract"])


def test_show_of_nothing_known_or_of_too_many(run: Run, index: Path) -> None:
    fails(run("show", "10.1/none", "--index", index), "'10.1/none'")
    fails(run("show", "", "--index", index))
    fails(run("show", "p-", "--index", index), "2 papers fit", "p-ice, p-sea")
    fails(run("show", "p-ice", "nothing", "--index", index), "'nothing'")


# rank


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    (tmp_path / "questions.tsv").write_text(f"q1\t{QUESTION}\nq 2\tbees\n")
    return tmp_path / "questions.tsv"


def test_rank_writes_a_trec_run(run: Run, index: Path, questions: Path) -> None:
    rows = [line.split(" ") for line in run("rank", questions, "--index", index, "-k", 3, "--mode", "dense").lines]
    assert [(row[0], row[1], row[3], row[5]) for row in rows] == [
        (query, "Q0", rank, "semsearch") for query in ("q1", "q%202") for rank in "123"
    ]
    expected = list(cosines(QUESTION).items())[:3]
    for row, (id, cosine) in zip(rows[:3], expected, strict=True):
        assert row[2] == id
        assert float(row[4]) == pytest.approx(cosine, abs=0.002)
    assert [row[2] for row in rows[3:]] == list(cosines("bees"))[:3]


def test_rank_equals_query(run: Run, index: Path, questions: Path) -> None:
    hits = [json.loads(line) for line in run("query", QUESTION, "--index", index, "--jsonl").lines]
    ranked = [json.loads(line) for line in run("rank", questions, "--index", index, "--format", "jsonl").lines]
    names = "query_id query id rank score similarity lexical standing stands_out duplicate_of"
    assert list(ranked[0]) == names.split()
    assert (ranked[0]["query_id"], ranked[0]["query"]) == ("q1", QUESTION)
    names = ("id", "rank", "score", "similarity", "lexical", "duplicate_of")
    assert [[row[name] for name in names] for row in ranked[:PAPERS]] == [[hit[name] for name in names] for hit in hits]


def test_rank_writes_tsv_with_a_header(run: Run, index: Path, questions: Path) -> None:
    rows = list(
        csv.DictReader(
            run("rank", questions, "--index", index, "--format", "tsv", "--mode", "dense").lines, delimiter="\t"
        )
    )
    assert list(rows[0]) == ["query_id", "id", "rank", "score", "similarity", "duplicate_of"]
    assert [row["id"] for row in rows if row["query_id"] == "q1"] == list(cosines(QUESTION))


def test_rank_writes_to_a_file_and_prints_nothing(run: Run, index: Path, questions: Path, tmp_path: Path) -> None:
    expected = run("rank", questions, "--index", index).out
    ran = run("rank", questions, "--index", index, "-o", tmp_path / "run.trec")
    assert ran == Ran(0, "", "")
    assert (tmp_path / "run.trec").read_text() == expected
    assert run("rank", questions, "--index", index, "-o", "-").out == expected
    assert run("rank", questions, "--index", index, "-o", os.devnull).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["questions.tsv", "run.trec"]


def test_rank_reads_standard_input(run: Run, index: Path) -> None:
    ran = run("rank", "-", "--index", index, "-k", 1, stdin=b'{"_id": "a", "text": "bees"}\n')
    assert ran.out.split()[:4] == ["a", "Q0", next(iter(cosines("bees"))), "1"]


def test_rank_that_fails_leaves_the_run_that_was_there(run: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("earlier")
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "text": "bees"}\n{"id": 2}\n')
    fails(run("rank", tmp_path / "bad.jsonl", "--index", index, "-o", tmp_path / "run"), "bad.jsonl:2")
    fails(run("rank", tmp_path / "none", "--index", index, "-o", tmp_path / "run"), "none: cannot be read")
    assert (tmp_path / "run").read_text() == "earlier"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl", "run"]


def test_rank_to_a_place_that_cannot_be_written(run: Run, index: Path, questions: Path, tmp_path: Path) -> None:
    for output in (tmp_path, tmp_path / "none" / "run"):
        fails(run("rank", questions, "--index", index, "-o", output), f"{output}: cannot be written")


def test_rank_of_no_questions_is_an_error(run: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("\n \n")
    fails(run("rank", tmp_path / "empty.txt", "--index", index), "empty.txt: no question")


# info


def test_info_tells_what_is_in_an_index(run: Run, index: Path) -> None:
    ran = run("info", "--index", index)
    assert ran.code == 0
    told = dict(line.split(None, 1) for line in ran.lines if not line.startswith(" "))
    assert told["papers"] == f"{PAPERS} from {PAPERS} entries"
    assert told["corpus"].endswith("papers.jsonl")
    assert told["model"].startswith("tiny (fp32, sum pooling")
    assert told["plan"] == f"exact search over {PAPERS} vectors of 32 dimensions, SQfp16"
    assert told["index"].startswith(str(index / "generation-000001"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", told["built"])
    assert {"papers.db", "vectors.faiss"} <= set(told)
    assert "1 without an abstract, 3 without a year" in ran.out
    assert f"texts up to 50 tokens; 0 of {PAPERS} were longer and cut (0%)" in ran.out


def test_info_in_json_is_the_manifest_and_more(run: Run, index: Path) -> None:
    told = json.loads(run("info", "--index", index, "--json").out)
    manifest = json.loads((index / "generation-000001" / "manifest.json").read_text())
    del manifest["sha256"]  # the seal of the file itself
    assert {name: told[name] for name in manifest} == manifest
    sizes = {part["name"]: part["bytes"] for part in told["files"]}
    assert sizes["vectors.faiss"] == (index / "generation-000001" / "vectors.faiss").stat().st_size
    assert told["bytes"] == sum(sizes.values())
    assert told["path"] == str(index / "generation-000001")
    assert told["cut_share"] == 0


def test_info_tells_the_share_of_cut_texts(run: Run, tmp_path: Path) -> None:
    records = [{"id": "long", "abstract": "word " * 60}, {"id": "short", "abstract": "word"}]
    built = run("build", write_jsonl(tmp_path / "c.jsonl", records), "--index", tmp_path / "ix")
    assert "longer than the 50 tokens that the model reads, and cut: 50% of the texts" in built.lines
    assert "1 of 2 were longer and cut (50%)" in run("info", "--index", tmp_path / "ix").out
    assert json.loads(run("info", "--index", tmp_path / "ix", "--json").out)["cut_share"] == 0.5


# build


def test_build_tells_what_it_did(run: Run, tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "c.jsonl", RECORDS[:2])
    read, index_line, ask = run("build", corpus, "--index", tmp_path / "my index").lines
    assert read == "read 2 entries: 2 papers"
    assert index_line.startswith(f"index: {tmp_path / 'my index' / 'generation-000001'} (")
    assert ask == f"ask:   semsearch query \"...\" --index '{tmp_path / 'my index'}'"


def test_build_into_the_usual_folder_needs_no_index_to_ask(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("build", write_jsonl(tmp_path / "c.jsonl", RECORDS))
    assert ran.lines[-1] == 'ask:   semsearch query "..."'
    assert run("query", QUESTION, "--ids").lines == list(cosines(QUESTION))


def test_build_reads_standard_input(run: Run, tmp_path: Path) -> None:
    data = b'{"id": "a", "title": "A title"}\n'
    assert run("build", "-", "--index", tmp_path / "ix", stdin=data).lines[0].startswith("read 1 entries: 1 papers")
    assert run("show", "a", "--index", tmp_path / "ix", "--ids").lines == ["a"]


def test_build_sample_reads_sixty_papers(run: Run, tmp_path: Path) -> None:
    assert run("build", "--sample", "--index", tmp_path / "ix").lines[0] == "read 60 entries: 60 papers"


def test_skipped_records_are_told_by_reason_and_place(run: Run, tmp_path: Path) -> None:
    good = [f'{{"id": "{letter}", "title": "Paper {letter}"}}' for letter in "abcde"]
    lines = ['{"id": "x"}', "broken", "[1]", *good, '{"id": ]', "nonsense", '{"id"']
    (tmp_path / "c.jsonl").write_text("\n".join(lines) + "\n")
    ran = run("build", tmp_path / "c.jsonl", "--index", tmp_path / "ix")
    place = tmp_path / "c.jsonl"
    expected = [
        f"skipped 4: not valid JSON ({place}:2, {place}:9, {place}:10, ...)",
        f"skipped 1: neither title nor abstract ({place}:1)",
        f"skipped 1: not a JSON object ({place}:3)",
    ]
    assert [line for line in ran.lines if line.startswith("skipped")] == expected
    info = run("info", "--index", tmp_path / "ix").lines
    assert [line for line in info if line.startswith("skipped")] == [
        f"skipped      {line.removeprefix('skipped ')}" for line in expected
    ]
    skipped = json.loads(run("info", "--index", tmp_path / "ix", "--json").out)["skipped"]
    assert skipped[0] == {
        "reason": "not valid JSON",
        "count": 4,
        "places": [f"{place}:2", f"{place}:9", f"{place}:10"],
    }


def test_strict_stops_at_the_first_bad_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").write_text('{"title": "A title"}\n{"id": "x"}\n')
    ran = run("build", tmp_path / "c.jsonl", "--strict", "--index", tmp_path / "ix")
    fails(ran, "c.jsonl:2: neither title nor abstract", "--strict")
    fails(run("info", "--index", tmp_path / "ix"))


def test_require_abstract_drops_and_counts(run: Run, tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "c.jsonl", RECORDS)
    kept = run("build", corpus, "--index", tmp_path / "ix").lines
    assert kept[0] == f"read {PAPERS} entries: {PAPERS} papers, 1 of them without an abstract"
    dropped = run("build", corpus, "--require-abstract", "--strict", "--index", tmp_path / "ix").lines
    assert dropped[:2] == [f"read {PAPERS} entries: {PAPERS - 1} papers", dropped[1]]
    assert dropped[1] == "skipped 1: no abstract (--require-abstract) (r-bare)"
    fails(run("show", "r-bare", "--index", tmp_path / "ix"))


def test_renamed_papers_are_told(run: Run, tmp_path: Path) -> None:
    records = [{"id": "a", "title": title, "abstract": f"About {title}."} for title in ("Rain", "Snow", "Rain")]
    ran = run("build", write_jsonl(tmp_path / "c.jsonl", records), "--index", tmp_path / "ix")
    merged = "merged 1: the same paper as another entry, by DOI, arXiv id, or title and abstract"
    renamed = "ids met again with another text: 1, kept as a~2"
    assert ran.lines[:3] == ["read 3 entries: 2 papers", merged, renamed]
    told = run("info", "--index", tmp_path / "ix").out
    assert "1 under a suffixed id: a~2" in told
    assert merged in told


PAGE = """Daily Papers
byAK and the research community

Robots that learn from films

A robot watches films without labels and learns which action leads from one frame to the next.

• 5 authors
·
Mar 4

An older study of films

Films are older than robots.

account Some Institute
·
Apr 1, 2024 2
"""


def test_page_date_gives_pages_their_year_and_nothing_else_does(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE)
    for options, dates in (
        ((), ["--03-04", "2024-04-01"]),
        (("--page-date", "2026-04-22"), ["2026-03-04", "2024-04-01"]),
        (("--page-date", "2026-01"), ["--03-04", "2024-04-01"]),
    ):
        assert run("build", tmp_path / "page.txt", *options, "--index", tmp_path / "ix").code == 0
        titles = ("Robots that learn from films", "An older study of films")
        papers = json.loads(run("show", *titles, "--index", tmp_path / "ix", "--json").out)
        assert [paper["date"] for paper in papers] == dates
    assert (papers[0]["author_count"], papers[0]["authors"]) == (5, [])
    assert (papers[1]["organization"], papers[1]["comments"]) == ("Some Institute", 2)


def test_format_is_recognised_or_stated(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_text("title\tabstract\nA title\tSome words, and a comma\n")
    assert run("build", tmp_path / "data.txt", "--index", tmp_path / "ix").code == 0
    assert run("build", tmp_path / "data.txt", "--format", "tsv", "--index", tmp_path / "ix").code == 0
    assert run("show", "A title", "--index", tmp_path / "ix").out.endswith("\n\nSome words, and a comma\n")
    fails(run("build", tmp_path / "data.txt", "--format", "jsonl", "--index", tmp_path / "ix"), "not valid JSON")


def test_a_build_that_fails_leaves_the_index_as_it_was(run: Run, tmp_path: Path) -> None:
    index = tmp_path / "ix"
    run("build", write_jsonl(tmp_path / "c.jsonl", RECORDS), "--index", index)
    before = run("query", QUESTION, "--index", index, "--json").out
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "image.jsonl").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    for corpus, told in (
        ("none.jsonl", "no such file"),
        ("*.csv", "no file matches"),
        ("empty.jsonl", "an empty file"),
        ("image.jsonl", "binary data"),
    ):
        fails(run("build", tmp_path / corpus, "--index", index), corpus, told)
    assert run("query", QUESTION, "--index", index, "--json").out == before


def test_build_touches_no_folder_of_another_kind(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    fails(run("build", "--sample", "--index", tmp_path / "mine"), "thesis.tex", "name another --index")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.tex"]


# the whole


def test_no_command_is_a_misuse_that_lists_the_commands(run: Run) -> None:
    ran = run()
    assert ran.code == 2
    for command in ("build", "query", "similar", "rank", "show", "info"):
        assert command in ran.out + ran.err


@pytest.mark.parametrize("command", ["build", "query", "similar", "rank", "show", "info"])
def test_help_of_each_command_has_an_example(run: Run, command: str) -> None:
    ran = run(command, "--help")
    assert ran.code == 0
    assert f"Example: semsearch {command} " in ran.out


def test_version(run: Run) -> None:
    assert run("--version").out == "semsearch 0.1.0\n"


def test_progress_is_off_when_standard_error_is_no_terminal(run: Run, tmp_path: Path) -> None:
    assert run("build", "--sample", "--index", tmp_path / "ix").err == ""


# real processes

ENVIRONMENT = {**os.environ, "COLUMNS": "72", "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parent)}
SEMSEARCH = (sys.executable, "-m", "semsearch")
WITH_TINY_ENCODER = """
import sys, conftest, semsearch.opened, semsearch.build, semsearch.cli
semsearch.opened.encoder_of = lambda *_: conftest.TinyEncoder()
semsearch.build.load_encoder = lambda *_: conftest.TinyEncoder()
sys.argv[0] = "semsearch"
semsearch.cli.main()
"""


def in_terminal(*command: object, output_too: bool = True) -> tuple[int, str, str]:
    """Run a process whose standard error, and output, is a pseudo-terminal: its status, piped output and screen."""
    master, slave = pty.openpty()
    piped = slave if output_too else subprocess.PIPE
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=piped, stderr=slave, env=ENVIRONMENT
    ) as process:
        os.close(slave)
        screen = b""
        try:
            while part := os.read(master, 1 << 16):
                screen += part
        except OSError:  # Linux' way of telling that the other side is closed
            pass
        output = b"" if process.stdout is None else process.stdout.read()
    os.close(master)
    return process.returncode, output.decode(), screen.decode().replace("\r\n", "\n")


def test_table_on_a_terminal_folds_and_is_as_wide_as_that(index: Path) -> None:
    code, _, screen = in_terminal(*SEMSEARCH, "similar", "p-ice", "--index", index)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", screen)
    assert code == 0
    assert screen != plain  # a title is bold
    *table, last = plain.splitlines()
    assert last == f"4 of {PAPERS} papers in {index}"
    assert max(map(len, table)) <= 72
    words = " ".join(plain.split())
    assert LONG_TITLE in words
    assert "7 authors · 2020-03-04 · q-ant" in words
    assert re.search(r"^ ?1 +0\.\d{3} ", plain, re.MULTILINE)


def test_show_on_a_terminal_folds(index: Path) -> None:
    code, _, screen = in_terminal(*SEMSEARCH, "show", "q-ant", "--index", index)
    assert code == 0
    assert max(map(len, screen.splitlines())) <= 72
    assert LONG_TITLE in " ".join(screen.split())


def test_progress_is_drawn_on_a_terminal_and_output_goes_where_it_should(index: Path, tmp_path: Path) -> None:
    tiny = (sys.executable, "-c", WITH_TINY_ENCODER)
    code, output, screen = in_terminal(*tiny, "build", "--sample", "--index", tmp_path / "ix", output_too=False)
    assert code == 0
    assert output.startswith("read 60 entries: 60 papers\n")
    assert "reading papers" in screen
    assert "embedding papers" in screen
    assert "60/60" in screen
    (tmp_path / "q.txt").write_text("bees\n")
    code, output, screen = in_terminal(*tiny, "rank", tmp_path / "q.txt", "--index", index, output_too=False)
    assert code == 0
    assert [line.split()[2] for line in output.splitlines()] == list(cosines("bees"))
    assert "ranking questions" in screen
    code, _, screen = in_terminal(*tiny, "rank", tmp_path / "q.txt", "--index", index)
    assert code == 0
    assert [line.split()[2] for line in screen.splitlines()] == list(cosines("bees"))


@pytest.mark.parametrize("args", [("show", "p-ice"), ("similar", "p-ice", "--json"), ("info",), ("--help",)])
def test_a_reader_that_has_seen_enough_makes_no_noise(index: Path, args: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    where = () if args == ("--help",) else ("--index", str(index))
    ran = subprocess.run(
        [*SEMSEARCH, *args, *where], stdout=writing, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False
    )
    os.close(writing)
    assert ran.stderr == b""
    assert ran.returncode == 1


def test_output_is_utf8_whatever_the_locale_says(index: Path) -> None:
    environment = {**ENVIRONMENT, "PYTHONIOENCODING": "ascii"}
    command = [*SEMSEARCH, "show", "p-sea", "--index", str(index), "--json"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    assert json.loads(ran.stdout.decode())[0]["authors"] == ["Eva Grün"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
def test_a_full_disk_is_an_error_of_two_lines(index: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        command = [*SEMSEARCH, "show", "p-sea", "--index", str(index)]
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=ENVIRONMENT, check=False)
    fails(Ran(ran.returncode, "", ran.stderr.decode()), "standard output")


# modes, filters, why


def test_a_filter_holds_for_query_similar_and_rank(run: Run, index: Path, questions: Path) -> None:
    for command in (("query", QUESTION), ("similar", "--text", questions), ("rank", questions, "--format", "jsonl")):
        output = ("--jsonl",) if command[0] != "rank" else ()
        found = [json.loads(line) for line in run(*command, "--index", index, "--since", "2001", *output).lines]
        assert {row["id"] for row in found} == {"p-ice", "q-ant"}


def test_the_footer_tells_what_has_no_year(run: Run, index: Path) -> None:
    lines = run("query", QUESTION, "--index", index, "--since", "1900").lines
    assert lines[-1] == "3 papers have no year, and pass no filter by date"
    assert run("query", QUESTION, "--index", index, "--since", "1900", "--ids").err.strip() == lines[-1]


@pytest.mark.parametrize("format", ["trec", "jsonl", "tsv"])
def test_rank_tells_what_a_filter_left_out(run: Run, index: Path, questions: Path, format: str) -> None:
    ran = run("rank", questions, "--index", index, "--venue", "Nowhere", "--format", format)
    assert (ran.code, ran.err) == (0, "no paper of the index passes the filter\n")
    assert len(ran.lines) == (format == "tsv")
    ran = run("rank", questions, "--index", index, "--since", "2001", "--format", format)
    assert ran.err == "3 papers have no year, and pass no filter by date\n"


def test_only_the_papers_of_a_corpus_by_their_dois(run: Run, index: Path, tmp_path: Path) -> None:
    records = [
        {"id": "x1", "title": "Ice", "doi": "10.1000/ice.1"},
        {"id": "x2", "title": "Bees", "arxiv": "2101.00001"},
    ]
    corpus = write_jsonl(tmp_path / "mine.jsonl", [*records, {"id": "x3", "title": "Nothing of ours"}])
    ran = run("query", QUESTION, "--index", index, "--only", corpus, "--ids")
    assert sorted(ran.lines) == ["p-ice", "q-bee"]
    assert ran.err == "not in the index, of those to choose from: 1 (x3)\n"


def test_only_the_papers_of_a_file(run: Run, index: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("p-ice\nno such paper\n")
    lines = run("query", QUESTION, "--index", index, "--only", tmp_path / "ids.txt").lines
    assert "p-ice" in lines[1]
    assert lines[2].startswith("1 of")
    assert lines[3] == "not in the index, of those to choose from: 1 (no such paper)"


@pytest.mark.parametrize(
    "bad", [("--since", "soon"), ("--since", "2020", "--until", "2019"), ("--venue", "..."), ("--mode", "bm25")]
)
def test_a_filter_that_is_none_is_a_usage_error(run: Run, index: Path, bad: tuple[str, ...]) -> None:
    answer = run("query", QUESTION, "--index", index, *bad)
    assert answer.code == 2
    assert answer.err
    assert "Traceback" not in answer.err


def test_why_tells_a_sentence_of_each_abstract(run: Run, index: Path) -> None:
    hits = json.loads(run("query", QUESTION, "--index", index, "--json", "--why").out)["hits"]
    told = [hit for hit in hits if hit["paper"]["abstract"]]
    assert told
    for hit in told:
        why = hit["why"]
        assert why["sentence"] == hit["paper"]["abstract"][why["start"] : why["end"]]
        assert -1 <= why["similarity"] <= 1
    assert all("why" not in hit for hit in hits if not hit["paper"]["abstract"])


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_what_a_question_names_comes_first(run: Run, index: Path, mode: str) -> None:
    for name in ("p-ice", "10.1000/ice.1", "https://doi.org/10.1000/ICE.1", "glaciers of the North"):
        hits = json.loads(run("query", name, "--index", index, "--json", "--mode", mode, "-k", 3).out)["hits"]
        assert hits[0]["id"] == "p-ice"
        assert len({hit["id"] for hit in hits}) == len(hits)
        assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
