"""Papers that say which edition of an index they are of, and processes that ask while editions are published.

A reader fails on an answer that is mixed of two editions, by whatever part of it: each has its papers at other rows,
another number of them, and every few editions another encoder.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.encoders import Encoder, EncoderIdentity
from semsearch.encoders.identity import DESCRIPTION, MODEL, TOKENIZER
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.filters import Filter
from semsearch.search import SearchIndex, open_index

TESTS = Path(__file__).parent
WORDS = ("whale", "seal", "gull")
KEPT = Filter(category="kept")
KINDS = ("refresh", "reopen", "command", "threads", "module", "rank", "stay", "reopen")
"""What a reader does between two questions; see READERS."""

_ENCODERS = 3
_EACH = 4  # editions in a row that have the same encoder
_EDITIONS = 64
_DIMENSIONS = 32
_VOCABULARY = (
    "? the all about in as of . ice", *WORDS, *(f"edition{number}" for number in range(_EDITIONS)),
)  # fmt: skip

Answer = dict[str, Any]
Encoders = Callable[[int], Encoder]


def publish(index: Path, edition: int, encoder: Encoder) -> str:
    """Build an edition, which becomes the generation of that number; returns its name."""
    from conftest import write_jsonl  # not in every reader: it imports what tests need

    from semsearch.build import build_index

    records: list[dict[str, Any]] = [
        {
            "id": word,
            "title": f"The {word} in edition{edition}",
            "abstract": f"All about the {word} . As of edition{edition} .",
            "venue": f"Journal {edition}",
            "year": 1900 + edition,
            "categories": [] if word == "seal" else ["kept"],
        }
        for word in np.roll(WORDS, edition).tolist()
    ]
    records += [{"id": f"more{number}", "title": f"Ice in edition{edition}"} for number in range(edition % 4)]
    return build_index(write_jsonl(index.parent / "corpus.jsonl", records), index, model=encoder).name


def edition_of(answer: Answer, encoders: Encoders) -> int:
    """The edition that gave the three best papers for one of WORDS; AssertionError if anything is of another."""
    (edition,) = {int(hit["paper"]["title"].rpartition("edition")[2]) for hit in answer["hits"]}
    assert answer["index"]["generation"] == f"generation-{edition:06}"
    assert answer["index"]["papers"] == len(WORDS) + edition % 4
    assert answer["hits"][0]["id"] == answer["query"]
    for hit in answer["hits"]:
        id, paper = hit["id"], hit["paper"]
        if id in WORDS:
            assert paper["abstract"] == f"All about the {id} . As of edition{edition} ."
            assert (paper["venue"], paper["year"]) == (f"Journal {edition}", 1900 + edition)
        assert abs(hit["similarity"] - similarity(answer["query"], id, edition, encoders)) < 2e-3
        assert (hit["lexical"] is None) == (id != answer["query"])
    return edition


def similarity(question: str, id: str, edition: int, encoders: Encoders) -> float:
    """The cosine of a question and a paper of an edition."""
    whole = f"The {id} in edition{edition} All about the {id} . As of edition{edition} ."
    text = whole if id in WORDS else f"Ice in edition{edition}"
    encoder = encoders(edition)
    vectors = encoder.encode_queries([question]), encoder.encode_documents([text]).vectors
    return float(vectors[0][0] @ vectors[1][0])


# Encoders


def write_encoder(folder: Path, seed: int) -> OnnxEncoder:
    """An ONNX encoder of a few kilobytes: the unit sum of a random vector for each word."""
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.normalizers import Lowercase
    from tokenizers.pre_tokenizers import WhitespaceSplit

    words = " ".join(_VOCABULARY).split()
    table = np.random.default_rng(seed).standard_normal((len(words), _DIMENSIONS)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "axes"], ["sum"], keepdims=0),
        helper.make_node("ReduceL2", ["sum"], ["length"], axes=[1]),
        helper.make_node("Div", ["sum", "length"], ["vectors"]),
    ]
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT64, [1, "n"]) for n in ("input_ids", "attention_mask")]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, [1, _DIMENSIONS])]
    constants = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([1]), "axes")]
    graph = helper.make_graph(nodes, "words", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    identity = EncoderIdentity(
        model="words", sha256=f"{seed:064}", precision="fp32", dimensions=_DIMENSIONS, max_tokens=64, pooling="sum",
        engine="onnx", document_engine="onnx",
    )  # fmt: skip
    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="?"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = Lowercase(), WhitespaceSplit()
    folder.mkdir(parents=True)
    (folder / MODEL).write_bytes(model.SerializeToString())
    (folder / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    (folder / DESCRIPTION).write_text(json.dumps(asdict(identity)), encoding="utf-8")
    return OnnxEncoder.open(folder)


def encoders_in(home: Path) -> Encoders:
    """The encoder of each edition, from the folders that `run` wrote."""
    loaded = [OnnxEncoder.open(home / "encoders" / str(number)) for number in range(_ENCODERS)]
    return lambda edition: loaded[edition // _EACH % _ENCODERS]


# Readers, each a process


class Reader:
    """Asks the index in home, one question a call, until there is a file `done`."""

    def __init__(self, home: Path) -> None:
        self.index = home / "index"
        self._encoders = encoders_in(home)
        self._home = home
        self.questions = cycle(WORDS)
        self.editions: list[int] = []

    def done(self) -> bool:
        return (self._home / "done").exists()

    def saw(self, edition: int) -> None:
        """Note what answered; the first answer is told to the writer. Editions never go back."""
        assert not self.editions or edition >= self.editions[-1]
        self.editions.append(edition)
        if len(self.editions) == 1:
            tell("asking")

    def check(self, answer: Answer) -> int:
        return edition_of(answer, self._encoders)

    def ask(self, index: SearchIndex) -> int:
        """Ask one question twice, once with a filter."""
        question = next(self.questions)
        if question != "seal":
            among = index.search(question, 3, filter=KEPT).as_dict()
            assert {hit["id"] for hit in among["hits"]} == {"whale", "gull"}
            self.check(among)
        return self.check(index.search(question, 3).as_dict())

    def rank(self, index: SearchIndex) -> int:
        """Move on in the middle of a ranking, which ends as it began."""
        edition = int(index.generation.name.rpartition("-")[2])
        for ranking in index.rank(WORDS, 3):
            for paper in ranking.papers:
                expected = similarity(ranking.query, paper.id, edition, self._encoders)
                assert abs(paper.similarity - expected) < 2e-3
            assert ranking.papers[0].id == ranking.query
            index.refresh()
        return edition


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _refresh(reader: Reader) -> Iterator[int]:
    with open_index(reader.index) as index:
        while True:
            index.refresh()
            yield reader.ask(index)


def _reopen(reader: Reader) -> Iterator[int]:
    while True:
        with open_index(reader.index) as index:
            yield reader.ask(index)


def _rank(reader: Reader) -> Iterator[int]:
    with open_index(reader.index) as index:
        while True:
            index.refresh()
            yield reader.rank(index)


def _stay(reader: Reader) -> Iterator[int]:
    """Answer from the first edition until all is done."""
    with open_index(reader.index) as index:
        while not reader.done():
            edition = reader.ask(index)
            assert edition == 1
            yield edition
        assert index.refresh()
        yield reader.ask(index)


def _threads(reader: Reader) -> Iterator[int]:
    """Three threads ask the one index that this one moves on."""
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            while not reader.done():
                reader.ask(index)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    with open_index(reader.index) as index:
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        while not reader.done():
            index.refresh()
            yield reader.ask(index)
        for thread in threads:
            thread.join()
        assert not failed, failed
        index.refresh()
        yield reader.ask(index)


def _module(reader: Reader) -> Iterator[int]:
    sys.path.insert(0, str(TESTS.parent))
    query = importlib.import_module("query")
    while True:
        yield reader.check(query.search(next(reader.questions), 3, index=reader.index).as_dict())


def _command(reader: Reader) -> Iterator[int]:
    while True:
        command = [sys.executable, "-m", "semsearch", "query", next(reader.questions), "-k", "3", "--json"]
        ran = subprocess.run([*command, "--index", str(reader.index)], capture_output=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, b"")
        yield reader.check(json.loads(ran.stdout))


READERS: dict[str, Callable[[Reader], Iterator[int]]] = {
    "refresh": _refresh,
    "reopen": _reopen,
    "command": _command,
    "threads": _threads,
    "module": _module,
    "rank": _rank,
    "stay": _stay,
}


def read(kind: str, home: Path) -> None:
    """A reader's process: asks until all is done and once more, then tells how often, and which editions answered."""
    reader = Reader(home)
    answers = READERS[kind](reader)
    while not reader.done():
        reader.saw(next(answers))
    for edition in islice(answers, 1):
        reader.saw(edition)
    tell(json.dumps([len(reader.editions), list(dict.fromkeys(reader.editions))]))


def run(home: Path, kinds: tuple[str, ...], editions: int) -> dict[str, tuple[int, list[int]]]:
    """Publish editions in home while readers of these kinds ask; how often each asked, and what answered it.

    RuntimeError with what a reader wrote if one of them fails.
    """
    for number in range(_ENCODERS):
        write_encoder(home / "encoders" / str(number), number)
    encoders = encoders_in(home)
    publish(home / "index", 1, encoders(1))
    code = "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import sharing; "
    code += "sharing.read(sys.argv[2], pathlib.Path(sys.argv[3]))"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(TESTS), kind, str(home)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for kind in kinds
    ]  # fmt: skip
    try:
        begun = [reader.stdout.readline() if reader.stdout else "" for reader in readers]
        if all(begun):
            for edition in range(2, editions + 1):
                publish(home / "index", edition, encoders(edition))
    finally:
        (home / "done").touch()
        ended = [reader.communicate() for reader in readers]
    told: dict[str, tuple[int, list[int]]] = {}
    for number, (kind, reader, (out, err)) in enumerate(zip(kinds, readers, ended, strict=True)):
        if reader.returncode:
            raise RuntimeError(f"reader {number} ({kind}) ended with {reader.returncode}:\n{err}")
        count, seen = json.loads(out)
        told[f"{number} {kind}"] = count, seen
    return told
