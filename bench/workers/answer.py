"""One question in a fresh process, as it is answered without semsearch.

    python answer.py by_hand QUESTION MODEL VECTORS PAPERS.db OFFSET
    python answer.py txtai QUESTION INDEX
    python answer.py txtai_index TEXTS.json MODEL INDEX        writes the index that txtai is asked

It runs in the contender's own environment, so it needs nothing of the harness.
Out: ten lines, a score and a title each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

_HITS = 10


def by_hand(question: str, model: str, vectors: str, papers: str, offset_bytes: str) -> None:
    """sentence-transformers, and the dot product with an index's own vectors: (n, d) 16-bit floats behind a header."""
    import sqlite3

    import numpy as np
    from sentence_transformers import SentenceTransformer

    vector = SentenceTransformer(model).encode(question)
    stored = np.memmap(vectors, dtype=np.float16, mode="r", offset=int(offset_bytes)).reshape(-1, len(vector))
    scores = stored.astype(np.float32) @ vector
    best = np.argpartition(-scores, min(_HITS, len(scores) - 1))[:_HITS]
    database = sqlite3.connect(papers)
    for row in best[np.argsort(-scores[best])].tolist():
        ((title,),) = database.execute("SELECT title FROM papers WHERE row = ?", (row,))
        print(f"{scores[row]:.3f}  {title}")


def txtai(question: str, index: str) -> None:
    """An index of its own, whose ids are the titles."""
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(index)
    for title, score in embeddings.search(question, _HITS):
        print(f"{score:.3f}  {title}")


def txtai_index(texts: str, model: str, index: str) -> None:
    """Build and save that index, with txtai's defaults."""
    from txtai import Embeddings

    embeddings = Embeddings(path=model)
    embeddings.index([(title, text) for title, text in json.loads(Path(texts).read_text(encoding="utf-8"))])
    embeddings.save(index)


_WAYS = {"by_hand": by_hand, "txtai": txtai, "txtai_index": txtai_index}

if __name__ == "__main__":
    _WAYS[sys.argv[1]](*sys.argv[2:])
