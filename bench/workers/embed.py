"""One contender of the embedding rate: loads, then embeds all texts once for each line on standard input.

    python embed.py CONTENDER FOLDER TEXTS.json

It runs in the contender's own environment, so it needs nothing of the harness. Out: a line of JSON when it is loaded,
and {"seconds": ...} for each round.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Embed = Callable[[list[str]], object]
_WARM_UP = 32
_BATCH_PAPERS = 64  # as semsearch's build hands them over


def semsearch(folder: str) -> Embed:
    """An encoder's folder, as an index carries it."""
    from semsearch.encoders.onnx import OnnxEncoder

    encoder = OnnxEncoder.open(Path(folder))

    def embed(texts: list[str]) -> None:
        for start in range(0, len(texts), _BATCH_PAPERS):
            encoder.encode_documents(texts[start : start + _BATCH_PAPERS])

    return embed


def onnx_threads(folder: str) -> Embed:
    """The same graph and one text a run, but the cores share each run instead of taking a text each."""
    import numpy as np
    import onnxruntime
    from tokenizers import Tokenizer

    from semsearch.encoders.onnx import session_options
    from semsearch.threads import worker_count

    options = session_options()
    options.intra_op_num_threads = worker_count()
    session = onnxruntime.InferenceSession(str(Path(folder) / "model.onnx"), options)
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.enable_truncation(json.loads((Path(folder) / "encoder.json").read_text())["max_tokens"])

    def embed(texts: list[str]) -> None:
        for text in texts:
            ids = np.array([tokenizer.encode(text).ids])
            session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})

    return embed


def sentence_transformers(folder: str) -> Embed:
    """Its defaults: fp32, batches of 32."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(folder).encode


def txtai(folder: str) -> Embed:
    """Its defaults: an index of vectors, built anew in each round; the model is loaded once."""
    from txtai import Embeddings

    return Embeddings(path=folder).index


_CONTENDERS: dict[str, Callable[[str], Embed]] = {
    "semsearch": semsearch,
    "onnx_threads": onnx_threads,
    "sentence_transformers": sentence_transformers,
    "txtai": txtai,
}


def _rounds(embed: Embed, texts: list[str]) -> Iterator[float]:
    for _ in sys.stdin:
        started = time.perf_counter()
        embed(texts)
        yield time.perf_counter() - started


def main(contender: str, folder: str, path: str) -> None:
    """Load, warm up, and wait for rounds."""
    texts = json.loads(Path(path).read_text(encoding="utf-8"))
    embed = _CONTENDERS[contender](folder)
    embed(texts[:_WARM_UP])
    print(json.dumps({"ready": True}), flush=True)
    for seconds in _rounds(embed, texts):
        print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
