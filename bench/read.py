"""How fast a corpus is read, and that memory does not grow with it: JSON lines, the same in gzip, and Parquet.

The files are made of the corpus in a temporary folder, whatever its format is: of its first 50,000 papers, and of a
tenth of them.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from semsearch.corpus import read_papers
from semsearch.paper import Paper

from . import results
from .inputs import WORKERS, Inputs, SkippedError
from .processes import python, whole

_SCRIPT = WORKERS / "read.py"
_ROUNDS = 3
_MOST_PAPERS = 50_000
_BATCH = 10_000


def run(inputs: Inputs) -> None:
    """Measure, and write results/read.json."""
    if not inputs.corpus.exists():
        raise SkippedError(f"no corpus at {inputs.corpus}: name one with CORPUS=")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "all.jsonl"
        count = _write_lines(lines, _papers(inputs.corpus))
        _write_lines(Path(folder) / "tenth.jsonl", islice(_papers(inputs.corpus), max(1, count // 10)))
        formats = {}
        for name, make in _KINDS.items():
            tenth, full = (make(Path(folder) / f"{part}.jsonl") for part in ("tenth", "all"))
            formats[name] = _measured(name, tenth, full)
    results.save("read", {"papers": count, "formats": formats})


def _papers(corpus: Path) -> Iterator[Paper]:
    return islice((each for each in read_papers(corpus) if isinstance(each, Paper)), _MOST_PAPERS)


def _write_lines(path: Path, papers: Iterable[Paper]) -> int:
    with path.open("w", encoding="utf-8") as file:
        return sum(bool(file.write(paper.to_json() + "\n")) for paper in papers)


def _gzip(lines: Path) -> Path:
    path = lines.with_suffix(".jsonl.gz")
    with lines.open("rb") as source, gzip.open(path, "wb", compresslevel=6) as file:
        file.writelines(source)
    return path


def _parquet(lines: Path) -> Path:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise SkippedError("no pyarrow: pip install 'semsearch[parquet]'") from error
    many = ("authors", "categories", "keywords", "aliases")
    counts = ("author_count", "citations", "comments")
    kinds = dict.fromkeys(many, pa.list_(pa.string())) | dict.fromkeys(counts, pa.int64())
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in Paper.__dataclass_fields__])
    path = lines.with_suffix(".parquet")
    with lines.open("rb") as source, pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(source, _BATCH)):
            writer.write_table(pa.Table.from_pylist(list(map(json.loads, batch)), schema))
    return path


def _measured(name: str, tenth: Path, full: Path) -> dict[str, Any]:
    small, *told = (json.loads(whole(python(_SCRIPT, path)).output) for path in (tenth, *[full] * _ROUNDS))
    values = {
        "mb": round(full.stat().st_size / 1e6, 1),
        "papers_per_cpu_second": results.spread([each["papers"] / each["cpu_seconds"] for each in told], 0),
        "peak_mb_tenth": round(small["peak_mb"], 1),
        "peak_mb": round(max(each["peak_mb"] for each in told), 1),
    }
    rate = values["papers_per_cpu_second"]["median"]
    print(f"read: {name} {rate:,.0f} papers/s of CPU, {values['peak_mb']} MB at most", flush=True)
    return values


_KINDS = {"JSON lines": lambda lines: lines, "JSON lines in gzip": _gzip, "Parquet": _parquet}
