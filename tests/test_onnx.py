"""The encoder that travels: a vector is a function of its text alone, and near that of sentence-transformers."""

from __future__ import annotations

import os
import random
import shutil
import signal
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_jsonl
from tiny_models import MAX_TOKENS, save_model

from semsearch import sample_corpus
from semsearch.build import build_index
from semsearch.corpus import read_papers
from semsearch.encoders import DEFAULT_MODEL, Encoder, find_model
from semsearch.encoders.export import export
from semsearch.encoders.identity import DESCRIPTION, ENCODER_FILES, MODEL, TOKENIZER
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.errors import EncoderError, SemsearchError, StoreError
from semsearch.search import SearchIndex

QUESTIONS = [
    "how do animals learn to sing?", "why is the earth getting warmer?", "vaccine against a cancer", "海岸",
    "what limits the growth of a city, and who pays for it?", "attention " * 400,
]  # fmt: skip


@cache
def sample_texts() -> tuple[str, ...]:
    return tuple(paper.text for paper in read_papers(sample_corpus()))


# the same bits


@pytest.fixture(scope="module")
def alone(int8_encoder: Encoder) -> np.ndarray:
    """Each text of the sample encoded by itself."""
    return np.concatenate([int8_encoder.encode_documents([text]).vectors for text in sample_texts()])


def test_a_vector_has_the_same_bits_in_any_company_and_any_order(int8_encoder: Encoder, alone: np.ndarray) -> None:
    texts = sample_texts()
    np.testing.assert_array_equal(int8_encoder.encode_documents(texts).vectors, alone)
    order = random.Random(3).sample(range(len(texts)), 30)
    company = [texts[number] for number in order] + ["x", "attention " * 400]
    np.testing.assert_array_equal(int8_encoder.encode_documents(company).vectors[:30], alone[order])


def test_a_vector_has_the_same_bits_from_threads_and_from_another_session(
    int8_encoder: Encoder, alone: np.ndarray
) -> None:
    parts = [range(start, 60, 4) for start in range(4)]
    found: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        found[number] = int8_encoder.encode_documents([sample_texts()[row] for row in parts[number]]).vectors

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, rows in enumerate(parts):
        np.testing.assert_array_equal(found[number], alone[list(rows)])
    again = OnnxEncoder.open(int8_encoder.folder)
    np.testing.assert_array_equal(again.encode_documents(sample_texts()[:5]).vectors, alone[:5])
    np.testing.assert_array_equal(again.encode_queries(sample_texts()[:5]), alone[:5])


@pytest.fixture(scope="module")
def index(int8_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, indexed with the default model."""
    path = tmp_path_factory.mktemp("sample") / "index"
    build_index(sample_corpus(), path, model=int8_encoder)
    return path


def test_rank_gives_the_scores_of_query_bit_for_bit(index: Path) -> None:
    with SearchIndex(index) as opened:
        for ranking in opened.rank(QUESTIONS, 60):
            hits = opened.search(ranking.query, 60)
            assert [(hit.id, hit.similarity) for hit in hits] == [(p.id, p.similarity) for p in ranking.papers]


# against sentence-transformers


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    """The sample's texts as sentence-transformers encodes them, with its defaults."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_model(DEFAULT_MODEL).path), local_files_only=True, device="cpu")
    return np.asarray(model.encode(list(sample_texts()), normalize_embeddings=True))


def test_fp32_is_sentence_transformers(fp32_encoder: Encoder, expected: np.ndarray) -> None:
    vectors = fp32_encoder.encode_documents(sample_texts()).vectors
    assert np.sum(vectors * expected, axis=1).min() > 0.9999
    assert np.abs(vectors @ vectors.T - expected @ expected.T).max() < 0.0005


def test_int8_is_near_sentence_transformers(alone: np.ndarray, expected: np.ndarray) -> None:
    assert np.sum(alone * expected, axis=1).mean() > 0.99
    pairs = np.triu_indices(len(alone), 1)
    off = np.abs((alone @ alone.T)[pairs] - (expected @ expected.T)[pairs])
    assert off.mean() <= 0.01
    assert off.max() <= 0.06


# a small model: limits, and files that are not whole


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> OnnxEncoder:
    folder = tmp_path_factory.mktemp("small")
    (folder / "onnx").mkdir()
    export(find_model(str(save_model(folder / "model", prompts={"document": "doc : "}))), "fp32", folder / "onnx")
    return OnnxEncoder.open(folder / "onnx")


def test_what_was_cut_is_told(small: OnnxEncoder) -> None:
    room = MAX_TOKENS - 4  # [CLS] doc : ... [SEP]
    found = small.encode_documents(["", "whale", "whale " * room, "whale " * (room + 1), "whale " * 500])
    assert found.cut.tolist() == [False, False, False, True, True]
    assert found.cut.dtype == bool
    np.testing.assert_array_equal(found.vectors[3], found.vectors[2])
    np.testing.assert_array_equal(found.vectors[4], found.vectors[2])


def test_of_a_text_without_end_only_its_beginning_is_tokenised(
    small: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths = []
    encode = small._tokenizer.encode

    class Watching:
        def encode(self, text: str) -> Any:
            lengths.append(len(text))
            return encode(text)

    long = "whale " * 200_000
    expected = small.encode_documents([long[:2000]]).vectors
    monkeypatch.setattr(small, "_tokenizer", Watching())
    made = small.encode_documents([long])
    assert lengths == [64 * (small.identity.max_tokens or 0)]
    assert made.cut.tolist() == [True]
    np.testing.assert_array_equal(made.vectors, expected)


def test_no_texts_give_no_vectors(small: OnnxEncoder) -> None:
    assert small.encode_queries([]).shape == (0, 48)
    nothing = small.encode_documents([])
    assert (nothing.vectors.shape, nothing.cut.shape, nothing.cut.dtype) == ((0, 48), (0,), bool)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_encodes_as_its_parent(small: OnnxEncoder) -> None:
    texts = ["whale", "seal", "gull ice"]
    before = small.encode_queries(texts)  # the parent's threads are there
    read, write = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(60)
        try:
            os.write(write, small.encode_queries(texts).tobytes())
        finally:
            os._exit(0)
    os.close(write)
    made = os.read(read, before.nbytes + 1)  # less than a pipe holds
    os.close(read)
    assert os.waitpid(child, 0)[1] == 0
    assert made == before.tobytes()


def contents(encoder: OnnxEncoder) -> dict[str, bytes]:
    return {name: (encoder.folder / name).read_bytes() for name in ENCODER_FILES}


@pytest.mark.parametrize("name", ENCODER_FILES)
@pytest.mark.parametrize("damage", [lambda _: b"", lambda whole: whole[: len(whole) // 2], lambda _: b"[1]"])
def test_a_damaged_file_is_an_encoder_error(small: OnnxEncoder, name: str, damage: Any) -> None:
    files = contents(small)
    with pytest.raises(EncoderError, match="the encoder cannot be opened") as error:
        OnnxEncoder({**files, name: damage(files[name])}, small.folder)
    assert error.value.hint == "build the index again"


def test_a_missing_file_is_an_encoder_error(small: OnnxEncoder, tmp_path: Path) -> None:
    shutil.copytree(small.folder, tmp_path / "copy")
    (tmp_path / "copy" / TOKENIZER).unlink()
    with pytest.raises(EncoderError, match=r"tokenizer\.json: cannot be read"):
        OnnxEncoder.open(tmp_path / "copy")


def test_a_graph_that_fails_or_gives_no_unit_vector_is_an_encoder_error(small: OnnxEncoder, tmp_path: Path) -> None:
    files = contents(small)
    without_limit = files[DESCRIPTION].replace(b'"max_tokens": 24', b'"max_tokens": null')
    longer = OnnxEncoder({**files, DESCRIPTION: without_limit}, small.folder)
    with pytest.raises(EncoderError, match="the encoder fails on 502 tokens"):  # the model knows 64 positions
        longer.encode_queries(["whale " * 500])
    other_size = files[DESCRIPTION].replace(b'"dimensions": 48', b'"dimensions": 47')
    with pytest.raises(EncoderError, match="zero or not a number, or of another size"):
        OnnxEncoder({**files, DESCRIPTION: other_size}, small.folder).encode_queries(["whale"])


@pytest.fixture
def small_index(small: OnnxEncoder, tmp_path: Path) -> Path:
    records = [{"id": word, "title": word} for word in ("whale", "seal", "gull")]
    build_index(write_jsonl(tmp_path / "p.jsonl", records), tmp_path / "index", model=small)
    return tmp_path / "index"


@pytest.mark.parametrize("name", ENCODER_FILES)
def test_an_index_whose_encoder_is_missing_or_cut_is_a_store_error(small_index: Path, name: str) -> None:
    file = small_index / "generation-000001" / "encoder" / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(StoreError, match=f"{name}: expected"):
        SearchIndex(small_index)
    file.unlink()
    with pytest.raises(StoreError, match=f"{name}: expected .* no such file"):
        SearchIndex(small_index)


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_an_index_whose_encoder_was_overwritten_is_an_error_of_the_first_question(small_index: Path, name: str) -> None:
    file = small_index / "generation-000001" / "encoder" / name
    file.write_bytes(b"\xff" * file.stat().st_size)
    with SearchIndex(small_index) as opened, pytest.raises(SemsearchError, match="the encoder cannot be opened"):
        opened.search("whale")


def test_an_encoder_of_another_identity_is_refused(small_index: Path) -> None:
    file = small_index / "generation-000001" / "encoder" / DESCRIPTION
    file.write_bytes(file.read_bytes().replace(b'"doc : "', b'"dog : "'))
    with pytest.raises(StoreError, match=r"encoder\.json: damaged \(expected sha256"):
        SearchIndex(small_index)


def test_an_index_copied_elsewhere_answers_where_the_model_is_not(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SearchIndex(index) as opened:
        before = [(hit.id, hit.similarity) for hit in opened.search(QUESTIONS[2], 60)]

    def nowhere(*_: object) -> None:
        pytest.fail("the model was looked for")

    shutil.copytree(index, tmp_path / "elsewhere")
    for place in ("semsearch.encoders.find_model", "semsearch.encoders.models.find_model"):
        monkeypatch.setattr(place, nowhere)
    with SearchIndex(tmp_path / "elsewhere") as opened:
        hits = opened.search(QUESTIONS[2], 60)
        assert [(hit.id, hit.similarity) for hit in hits] == before
        assert "Papillomavirus" in hits[0].paper.title
