"""What most tests share: a tiny deterministic encoder that counts its calls, and corpora made on the spot.

The user's cache is never touched: a session has one of its own, where the default model is exported once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from semsearch.encoders import Embeddings, Encoder, EncoderIdentity, find_model, load_encoder
from semsearch.encoders.export import export
from semsearch.encoders.onnx import OnnxEncoder

# A test that passed passes again, however busy the machine; `make torture` asks for other examples each time.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", print_blob=True, deadline=None)
hypothesis.settings.load_profile(os.environ.get("SEMSEARCH_HYPOTHESIS", "same"))


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # one of several processes, in the environment of the first
        return
    cache = tempfile.mkdtemp(prefix="semsearch-tests-")
    os.environ["XDG_CACHE_HOME"] = cache  # before any test module copies the environment for its children
    config.add_cleanup(lambda: shutil.rmtree(cache, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The default model is exported by the first test that needs it: by the one that watches it for sockets."""
    items.sort(key=lambda item: item.path.name != "test_offline.py")


@lru_cache(maxsize=1 << 14)
def _of_word(word: str, dimensions: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
    return np.random.default_rng(seed).standard_normal(dimensions)


class TinyEncoder:
    """Feature hashing: a text's vector is the unit sum of fixed random vectors, one for each of its words.

    The same bits for the same text in any company. `calls` holds every text that was encoded, in order.
    """

    def __init__(self, dimensions: int = 32, max_words: int = 50) -> None:
        self.identity = EncoderIdentity(
            model="tiny", sha256="0" * 64, precision="fp32", dimensions=dimensions, max_tokens=max_words, pooling="sum"
        )
        self.calls: list[str] = []
        self.folder = None
        self.note = ""

    def _vector(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        total = np.zeros(self.identity.dimensions)
        for word in text.lower().split()[: self.identity.max_tokens] or [""]:
            total += _of_word(word, self.identity.dimensions)
        return (total / np.linalg.norm(total)).astype(np.float32)

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.calls += texts
        return np.stack([self._vector(text) for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        vectors = self.encode_queries(texts)
        return Embeddings(vectors, self.cut(texts))

    def cut(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return np.array([len(text.split()) > (self.identity.max_tokens or 0) for text in texts])


@pytest.fixture
def encoder() -> TinyEncoder:
    return TinyEncoder()


@pytest.fixture(scope="session")
def int8_encoder() -> Encoder:
    """The default model as a build makes it: exported by a child process."""
    return load_encoder()


@pytest.fixture(scope="session")
def fp32_encoder() -> Encoder:
    """The default model in fp32; in the session's cache from then on."""
    with pytest.MonkeyPatch.context() as patch:
        export_in_process(patch)
        return load_encoder(precision="fp32")


@pytest.fixture(scope="session")
def tiny_onnx(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    """A random model of two layers as it travels in an index."""
    from tiny_models import save_model

    folder = tmp_path_factory.mktemp("tiny")
    (folder / "made").mkdir()
    export(find_model(str(save_model(folder / "model"))), "int8", folder / "made")
    return OnnxEncoder.open(folder / "made")


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models are exported in this process, which has PyTorch already, and no child waits for it."""
    export_in_process(monkeypatch)


def export_in_process(patch: pytest.MonkeyPatch) -> None:
    from semsearch.encoders import export

    patch.setattr(export, "_in_child", export.export)


def write_jsonl(path: Path, records: Iterable[dict[str, Any]]) -> Path:
    """Write records as JSON lines; returns path."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path
