"""Evaluation: values known by hand and by ir-measures itself, nothing found is 0, and chance against brute force."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable
from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.errors import EvaluationError
from semsearch.evaluate import (
    DEFAULT_MEASURES,
    Evaluation,
    Interval,
    Judgements,
    Run,
    compare,
    depth_of,
    evaluate,
    read_judgements,
    read_run,
    run_of,
)
from semsearch.evaluate.chance import EXACT_QUESTIONS, PairedTest, bootstrap_interval, paired_test
from semsearch.results import RankedPaper, Ranking

JUDGED = Judgements({"q1": {"a": 3, "b": 1, "c": 0}, "q2": {"d": 1, "e": 1}, "q3": {"a": 1}})
FOUND = Run({"q1": ("b", "x", "a"), "q2": ("e", "d"), "q9": ("a",)})

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a text to a file."""

    def written(text: str) -> Path:
        path = tmp_path / "file.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def values(evaluation: Evaluation, measure: str) -> dict[str, float]:
    (score,) = [score for score in evaluation.scores if score.measure == measure]
    return dict(zip(evaluation.questions, score.values, strict=True))


# measures


def test_ndcg_by_hand() -> None:
    found = values(evaluate(FOUND, JUDGED, ["nDCG@10"]), "nDCG@10")
    gained = 1 / math.log2(2) + 3 / math.log2(4)
    best = 3 / math.log2(2) + 1 / math.log2(3)
    assert found == pytest.approx({"q1": gained / best, "q2": 1.0, "q3": 0.0})


def test_other_measures_by_hand() -> None:
    evaluation = evaluate(FOUND, JUDGED, ["RR@10", "P(rel=2)@2", "R@1", "AP"])
    assert values(evaluation, "RR@10") == {"q1": 1.0, "q2": 1.0, "q3": 0.0}
    assert values(evaluation, "P(rel=2)@2") == {"q1": 0.0, "q2": 0.0, "q3": 0.0}
    assert values(evaluation, "R@1") == {"q1": 0.5, "q2": 0.5, "q3": 0.0}
    assert values(evaluation, "AP") == pytest.approx({"q1": (1 + 2 / 3) / 2, "q2": 1.0, "q3": 0.0})


def test_a_question_without_results_counts_as_zero_in_the_mean() -> None:
    (score,) = evaluate(FOUND, JUDGED, ["RR@10"]).scores
    assert score.mean == pytest.approx(2 / 3)
    assert evaluate(Run({}), JUDGED, ["RR@10"]).scores[0].values == (0.0, 0.0, 0.0)
    assert evaluate(Run({"q1": ()}), JUDGED, ["AP"]).scores[0].mean == 0.0


def test_a_question_that_has_no_value_counts_as_zero() -> None:
    found = Run({"q1": ("b", "x", "a"), "q2": ("x", "y")})
    assert values(evaluate(found, JUDGED, ["Accuracy"]), "Accuracy") == {"q1": 0.5, "q2": 0.0, "q3": 0.0}
    with pytest.raises(EvaluationError, match="cannot calculate Accuracy"):
        evaluate(FOUND, JUDGED, ["Accuracy"])


ids = st.sampled_from([f"p{number}" for number in range(12)])
runs = st.dictionaries(st.sampled_from("123456"), st.lists(ids, unique=True, max_size=12), max_size=6)
judgements = st.dictionaries(
    st.sampled_from("12345"), st.dictionaries(ids, st.integers(-1, 3), min_size=1, max_size=6), min_size=1
)


@settings(max_examples=40, deadline=None)
@given(runs, judgements)
def test_values_are_those_of_ir_measures(found: dict[str, list[str]], grades: dict[str, dict[str, int]]) -> None:
    names = ["nDCG@5", "R@3", "AP", "RR", "P(rel=2)@5", "Bpref", "Judged@4"]
    run = Run({question: tuple(papers) for question, papers in found.items()})
    evaluation = evaluate(run, Judgements(grades), names)
    scored = {
        q: {id: 1.0 / place for place, id in enumerate(each, 1)} for q, each in found.items() if q in grades and each
    }
    calculated = ir_measures.calc([ir_measures.parse_measure(name) for name in names], grades, scored)
    for metric in calculated.per_query:
        assert values(evaluation, str(metric.measure))[metric.query_id] == pytest.approx(metric.value)
    for score in evaluation.scores:
        assert score.mean == pytest.approx(calculated.aggregated[ir_measures.parse_measure(score.measure)])
        assert score.interval.low - 1e-9 <= score.mean <= score.interval.high + 1e-9


def test_the_order_of_the_run_counts_and_not_the_ids() -> None:
    forwards = evaluate(Run({"q1": ("a", "x")}), JUDGED.of(["q1"]), ["P@1"])
    backwards = evaluate(Run({"q1": ("x", "a")}), JUDGED.of(["q1"]), ["P@1"])
    assert (forwards.scores[0].mean, backwards.scores[0].mean) == (1.0, 0.0)


def test_a_measure_is_named_as_ir_measures_writes_it_and_counted_once() -> None:
    evaluation = evaluate(FOUND, JUDGED, [" nDCG@10", "nDCG(cutoff=10)", "MAP"])
    assert [score.measure for score in evaluation.scores] == ["nDCG@10", "AP"]


@pytest.mark.parametrize(
    ("wrong", "parts"),
    [
        ("ndcg@10", ("'ndcg@10'", "did you mean nDCG?")),
        ("Recal@10", ("'Recal@10'", "did you mean R?")),
        ("nDCG@x", ("'nDCG@x'",)),
        ("nDCG(depth=10)", ("'nDCG(depth=10)'",)),
        ("nDCG@10 AP", ("'nDCG@10 AP'",)),
        ("P@0", ("at least 1",)),
        ("P@-3", ("P@-3",)),
        ("P@99999999999", ("cutoff",)),
        ("R", ("cutoff",)),
        ("RBP@5", ("Unsupported",)),
        ("", ("''",)),
        ("__import__('os')", ("__import__",)),
    ],
)
def test_what_is_no_measure_is_told(wrong: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(EvaluationError) as told:
        evaluate(FOUND, JUDGED, [wrong])
    assert "nDCG@10" in told.value.hint
    assert "object at" not in told.value.message
    for part in parts:
        assert part in told.value.message + told.value.hint


def test_without_ir_measures_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(EvaluationError) as told:
        evaluate(FOUND, JUDGED)
    assert told.value.hint == 'pip install "semsearch[eval]"'


def test_depth_is_the_largest_cutoff() -> None:
    assert depth_of(DEFAULT_MEASURES) == 100
    assert depth_of(["P@5"]) == 5
    assert depth_of(["P@5", "AP"]) == 1000
    assert depth_of(["R@3000", "AP"]) == 3000
    assert depth_of(["IPrec@0.1"]) == 1000


def test_nothing_judged_is_an_error() -> None:
    with pytest.raises(EvaluationError, match="no question was judged"):
        evaluate(FOUND, JUDGED.of(["q7"]))


# judgements and runs


def test_trec_and_tsv_judgements_are_told_apart(write: Write) -> None:
    expected = {"q1": {"a": 2, "b": 0}, "q2": {"a": -1}}
    trec = "q1 0 a 2\n\nq1\tQ0  b 0\nq2 0 a -1\n"
    tsv = "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\nq2\ta\t-1\n"
    for text in (trec, tsv, "\ufeff" + tsv, tsv.replace("\n", "\r\n"), tsv.replace("query-id", "Query_ID")):
        assert read_judgements(write(text)).grades == expected


def test_ids_are_as_an_index_writes_them(write: Write) -> None:
    found = read_judgements(write("query-id\tcorpus-id\tscore\nmy question\tmy paper\t1\n"))
    assert found.grades == {"my%20question": {"my%20paper": 1}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file.txt: no judgement"),
        ("query-id\tcorpus-id\tscore\n", "file.txt: no judgement"),
        ("q1 0 a 1\nq1 0 b\n", "file.txt:2: 3 columns"),
        ("q1\ta\t1\n", "file.txt:1: 3 columns"),
        ("q1 0 a 1.5\n", "file.txt:1: the grade is '1.5'"),
        ("query-id\tcorpus-id\tscore\nq1\ta\n", "file.txt:2: 2 columns"),
        ("query-id\tcorpus-id\tscore\nq1\t\t1\n", "file.txt:2: 3 columns"),
        ("q1 Q0 a 1 0.5 tag\n", "file.txt:1: 6 columns"),
        ("q1 0 a 1\nq1 0 a 2\n", "file.txt:2: a was judged before"),
    ],
)
def test_bad_judgements_are_told_by_line(write: Write, text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as told:
        read_judgements(write(text))
    assert message in told.value.message


def test_the_same_judgement_twice_is_one(write: Write) -> None:
    assert read_judgements(write("q1 0 a 1\nq1 0 a 1\n")).grades == {"q1": {"a": 1}}


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"q1 0 \xff 1\n")
    for read in (read_judgements, read_run):
        with pytest.raises(EvaluationError, match="cannot be read"):
            read(tmp_path / "none")
        with pytest.raises(EvaluationError, match="UTF-8"):
            read(tmp_path / "bytes")


def test_merged_papers_count_once_with_the_higher_grade() -> None:
    named = JUDGED.named({"b": "a", "e": "d", "x": "y"})
    assert named.grades == {"q1": {"a": 3, "c": 0}, "q2": {"d": 1}, "q3": {"a": 1}}
    assert Judgements({"q": {"a": 0, "b": 2}}).named({"b": "a"}).grades == {"q": {"a": 2}}
    assert Judgements({"q": {"a": 1, "b": -1}}).named({"b": "a"}).grades == {"q": {"a": 1}}
    assert FOUND.named({"b": "a"}).papers["q1"] == ("a", "x")
    assert JUDGED.papers == {"a", "b", "c", "d", "e"}


def test_judgements_of_some_questions_keep_their_order() -> None:
    assert list(JUDGED.of(["q3", "none", "q1"]).grades) == ["q3", "q1"]


def test_a_run_is_ordered_by_score_then_rank(write: Write) -> None:
    text = "q1 Q0 a 1 0.5 t\nq1 Q0 b 3 0.7 t\nq1 Q0 c 2 0.7 t\nq2 Q0 my%20paper 1 -1e3 t\n"
    run = read_run(write(text))
    assert run.papers == {"q1": ("c", "b", "a"), "q2": ("my%20paper",)}
    assert run.names == {"a", "b", "c", "my%20paper"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "file.txt: an empty run"),
        ("q1 0 a 1\n", "file.txt:1: 4 columns"),
        ("q1 Q0 a 1 high t\n", "file.txt:1: the rank is '1' and the score 'high'"),
        ("q1 Q0 a first 0.1 t\n", "file.txt:1: the rank is 'first'"),
        ("q1 Q0 a 1 nan t\n", "file.txt:1: the rank is '1' and the score 'nan'"),
        ("q1 Q0 a 1 1 t\nq1 Q0 a 2 1 t\n", "file.txt:2: a was found before"),
    ],
)
def test_bad_runs_are_told_by_line(write: Write, text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as told:
        read_run(write(text))
    assert message in told.value.message


def test_rankings_become_a_run() -> None:
    rankings = [
        Ranking("q1", "?", (RankedPaper("a", 1, 0.9, 0.9), RankedPaper("b", 2, 0.9, 0.9))),
        Ranking("2", "?", ()),
    ]
    assert run_of(rankings).papers == {"q1": ("a", "b"), "2": ()}


# chance


def brute_force(differences: list[float]) -> float:
    """The share of all signs whose sum is as far from 0."""
    sums = [
        abs(math.fsum(sign * value for sign, value in zip(signs, differences, strict=True)))
        for signs in itertools.product((-1, 1), repeat=len(differences))
    ]
    return sum(total >= abs(math.fsum(differences)) - 1e-9 for total in sums) / len(sums)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-8, 8).map(lambda number: number / 8), min_size=1, max_size=9))
def test_few_questions_are_tested_exactly(differences: list[float]) -> None:
    test = paired_test(np.array(differences))
    assert test.exact
    assert test.p == pytest.approx(brute_force(differences))


def test_many_questions_are_tested_by_drawing() -> None:
    random = np.random.default_rng(5)
    differences = random.normal(0.15, 0.3, EXACT_QUESTIONS + 1)
    drawn = paired_test(differences)
    numbers = np.arange(1 << len(differences))
    signs = (numbers[:, None] >> np.arange(len(differences)) & 1) * 2.0 - 1.0
    expected = float(np.mean(np.abs(signs @ differences) >= abs(differences.sum()) - 1e-9))
    assert not drawn.exact
    assert 0.01 < expected < 0.5
    assert drawn.p == pytest.approx(expected, abs=0.005)
    assert paired_test(differences) == paired_test(-differences) == drawn


def test_the_test_knows_what_is_sure_and_what_is_not() -> None:
    assert paired_test(np.zeros(5)) == PairedTest(1.0, exact=True)
    assert paired_test(np.full(100, 0.1)).p == pytest.approx(1 / 100_001)
    assert paired_test(np.array([0.3] * 5)).p == 2 / 32
    assert paired_test(np.array([0.3] * 5 + [0.0] * 200)).p == 2 / 32


def test_the_interval_is_that_of_the_mean_and_always_the_same() -> None:
    sample = np.random.default_rng(3).normal(0.5, 0.2, 400)
    interval = bootstrap_interval(sample)
    error = sample.std() / math.sqrt(len(sample))
    assert interval == bootstrap_interval(sample)
    assert interval.low == pytest.approx(sample.mean() - 1.96 * error, abs=0.1 * error)
    assert interval.high == pytest.approx(sample.mean() + 1.96 * error, abs=0.1 * error)
    assert bootstrap_interval(np.array([0.25])) == Interval(0.25, 0.25)


def test_the_interval_of_two_questions_by_hand() -> None:
    """A mean of two draws is 0, 0.5 or 1, with the chances 1/4, 1/2, 1/4."""
    assert bootstrap_interval(np.array([0.0, 1.0])) == Interval(0.0, 1.0)


def test_a_comparison_by_hand() -> None:
    first, second = (
        evaluate(run, JUDGED, ["RR@10", "P@1"]) for run in (FOUND, Run({"q1": ("x", "b"), "q2": ("d",), "q3": ("a",)}))
    )
    reciprocal, precision = compare(first, second)
    assert reciprocal.measure == "RR@10"
    assert reciprocal.difference == pytest.approx((0.5 + 0 - 1) / 3)
    assert (reciprocal.wins, reciprocal.ties, reciprocal.losses) == (1, 1, 1)
    assert reciprocal.test.p == pytest.approx(brute_force([0.5, 0, -1]))
    assert (precision.wins, precision.ties, precision.losses) == (1, 1, 1)
    assert -1 <= reciprocal.interval.low <= reciprocal.difference <= reciprocal.interval.high <= 0.5


def test_only_the_same_questions_and_measures_are_compared() -> None:
    whole = evaluate(FOUND, JUDGED, ["P@1"])
    for other in (evaluate(FOUND, JUDGED.of(["q1"]), ["P@1"]), evaluate(FOUND, JUDGED, ["P@2"])):
        with pytest.raises(EvaluationError, match="other questions or measures"):
            compare(whole, other)
