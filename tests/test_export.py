"""The export to ONNX: small random models against sentence-transformers, the cache, and models that have none."""

from __future__ import annotations

import errno
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from conftest import write_jsonl
from onnx import load
from tiny_models import ARCHITECTURES, HIDDEN, LETTERS, MAX_TOKENS, VOCABULARY, reference, save_model

from semsearch.build import build_index
from semsearch.cli import app, run
from semsearch.encoders import Encoder, Precision, load_encoder
from semsearch.encoders import export as export_module
from semsearch.encoders.export import NotExportableError, export, exported
from semsearch.encoders.graph import write_graph
from semsearch.encoders.identity import DESCRIPTION, ENCODER_FILES, MODEL
from semsearch.encoders.models import find_model
from semsearch.encoders.onnx import OnnxEncoder, session_options
from semsearch.encoders.sentence import SentenceEncoder
from semsearch.errors import EncoderError
from semsearch.search import SearchIndex

TEXTS = [
    "whale", "The seal learns to walk.", "", "é zebra ß 海岸", "ocean " * (MAX_TOKENS - 2), "ocean " * (MAX_TOKENS - 1),
    "warm water carries heat north, while the deep ocean returns it slowly. " * 3, " ".join(VOCABULARY[5:40]),
]  # fmt: skip
LEAST: dict[Precision, float] = {"fp32": 0.9999, "int8": 0.995}
"""Cosine of each text; int8: 0.9999 and more is usual here, and 0.995 is the mean of the default model."""


def onnx(model: Path, precision: Precision = "fp32") -> OnnxEncoder:
    target = model.with_name(f"{model.name}-{precision}")
    target.mkdir()
    export(find_model(str(model)), precision, target)
    assert sorted(path.name for path in target.iterdir()) == sorted(ENCODER_FILES)
    return OnnxEncoder.open(target)


def assert_same(encoder: Encoder, model: Path, query_prompt: str = "", document_prompt: str = "") -> None:
    source = reference(model)
    for prompt, vectors in (
        (query_prompt, encoder.encode_queries(TEXTS)),
        (document_prompt, encoder.encode_documents(TEXTS).vectors),
    ):
        expected = source.encode([prompt + text for text in TEXTS], prompt="", normalize_embeddings=True)
        cosines = np.sum(expected * vectors, axis=1)
        assert cosines.min() > LEAST[encoder.identity.precision], cosines
        assert (expected @ expected.T).min() < 0.97  # texts differ: the cosines say something
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("architecture", "precision"),
    [*((name, "fp32") for name in ARCHITECTURES), ("bert", "int8"), ("modernbert", "int8")],
)
def test_an_architecture_gives_the_vectors_of_sentence_transformers(
    architecture: str, precision: Precision, tmp_path: Path
) -> None:
    model = save_model(tmp_path / "model", architecture)
    made = onnx(model, precision)
    assert_same(made, model)
    theirs = SentenceEncoder(find_model(str(model)))
    cut = theirs.encode_documents(TEXTS).cut.tolist()
    assert made.encode_documents(TEXTS).cut.tolist() == cut
    assert cut[4:6] == [False, True]
    assert made.identity.max_tokens == MAX_TOKENS
    assert made.identity.dimensions == HIDDEN


@pytest.mark.parametrize(
    ("architecture", "pooling"),
    [
        ("bert", "cls"), ("bert", "max"), ("bert", "lasttoken"), ("bert", "weightedmean"),
        ("bert", "mean_sqrt_len_tokens"), ("bert", ("cls", "mean", "lasttoken")), ("modernbert", "cls"),
        ("modernbert", "lasttoken"),
    ],
)  # fmt: skip
def test_every_pooling_gives_the_vectors_of_sentence_transformers(
    architecture: str, pooling: str | tuple[str, ...], tmp_path: Path
) -> None:
    model = save_model(tmp_path / "model", architecture, pooling=pooling)
    made = onnx(model)
    assert_same(made, model)
    assert made.identity.dimensions == HIDDEN * (1 if isinstance(pooling, str) else len(pooling))


@pytest.mark.parametrize("pooling", ["mean", "cls", "lasttoken"])
@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_attention_does_without_the_mask_and_the_graph_still_takes_it(
    precision: Precision, pooling: str, tmp_path: Path
) -> None:
    made = onnx(save_model(tmp_path / "model", pooling=pooling), precision)
    session = onnxruntime.InferenceSession(made.folder / MODEL, session_options())
    assert [each.name for each in session.get_inputs()] == ["input_ids", "attention_mask"]
    ids, mask = np.array([[2, 9, 10, 11, 12, 3]]), np.array([[1, 1, 1, 0, 0, 0]])
    ((whole,),), ((part,),) = (
        session.run(None, {"input_ids": ids, "attention_mask": each}) for each in (np.ones_like(ids), mask)
    )
    assert np.array_equal(whole, part) == (pooling == "cls")
    operators = {node.op_type for node in load(made.folder / MODEL).graph.node}
    assert "LayerNormalization" in operators
    assert "SkipLayerNormalization" not in operators


@pytest.mark.parametrize("failing", ["tracing", "vectors"])
def test_a_model_that_needs_the_mask_in_its_attention_gets_it(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def write(model: Any, path: Path, *, masked: bool) -> None:
        asked.append(masked)
        if not masked and failing == "tracing":
            raise TypeError("no mask")
        write_graph(model if masked else reference(other), path, masked=masked)

    other = save_model(tmp_path / "other", "distilbert")
    monkeypatch.setattr(export_module, "write_graph", write)
    model = save_model(tmp_path / "model")
    assert_same(onnx(model), model)
    assert asked == [False, True]


@pytest.mark.parametrize(("normalised", "precision"), [(False, "fp32"), (True, "fp32"), (True, "int8")])
def test_a_dense_layer_and_prompts_are_part_of_it(normalised: bool, precision: Precision, tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize

    then: list[Any] = [Dense(HIDDEN, 20), *([Normalize()] if normalised else [])]
    prompts = {"query": "ask : ", "document": "doc : "}
    model = save_model(tmp_path / "model", "distilbert", then=then, prompts=prompts)
    made = onnx(model, precision)
    assert (made.identity.dimensions, made.identity.query_prompt, made.identity.document_prompt) == (
        20, "ask : ", "doc : ",
    )  # fmt: skip
    assert_same(made, model, "ask : ", "doc : ")


def test_weights_in_half_precision_are_computed_in_full(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    model = save_model(tmp_path / "model")
    weights = {name: value.half() for name, value in load_file(model / "model.safetensors").items()}
    save_file(weights, model / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps({**config, "dtype": "float16"}))
    assert_same(onnx(model), model)


def test_a_text_is_cut_at_the_side_where_its_model_cuts(tmp_path: Path) -> None:
    model = save_model(tmp_path / "model", truncation_side="left")
    made = onnx(model, "int8")
    assert_same(made, model)
    end = "seal ice sand gull " * 8
    np.testing.assert_array_equal(*made.encode_queries([f"whale song {end}", f"robot north {end}"]))


def test_a_large_table_of_tokens_is_stored_in_8_bits(tmp_path: Path) -> None:
    pairs = [first + second for first in LETTERS for second in LETTERS]
    vocabulary = list(dict.fromkeys([*VOCABULARY, *pairs, *(f"##{pair}" for pair in pairs)]))
    model = save_model(tmp_path / "model", vocabulary=vocabulary)
    small, large = onnx(model, "int8"), onnx(model, "fp32")
    assert_same(small, model)
    sizes = [(encoder.folder / MODEL).stat().st_size for encoder in (small, large)]
    assert sizes[0] < sizes[1] / 2


# the cache, filled by a child process


def folders(cache: Path) -> list[Path]:
    """What is kept in cache, beside its lock."""
    return [path for path in cache.iterdir() if path.is_dir()]


def test_a_model_is_exported_once_by_a_child_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = find_model(str(save_model(tmp_path / "model"))), tmp_path / "cache"
    (tmp_path / "onnxruntime.py").write_text("raise ImportError('a file of the user')\n")
    monkeypatch.chdir(tmp_path)
    made = exported(folder, "int8", cache)
    assert_same(OnnxEncoder.open(made), folder.path)
    assert folders(cache) == [made]

    def never(*_: object, **__: object) -> None:
        pytest.fail("a child process was started")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", never)
        assert exported(folder, "int8", cache) == made
    children: list[Path] = []
    monkeypatch.setattr(export_module, "_in_child", lambda *args: (children.append(args[2]), export(*args)))
    (made / DESCRIPTION).unlink()  # as a copy that was broken off leaves it
    assert exported(folder, "int8", cache) == made
    assert len(children) == 1
    assert sorted(path.name for path in made.iterdir()) == sorted([*ENCODER_FILES, "made.json"])
    exported(folder, "fp32", cache)
    assert len(children) == 2


@pytest.mark.parametrize(
    ("status", "reason", "kind", "message"),
    [
        (4, "a model that cannot be loaded", EncoderError, "a model that cannot be loaded"),
        (3, "it has no graph", NotExportableError, "it has no graph"),
        (-signal.SIGSEGV, None, NotExportableError, r"ended with SIGSEGV \(last words\)"),
        (-signal.SIGABRT, None, NotExportableError, r"ended with SIGABRT"),
        (-signal.SIGKILL, None, EncoderError, r"was ended by SIGKILL \(last words\)"),
        (-signal.SIGTERM, None, EncoderError, "was ended by SIGTERM"),
        (-signal.SIGINT, None, EncoderError, "was ended by SIGINT"),
        (1, None, EncoderError, "was ended by status 1"),
    ],
)
def test_what_a_child_ends_with_is_told(
    status: int, reason: str | None, kind: type, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        if reason is not None:
            (Path(command[-1]) / "reason.txt").write_text(reason)
        return subprocess.CompletedProcess(command, status, "", "first\nlast words\n")

    monkeypatch.setattr(subprocess, "run", ended)
    with pytest.raises(EncoderError, match=message) as error:
        exported(find_model(str(save_model(tmp_path / "model"))), "fp32", tmp_path / "cache")
    assert type(error.value) is kind
    assert folders(tmp_path / "cache") == []


def test_memory_that_runs_out_in_a_library_ends_a_child_without_a_word_and_is_no_fault_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\n"
    ended = subprocess.CompletedProcess([], -signal.SIGABRT, "", said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(EncoderError, match="was ended by SIGABRT") as error:
        exported(find_model(str(save_model(tmp_path / "model"))), "fp32", tmp_path / "cache")
    assert type(error.value) is EncoderError
    assert "free some memory" in error.value.hint


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "make room on the disk"),
        (RuntimeError("write failed: No space left on device"), "make room on the disk"),
        (MemoryError(), "free some memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 4 GB"), "free some memory"),
        (ImportError("No module named 'onnx'"), "pip install --force-reinstall semsearch"),
    ],
)
def test_what_the_machine_lacks_is_an_error_and_not_a_slow_index(
    error: Exception, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch.onnx, "export", fails)
    monkeypatch.setattr(export_module.logging, "disable", lambda _: None)
    model = find_model(str(save_model(tmp_path / "model")))

    def in_this_process(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, export_module.main(command[-5:]), "", "")

    monkeypatch.setattr(subprocess, "run", in_this_process)
    with pytest.raises(EncoderError, match="its export to ONNX fails") as raised:
        exported(model, "fp32", tmp_path / "cache")
    assert type(raised.value) is EncoderError
    assert hint in raised.value.hint
    assert folders(tmp_path / "cache") == []


def test_a_model_larger_than_an_onnx_file_is_told_before_it_is_traced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_module, "_LARGEST_BYTES", 1000)
    monkeypatch.setattr(export_module, "write_graph", lambda *_, **__: pytest.fail("traced"))
    assert refused(save_model(tmp_path / "model")) == "its weights take 0.0 GiB, and an ONNX file holds 2"


def test_the_child_process_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module.logging, "disable", lambda _: None)
    folder = find_model(str(save_model(tmp_path / "model")))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "modules.json").write_text("[]")
    bad = find_model(str(tmp_path / "bad"))
    static = find_model(str(static_model(tmp_path / "static")))
    for model, status in ((folder, 0), (static, 3), (bad, 4)):
        work = tmp_path / f"work-{status}"
        work.mkdir()
        assert export_module.main([model.name, str(model.path), model.sha256, "fp32", str(work)]) == status
        assert (work / "reason.txt").is_file() == bool(status)
    assert "cannot be loaded" in (work / "reason.txt").read_text()
    assert (tmp_path / "work-3" / "reason.txt").read_text().startswith("a module of it is StaticEmbedding, which")


def test_of_two_exports_at_once_the_second_waits_and_takes_what_the_first_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = find_model(str(save_model(tmp_path / "model"))), tmp_path / "cache"
    started, works = threading.Event(), []

    def slow(_: object, __: object, work: Path) -> None:
        works.append(work)
        started.set()
        time.sleep(0.3)  # for the second to begin
        for name in ENCODER_FILES:
            (work / name).write_text("whole")

    monkeypatch.setattr(export_module, "_in_child", slow)
    made: list[Path] = []
    first, second = (threading.Thread(target=lambda: made.append(exported(folder, "fp32", cache))) for _ in range(2))
    first.start()
    assert started.wait(60)
    second.start()
    first.join()
    second.join()
    assert made == [made[0]] * 2
    assert len(works) == 1
    assert folders(cache) == [made[0]]


def test_what_a_killed_export_left_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, cache = find_model(str(save_model(tmp_path / "model"))), tmp_path / "cache"

    class Killed(BaseException):
        pass

    def killed(_: object, __: object, work: Path) -> None:
        (work / "traced.onnx").write_text("half a graph")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(export_module, "_in_child", killed)
        patch.setattr(export_module.shutil, "rmtree", lambda *_, **__: None)  # the process is no more
        with pytest.raises(Killed):
            exported(folder, "fp32", cache)
    (cache / "notes").mkdir()  # whatever else lies there is not ours
    assert len(folders(cache)) == 2
    monkeypatch.setattr(export_module, "_in_child", export)
    made = exported(folder, "fp32", cache)
    assert sorted(folders(cache)) == sorted([made, cache / "notes"])


@pytest.mark.usefixtures("in_process")
def test_a_damaged_cache_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model = save_model(tmp_path / "model")
    before = load_encoder(str(model), "fp32")
    vectors = before.encode_queries(TEXTS)
    for name in ENCODER_FILES:
        (before.folder / name).write_bytes((before.folder / name).read_bytes()[:100])
        np.testing.assert_array_equal(load_encoder(str(model), "fp32").encode_queries(TEXTS), vectors)


def test_a_cached_export_that_is_not_as_it_was_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = find_model(str(save_model(tmp_path / "model"))), tmp_path / "cache"
    calls: list[Path] = []
    monkeypatch.setattr(export_module, "_in_child", lambda *args: (calls.append(args[2]), export(*args)))
    made = exported(folder, "fp32", cache)
    graph = (made / MODEL).read_bytes()
    wrong = bytearray(graph)
    wrong[len(graph) // 2] ^= 0x40  # one bit of a weight: it opens, and gives other vectors
    (made / MODEL).write_bytes(wrong)
    assert exported(folder, "fp32", cache) == made
    assert (made / MODEL).read_bytes() == graph
    made.rename(made.with_name(made.name.replace("fp32", "int8")))  # another precision than its name says
    assert OnnxEncoder.open(exported(folder, "int8", cache)).identity.precision == "int8"
    (made.with_name(made.name.replace("fp32", "int8")) / "made.json").write_bytes(b"\xff")
    exported(folder, "int8", cache)
    exported(folder, "int8", cache)
    assert len(calls) == 4


def test_int8_that_was_kept_in_fp32_is_taken_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(export_module._LEAST_COSINE, "int8", 1.01)
    folder, cache = find_model(str(save_model(tmp_path / "model"))), tmp_path / "cache"
    calls: list[Path] = []
    monkeypatch.setattr(export_module, "_in_child", lambda *args: (calls.append(args[2]), export(*args)))
    for _ in range(2):
        assert OnnxEncoder.open(exported(folder, "int8", cache)).identity.precision == "fp32"
    assert len(calls) == 1


@pytest.mark.usefixtures("in_process")
def test_the_same_model_elsewhere_is_taken_from_the_cache_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model = save_model(tmp_path / "model")
    shutil.copytree(model, tmp_path / "copy")
    first = load_encoder(str(model), "fp32")
    monkeypatch.setattr(export_module, "_in_child", lambda *_: pytest.fail("exported twice"))
    second = load_encoder(str(tmp_path / "copy"), "fp32")
    assert second.folder == first.folder
    assert second.identity.model == str(tmp_path / "copy")
    assert second.identity.same_vectors(first.identity)


@pytest.mark.usefixtures("in_process")
def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert load_encoder(str(save_model(tmp_path / "model")), "fp32").folder.is_relative_to(tmp_path)


# models that have no ONNX form


def static_model(folder: Path) -> Path:
    """A model without a transformer: the mean of its words' vectors."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tiny_models import word_pieces

    embedding = StaticEmbedding(word_pieces(VOCABULARY), embedding_dim=16)
    SentenceTransformer(modules=[embedding], device="cpu").save(str(folder), create_model_card=False)
    return folder


def refused(model: Path, precision: Precision = "fp32") -> str:
    """The reason for which model is not exported."""
    target = model.with_name("target")
    target.mkdir()
    with pytest.raises(NotExportableError) as error:
        export(find_model(str(model)), precision, target)
    assert "\n" not in error.value.message
    return error.value.message


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: object) -> str:
    monkeypatch.setattr(sys, "argv", ["semsearch", *map(str, args)])
    with pytest.raises(SystemExit) as ended:
        run(app)
    assert not ended.value.code
    return capsys.readouterr().out


@pytest.mark.usefixtures("in_process")
def test_a_model_without_an_export_is_served_by_sentence_transformers_and_info_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "a module of it is StaticEmbedding, which has no export here"
    encoder = load_encoder(str(static_model(tmp_path / "model")))
    assert isinstance(encoder, SentenceEncoder)
    assert (encoder.folder, encoder.note) == (None, reason)
    records = [{"id": word, "title": word} for word in ("whale", "seal", "gull")]
    corpus = write_jsonl(tmp_path / "p.jsonl", records)
    build_index(corpus, tmp_path / "static", model=str(tmp_path / "model"))
    build_index(corpus, tmp_path / "exported", model=str(save_model(tmp_path / "bert")))
    with SearchIndex(tmp_path / "static") as index:
        assert index.manifest.encoder_note == reason
        assert index.manifest.encoder.engine == "torch"
        assert index.search("seal", 1)[0].id == "seal"
    lines = told(capsys, monkeypatch, "info", "--index", tmp_path / "static").splitlines()
    assert f"encoder      not in the index, so a cold start takes seconds: {reason}" in lines
    lines = told(capsys, monkeypatch, "info", "--index", tmp_path / "exported").splitlines()
    assert "encoder      travels with the index" in lines


CUSTOM = """
import torch
from sentence_transformers.sentence_transformer.modules import Pooling as Usual


class Pooling(Usual):
    def forward(self, features, **more):
        features = super().forward(features, **more)
        features["sentence_embedding"] = features["sentence_embedding"].roll(1, dims=1)
        return features
"""


def custom_model(folder: Path) -> Path:
    """A model whose pooling is code in its own folder, under the name of a usual one."""
    model = save_model(folder)
    (model / "our_pooling.py").write_text(CUSTOM)
    described = json.loads((model / "modules.json").read_text())
    described[1]["type"] = "our_pooling.Pooling"
    (model / "modules.json").write_text(json.dumps(described))
    return model


def test_code_of_a_model_is_run_only_where_the_user_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    model = custom_model(tmp_path / "model")
    corpus = write_jsonl(tmp_path / "p.jsonl", [{"id": word, "title": word} for word in ("whale", "seal", "gull")])
    with pytest.raises(EncoderError, match="brings Python code of its own") as error:
        build_index(corpus, tmp_path / "index", model=str(model))
    assert "SEMSEARCH_TRUST_REMOTE_CODE=1" in error.value.hint
    monkeypatch.setenv("SEMSEARCH_TRUST_REMOTE_CODE", "1")
    build_index(corpus, tmp_path / "index", model=str(model))
    reason = "a module of it is Pooling, which has no export here"
    lines = told(capsys, monkeypatch, "info", "--index", tmp_path / "index").splitlines()
    assert f"encoder      not in the index, so a cold start takes seconds: {reason}" in lines
    with SearchIndex(tmp_path / "index") as index:
        assert index.search("seal", 1)[0].id == "seal"
        turned = index.encoder.encode_queries(["seal"])
    plain = reference(save_model(tmp_path / "plain")).encode(["seal"], normalize_embeddings=True)
    np.testing.assert_allclose(turned, np.roll(plain, 1, axis=1), atol=1e-5)
    monkeypatch.delenv("SEMSEARCH_TRUST_REMOTE_CODE")
    with SearchIndex(tmp_path / "index") as index, pytest.raises(EncoderError, match="brings Python code"):
        index.search("seal")


def test_a_module_of_another_package_is_not_even_given_to_sentence_transformers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sentence_transformers

    def given(*_: object, **__: object) -> None:
        raise AssertionError

    model = custom_model(tmp_path / "model")
    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", given)
    with pytest.raises(EncoderError, match="brings Python code of its own"):
        SentenceEncoder(find_model(str(model)))


def test_a_prompt_that_the_pooling_leaves_out_is_not_exported(tmp_path: Path) -> None:
    prompts = {"query": "ask : "}
    model = save_model(tmp_path / "model", include_prompt=False, prompts=prompts)
    assert refused(model) == "its pooling leaves out the prompt"


def test_a_pooling_that_would_leave_out_prompts_but_has_none_is_exported(tmp_path: Path) -> None:
    model = save_model(tmp_path / "model", include_prompt=False)
    assert_same(onnx(model), model)


@pytest.mark.parametrize("error", [RuntimeError("Unsupported:\n  an operator\n  of 2030"), KeyError()])
def test_whatever_the_tracer_raises_is_a_reason_in_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch.onnx, "export", fails)
    wanted = "Unsupported: an operator of 2030" if error.args else type(error).__name__
    assert refused(save_model(tmp_path / "model")) == f"it has no graph ({wanted})"


def test_a_vocabulary_smaller_than_the_traced_ids_is_no_error_of_the_build(tmp_path: Path) -> None:
    model = save_model(tmp_path / "model", vocabulary=VOCABULARY[:10])
    assert refused(model).startswith("it has no graph (index out of range")


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_graph_that_gives_other_vectors_is_not_taken(
    precision: Precision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a model treats questions in a way of its own, which a trace does not see."""
    model = save_model(tmp_path / "model")
    honest = SentenceEncoder.encode_queries

    def askew(self: SentenceEncoder, texts: list[str]) -> np.ndarray:
        return honest(self, [f"{text} robot robot" for text in texts])

    monkeypatch.setattr(SentenceEncoder, "encode_queries", askew)
    assert refused(model, precision).startswith("its ONNX form in fp32 gives other vectors (cosine 0.")


def test_a_model_that_int8_changes_too_much_is_kept_in_fp32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(export_module._LEAST_COSINE, "int8", 1.01)
    target = tmp_path / "encoder"
    target.mkdir()
    export(find_model(str(save_model(tmp_path / "model"))), "int8", target)
    made = OnnxEncoder.open(target)
    assert (made.identity.precision, made.identity.engine, made.identity.document_engine) == ("fp32", "onnx", "onnx")
    assert {file.name for file in target.iterdir()} == set(ENCODER_FILES)


@pytest.mark.usefixtures("in_process")
def test_a_build_tells_when_fp32_was_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, corpus = save_model(tmp_path / "model"), write_jsonl(tmp_path / "p.jsonl", [{"title": "whale"}])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    line = "the encoder is kept in fp32: in int8 its vectors would differ too much"
    assert line not in told(capsys, monkeypatch, "build", corpus, "--model", model, "--index", tmp_path / "index")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    monkeypatch.setitem(export_module._LEAST_COSINE, "int8", 1.01)
    said = told(capsys, monkeypatch, "build", corpus, "--model", model, "--index", tmp_path / "index")
    assert line in said.splitlines()
    fp32 = ("--precision", "fp32", "--index", tmp_path / "index")
    assert line not in told(capsys, monkeypatch, "build", corpus, "--model", model, *fp32)
