"""Documents by PyTorch in half precision beside questions by the encoder that travels; shown on a CPU, with doubles."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import TinyEncoder, write_jsonl
from tiny_models import save_model

from semsearch import encoders
from semsearch.build import build_index
from semsearch.encoders import Embeddings
from semsearch.encoders.cuda import CudaEncoder, has_cuda
from semsearch.encoders.identity import ENCODER_FILES
from semsearch.encoders.models import find_model
from semsearch.encoders.sentence import SentenceEncoder
from semsearch.errors import EncoderError
from semsearch.search import SearchIndex

TEXTS = [f"word{number} and word{number + 1}" for number in range(40)]


class Carried(TinyEncoder):
    """As an exported model: it travels."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.identity = replace(self.identity, engine="onnx", document_engine="onnx", precision="int8")
        self.folder = folder  # type: ignore[assignment]
        folder.mkdir()
        for name in ENCODER_FILES:
            (folder / name).write_text("{}", encoding="utf-8")


class OnGpu(TinyEncoder):
    """As the same model in PyTorch: noise stands for the rounding of half precision."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self.noise = noise
        self.halved = 0
        self.model = SimpleNamespace(half=self._half)

    def _half(self) -> None:
        self.halved += 1

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        exact = super().encode_documents(texts)
        noisy = exact.vectors + self.noise * np.random.default_rng(7).standard_normal(exact.vectors.shape)
        return Embeddings((noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32), exact.cut)


def cuda_encoder(folder: Path, noise: float = 0.001) -> tuple[Any, Carried, OnGpu]:
    carried, source = Carried(folder), OnGpu(noise)
    return CudaEncoder(carried, source), carried, source  # type: ignore[arg-type]


def test_documents_go_through_the_gpu_and_questions_do_not(tmp_path: Path) -> None:
    encoder, carried, source = cuda_encoder(tmp_path / "encoder")
    made = encoder.encode_documents(TEXTS)
    np.testing.assert_array_equal(made.vectors, OnGpu(0.001).encode_documents(TEXTS).vectors)
    np.testing.assert_array_equal(encoder.encode_queries(["word1"]), TinyEncoder().encode_queries(["word1"]))
    assert source.halved == 1
    assert carried.calls == [*TEXTS[:32], "word1"]


def test_the_engines_are_compared_once(tmp_path: Path) -> None:
    encoder, carried, _ = cuda_encoder(tmp_path / "encoder")
    encoder.encode_documents(TEXTS)
    encoder.encode_documents(TEXTS)
    assert len(carried.calls) == 32


def test_engines_that_disagree_end_the_build_and_leave_no_index(tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "c.jsonl", [{"title": text} for text in TEXTS])
    encoder, _, _ = cuda_encoder(tmp_path / "encoder", noise=0.1)
    with pytest.raises(EncoderError, match=r"disagree on 32 texts \(mean cosine 0\.[0-8]"):
        build_index(corpus, tmp_path / "index", model=encoder)
    assert not (tmp_path / "index" / "CURRENT").exists()


def test_the_manifest_and_encoder_json_name_both_engines(tmp_path: Path) -> None:
    corpus = write_jsonl(tmp_path / "c.jsonl", [{"title": text} for text in TEXTS])
    encoder, carried, _ = cuda_encoder(tmp_path / "encoder")
    generation = build_index(corpus, tmp_path / "index", model=encoder)
    named = generation.manifest.encoder
    assert (named.engine, named.document_engine) == ("onnx", "torch-cuda-half")
    description = (generation.encoder / "encoder.json").read_text(encoding="utf-8")
    assert '"engine": "onnx"' in description
    assert '"document_engine": "torch-cuda-half"' in description
    with SearchIndex(tmp_path / "index", encoder=carried) as index:  # a CPU may ask, and add
        assert index.search("word3 and word4", 1)[0].paper.title == "word3 and word4"


@pytest.mark.parametrize("device", ["/dev/nvidiactl", "/dev/dxg", None])
def test_a_driver_is_known_by_its_device(device: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    asked: list[bool] = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "exists", lambda path: str(path) == device)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(asked.append(True)) or True)
    assert has_cuda() == (device is not None)
    assert len(asked) == (device is not None)


def test_a_gpu_whose_memory_is_full_is_an_error_that_tells_how_to_do_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sentence_transformers
    import torch

    def full(*_: object, **__: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nMore.")

    found = find_model(str(save_model(tmp_path / "model")))
    encoder = SentenceEncoder(found)
    for method in ("encode_query", "encode_document"):
        monkeypatch.setattr(encoder.model, method, full)
    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", full)
    calls: list[Callable[[], object]] = [
        lambda: encoder.encode_queries(["a"]), lambda: encoder.encode_documents(["a"]), lambda: SentenceEncoder(found),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(EncoderError, match=r"memory is full \(CUDA out of memory\. Tried to allocate") as error:
            call()
        assert "CUDA_VISIBLE_DEVICES= semsearch" in error.value.hint


def test_cuda_is_used_where_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = Carried(tmp_path / "encoder")
    monkeypatch.setattr("semsearch.encoders.cuda.has_cuda", lambda: True)
    monkeypatch.setattr("semsearch.encoders.export.exported", lambda *_: tmp_path / "encoder")
    monkeypatch.setattr("semsearch.encoders.onnx.OnnxEncoder.open", lambda _: carried)
    monkeypatch.setattr("semsearch.encoders.sentence.SentenceEncoder", lambda *_, **__: OnGpu(0.001))
    encoder = encoders.load_encoder(encoders.ModelFolder("named", tmp_path, "0" * 64))
    assert isinstance(encoder, CudaEncoder)
    assert encoder.identity.model == "named"
    assert encoder.identity.document_engine == "torch-cuda-half"
