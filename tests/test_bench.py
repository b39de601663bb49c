"""The benchmark's harness on a small index: a summary for each part, sets of any name, and docs/ left alone."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import write_jsonl
from tiny_models import save_model

from semsearch.build import build_index
from semsearch.encoders.export import export
from semsearch.encoders.models import find_model
from semsearch.encoders.onnx import OnnxEncoder

pytest.importorskip("bench", reason="the benchmark is part of a checkout, and of nothing else")
from bench import __main__ as bench_main
from bench import filters, memory, quality, rank, rate, read, results, tables
from bench.answers.duplicates import wilson
from bench.inputs import Inputs, SkippedError


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Inputs:
    """A small index and corpus; results go elsewhere than into the repository."""
    (tmp_path / "onnx").mkdir()
    export(find_model(str(save_model(tmp_path / "model"))), "int8", tmp_path / "onnx")
    papers = [{"id": word, "title": word, "abstract": f"The {word} learns."} for word in ("whale", "seal", "gull")]
    corpus = write_jsonl(tmp_path / "p.jsonl", papers)
    build_index(corpus, tmp_path / "index", model=OnnxEncoder.open(tmp_path / "onnx"))
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    return Inputs(tmp_path / "index", corpus, tmp_path / "none", tmp_path / "eval", 3, 2, 2)


def test_rank_memory_and_rate_end_with_what_they_found(
    inputs: Inputs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rank.run(inputs)
    assert capsys.readouterr().out.splitlines()[-1].startswith("rank: ")
    if sys.platform == "linux":
        memory.run(inputs)
        assert " MB on disk, " in capsys.readouterr().out.splitlines()[-1]
    monkeypatch.setattr(rate, "encoder_folder", lambda *_: tmp_path / "onnx")
    monkeypatch.setattr(rate, "txtai_python", lambda: None)
    monkeypatch.setattr(rate, "_alternate", lambda commands, _: {name: [0.5, 0.5] for name in commands})
    rate.run(inputs)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "rate: semsearch int8 6.0 abstracts/s, 1.00 times sentence-transformers"
    assert len(lines) == 3
    assert json.loads((tmp_path / "results" / "rate.json").read_text())["abstracts"] == 3


def test_filters_are_those_of_the_papers_and_each_is_asked_in_every_mode(
    tmp_path: Path, inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "_NAMED", (2, 5))
    papers = [
        {"id": f"p{n}", "title": f"Whale {n}", "venue": "ACL" if n else "ICRA", "year": 2000 + n, "authors": ["Ann Bo"]}
        for n in range(4)
    ]
    corpus = write_jsonl(tmp_path / "q.jsonl", papers)
    build_index(corpus, tmp_path / "other", model=OnnxEncoder.open(tmp_path / "onnx"))
    filters.run(replace(inputs, index=tmp_path / "other"))
    measured = json.loads((tmp_path / "results" / "filters.json").read_text())
    assert {each["filter"]: each["papers"] for each in measured["filters"]} == {
        "since 2002": 2,
        "year 2002": 1,
        "venue ICRA": 1,
        "author Ann Bo": 4,
        "venue ICRA, since 2002": 0,
        "only 2 ids": 2,
    }
    for each in measured["filters"]:
        assert list(each["adds_ms"]) == ["hybrid", "dense", "lexical"]
        assert all(list(mode) == ["without", "first", "again"] for mode in each["adds_ms"].values())
    most = max(mode["again"] for each in measured["filters"] for mode in each["adds_ms"].values())
    assert measured["most_ms"]["again"] == most
    lines = tables._filters(measured).splitlines()
    assert lines[2] == "| filter | papers that pass | hybrid | dense | lexical |"
    assert lines[-1].startswith("| without a filter | 4 |")


def test_reading_is_measured_in_every_form_of_the_corpus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path / "results")
    monkeypatch.setattr(read, "_ROUNDS", 1)
    ran: list[str] = []
    whole = read.whole
    monkeypatch.setattr(read, "whole", lambda command: ran.append(command[-1].name) or whole(command))
    corpus = write_jsonl(tmp_path / "many.jsonl", [{"title": f"T{n}", "authors": ["Ada"]} for n in range(20)])
    inputs = Inputs(tmp_path / "none", corpus, tmp_path / "none", tmp_path / "none", 3, 2, 2)
    read.run(inputs)
    measured = json.loads((tmp_path / "results" / "read.json").read_text())
    assert measured["papers"] == 20
    assert list(measured["formats"]) == ["JSON lines", "JSON lines in gzip", "Parquet"]
    assert ran == [f"{part}.{kind}" for kind in ("jsonl", "jsonl.gz", "parquet") for part in ("tenth", "all")]
    assert all(each["peak_mb"] > 5 for each in measured["formats"].values())
    assert capsys.readouterr().out.count("papers/s of CPU") == 3
    assert tables._read(measured).splitlines()[-1].startswith("| Parquet | 0 MB | ")
    with pytest.raises(SkippedError, match="no corpus at"):
        read.run(replace(inputs, corpus=tmp_path / "none"))


@pytest.mark.parametrize("parts", [["rank"], ["rank", "docs"], ["docs"]])
def test_only_docs_writes_the_docs(parts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    plots = pytest.importorskip("bench.plots", exc_type=ImportError)
    monkeypatch.setitem(bench_main._PARTS, "rank", lambda _: done.append("rank"))
    monkeypatch.setattr(tables, "write", lambda: done.append("docs"))
    monkeypatch.setattr(plots, "draw", lambda: None)
    monkeypatch.setattr(sys, "argv", ["bench", *parts])
    bench_main.main()
    assert done == parts


def test_any_folder_with_the_three_files_is_an_evaluation_set(
    inputs: Inputs, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ir_measures")
    ours = inputs.eval_sets / "our own"
    with pytest.raises(SkippedError, match=r"no corpus\.jsonl, queries\.jsonl, qrels\.tsv in"):
        quality.run(inputs)
    ours.mkdir(parents=True)
    (inputs.eval_sets / "other").mkdir()
    for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        (ours / name).write_text("")
    asked: list[Any] = []
    monkeypatch.setattr(quality, "_ndcg", lambda folder, precision: asked.append((folder.name, precision)) or 0.5)
    monkeypatch.setattr(quality, "_judgements", lambda _: {"q": {}})
    for place in (inputs.eval_sets, ours):
        quality.run(replace(inputs, eval_sets=place))
    assert asked == [("our own", "fp32"), ("our own", "int8")] * 2
    assert "our own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("part", "whole", "interval"), [(36, 46, (0.6443, 0.8774)), (20, 20, (0.8389, 1.0)), (0, 10, (0.0, 0.2775))]
)
def test_intervals_of_shares(part: int, whole: int, interval: tuple[float, float]) -> None:
    assert wilson(part, whole) == pytest.approx(interval, abs=2e-4)
