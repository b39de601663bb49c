"""semsearch eval, called as a user calls it: numbers that ir-measures confirms, what is left out, and its errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from conftest import TinyEncoder, write_jsonl

import semsearch
from semsearch import cli
from semsearch.evaluate import DEFAULT_MEASURES
from semsearch.questions import Question

TOPICS = {"whale": "whales sing in the deep sea", "ice": "glaciers carve valleys of stone", "bee": "bees read the sun"}
RECORDS: list[dict[str, Any]] = [
    {"id": f"{name}-{number}", "title": f"{name} {number}", "abstract": f"{text} {'again ' * number}and also {name}s"}
    for name, text in TOPICS.items()
    for number in range(1, 5)
]
TWIN = {"id": "whale-1-preprint", "title": RECORDS[0]["title"], "abstract": RECORDS[0]["abstract"]}
QUESTIONS = [{"_id": name, "text": text} for name, text in TOPICS.items()] + [{"_id": "extra", "text": "what else?"}]
QRELS = {
    "whale": {"whale-1-preprint": 2, "whale-2": 1, "lost": 1},
    "ice": {"ice-3": 1, "bee-1": 0},
    "bee": {"whale-4": 1, "bee-2": 2},
    "never-asked": {"bee-1": 1},
}
MERGED = {**QRELS, "whale": {"whale-1": 2, "whale-2": 1, "lost": 1}}


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert (self.code, self.err) == (0, "")
        return json.loads(self.out)


Run = Callable[..., Ran]


def called(capsys: pytest.CaptureFixture[str] | None, *args: object) -> Ran:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["semsearch", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return Ran(int(ended.value.code or 0), *(capsys.readouterr() if capsys else ("", "")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with an index, another index, questions and judgements."""
    folder = tmp_path_factory.mktemp("eval")
    with pytest.MonkeyPatch.context() as patch:
        encoder = TinyEncoder()
        patch.setattr("semsearch.build.load_encoder", lambda *_: encoder)
        patch.setattr("semsearch.opened.encoder_of", lambda *_: encoder)
        patch.delenv("SEMSEARCH_INDEX", raising=False)
        for name, records in (("index", [*RECORDS, TWIN]), ("half", RECORDS[::2])):
            semsearch.build_index(write_jsonl(folder / f"{name}.jsonl", records), folder / name)
        write_jsonl(folder / "questions.jsonl", QUESTIONS)
        lines = [(question, paper, grade) for question, grades in QRELS.items() for paper, grade in grades.items()]
        (folder / "qrels.txt").write_text("".join(f"{q} 0 {paper} {grade}\n" for q, paper, grade in lines))
        tabbed = "".join(f"{q}\t{paper}\t{grade}\n" for q, paper, grade in lines)
        (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + tabbed)
        for mode in ("hybrid", "dense", "lexical"):
            with semsearch.open_index(folder / "index") as index, (folder / f"{mode}.run").open("w") as file:
                for ranking in index.rank([Question(q["_id"], q["text"]) for q in QUESTIONS], 12, mode=mode):
                    for paper in ranking.papers:
                        file.write(f"{ranking.query_id} Q0 {paper.id} {paper.rank} {-paper.rank} test\n")
        yield folder


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Calls `semsearch eval ARGS` in the folder, over its questions and judgements."""
    monkeypatch.chdir(home)
    capsys.readouterr()
    return lambda *args: called(capsys, "eval", *args)


FILES = ("questions.jsonl", "qrels.txt")


def expected(home: Path, run: str, measure: str, left_out: tuple[str, ...] = ("never-asked",)) -> dict[str, float]:
    """Each question's value by ir-measures, of a run in a file, with the judgements under the ids of the index."""
    qrels = {question: grades for question, grades in MERGED.items() if question not in left_out}
    found = list(ir_measures.read_trec_run(str(home / run)))
    metrics = ir_measures.iter_calc([ir_measures.parse_measure(measure)], qrels, found)
    return {metric.query_id: float(metric.value) for metric in metrics if metric.query_id in qrels}


def test_json_has_every_number(run: Run, home: Path) -> None:
    found = run(*FILES, "-m", "nDCG@10", "-m", "P(rel=2)@2", "--json", "--per-question").json
    assert (found["questions"], found["without_judgements"], found["judged_but_not_asked"]) == (3, 1, 1)
    assert (found["depth"], found["against"], found["comparison"]) == (10, None, [])
    own = found["run"]
    assert (own["name"], own["index"], own["mode"], own["without_results"]) == ("hybrid", "index", "hybrid", 0)
    assert (own["judged_papers"], own["judged_papers_not_in_index"]) == (7, 1)
    for score, name in zip(own["measures"], ("nDCG@10", "P(rel=2)@2"), strict=True):
        values = expected(home, "hybrid.run", name)
        assert score["measure"] == name
        assert score["values"] == pytest.approx(values)
        assert score["mean"] == pytest.approx(sum(values.values()) / 3)
        assert score["low"] <= score["mean"] <= score["high"]


def test_per_question_values_only_where_asked(run: Run) -> None:
    assert "values" not in run(*FILES, "--json").json["run"]["measures"][0]


def test_both_layouts_of_judgements_give_the_same(run: Run) -> None:
    assert run("questions.jsonl", "qrels.tsv", "--json").json == run(*FILES, "--json").json


def test_default_measures_and_how_deep_they_look(run: Run) -> None:
    found = run(*FILES, "--json").json
    assert tuple(score["measure"] for score in found["run"]["measures"]) == DEFAULT_MEASURES
    assert found["depth"] == 100
    assert run(*FILES, "-m", "AP", "--json").json["depth"] == 1000


def test_a_smaller_k_cuts_the_run_and_says_so(run: Run, home: Path) -> None:
    found = run(*FILES, "-m", "R@10", "-k", 1, "--json", "--per-question").json
    assert found["run"]["measures"][0]["values"] == pytest.approx(expected(home, "hybrid.run", "R@1"))
    assert "values are those of runs cut at 1\n" in run(*FILES, "-m", "R@10", "-k", 1).out


@pytest.mark.parametrize("mode", ["dense", "lexical"])
def test_mode_is_how_questions_are_answered(run: Run, home: Path, mode: str) -> None:
    found = run(*FILES, "--mode", mode, "-m", "AP", "--json", "--per-question").json
    assert found["run"]["measures"][0]["values"] == pytest.approx(expected(home, f"{mode}.run", "AP"))


@pytest.mark.parametrize("other", ["lexical", "lexical.run"])
def test_against_a_mode_or_its_run(run: Run, home: Path, other: str) -> None:
    found = run(*FILES, "-m", "AP", "--mode", "dense", "--against", other, "--json", "--per-question").json
    first, second = expected(home, "dense.run", "AP"), expected(home, "lexical.run", "AP")
    differences = [first[question] - second[question] for question in ("whale", "ice", "bee")]
    (comparison,) = found["comparison"]
    assert found["against"]["measures"][0]["values"] == pytest.approx(second)
    assert comparison["difference"] == pytest.approx(sum(differences) / 3)
    assert (comparison["wins"], comparison["losses"]) == (
        sum(each > 0 for each in differences), sum(each < 0 for each in differences),
    )  # fmt: skip
    assert comparison["wins"] + comparison["ties"] + comparison["losses"] == 3
    assert comparison["exact"]


def test_against_another_index_counts_its_missing_papers(run: Run) -> None:
    found = run(*FILES, "--against", "half", "--json").json
    assert (found["against"]["index"], found["against"]["mode"]) == ("half", "hybrid")
    assert found["run"]["judged_papers_not_in_index"] == 1
    assert found["against"]["judged_papers_not_in_index"] == 5  # the preprint, whale-2, whale-4, bee-2, lost
    table = run(*FILES, "--against", "half").out
    assert "not in index: 1 of 7 judged papers, counted as not found\n" in table
    assert "not in half: 5 of 7 judged papers, counted as not found\n" in table


def test_a_run_is_measured_instead_of_asking(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semsearch.search.open_index", None)
    found = run(*FILES, "-m", "AP", "--run", "dense.run", "--json", "--per-question").json
    assert found["run"]["measures"][0]["values"] == pytest.approx(expected(home, "dense.run", "AP"))
    assert (found["run"]["name"], found["run"]["mode"]) == ("dense.run", None)


def test_a_run_needs_no_index(run: Run) -> None:
    found = run(*FILES, "--run", "dense.run", "--index", "none", "--json").json
    assert (found["run"]["index"], found["run"]["judged_papers_not_in_index"]) == (None, None)


def test_questions_without_results_count_as_zero_and_are_told(run: Run, home: Path) -> None:
    (home / "short.run").write_text("ice Q0 ice-3 1 1 t\nnobody Q0 x 1 1 t\n")
    ran = run(*FILES, "-m", "RR", "--run", "short.run", "--per-question")
    assert "short.run: 2 questions without results, counted as 0\n" in ran.out
    rows = [line.split() for line in ran.out.splitlines()]
    assert ["RR", "0.3333", "0.0000", "to", "1.0000"] in rows
    assert ["ice", "1.0000"] in rows
    assert ["bee", "0.0000"] in rows


def test_table_is_aligned_and_tells_how_it_was_made(run: Run) -> None:
    ran = run(*FILES, "--against", "dense")
    assert (ran.code, ran.err) == (0, "")
    head, *rows = ran.out.split("\n\n")[0].splitlines()
    assert head.split()[:2] == ["measure", "hybrid"]
    assert head.split()[-4:] == ["p", "better", "same", "worse"]
    assert [row.split()[0] for row in rows] == list(DEFAULT_MEASURES)
    assert {len(line) for line in (head, *rows)} == {len(head)}
    notes = ran.out.split("\n\n")[1]
    assert notes.startswith("3 questions, 100 papers asked for each\nleft out: 1 question without judgements\n")
    assert "left out: 1 judged question not in the file of questions\n" in notes
    assert "intervals: percentile bootstrap over the questions, 10,000 resamples, seeded\n" in notes
    assert (
        notes.rstrip().splitlines()[-1].startswith("p: two-sided paired randomisation test over the questions (all 2^")
    )


def test_an_answer_against_itself_differs_nowhere(run: Run) -> None:
    (comparison,) = run(*FILES, "-m", "AP", "--against", "hybrid", "--json").json["comparison"]
    assert (comparison["difference"], comparison["p"], comparison["ties"]) == (0.0, 1.0, 3)


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        ((*FILES, "-m", "ndcg@10"), ("'ndcg@10' is no measure", "did you mean nDCG?")),
        ((*FILES, "--against", "sparse"), ("'sparse': expected hybrid, dense, lexical, the folder of an index",)),
        ((*FILES, "--against", ""), ("'': expected hybrid, dense, lexical, the folder of an index",)),
        ((*FILES, "--index", "none"), ("none",)),
        ((*FILES, "--run", "none.run"), ("none.run: cannot be read",)),
        (("none.jsonl", "qrels.txt"), ("none.jsonl: cannot be read",)),
        (("questions.jsonl", "none.txt"), ("none.txt: cannot be read",)),
        (("questions.jsonl", "dense.run"), ("dense.run:1: 6 columns", "after --run")),
        (("dense.run", "qrels.txt"), ("qrels.txt: none of the",)),
    ],
)
def test_errors_are_two_lines(run: Run, args: tuple[str, ...], parts: tuple[str, ...]) -> None:
    ran = run(*args)
    assert (ran.code, ran.out) == (1, "")
    error, hint = ran.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    for part in parts:
        assert part in ran.err


def test_a_mistaken_measure_is_told_before_anything_is_asked(run: Run) -> None:
    assert "no measure" in run("none.jsonl", "none.txt", "-m", "foo", "--index", "none").err


def test_without_the_extra_the_error_names_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    ran = run(*FILES)
    assert ran.code == 1
    assert 'hint: pip install "semsearch[eval]"' in ran.err
