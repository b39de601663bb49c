"""The large libraries phone nobody, wherever they are imported, and a missing one is told with its remedy."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_jsonl
from tiny_models import save_model

from semsearch.build import build_index
from semsearch.encoders.export import export
from semsearch.encoders.libraries import libraries
from semsearch.encoders.models import find_model
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.errors import EncoderError

ENCODERS = Path(__file__).parent.parent / "semsearch" / "encoders"
LARGE = {"onnx", "onnxruntime", "tokenizers", "torch", "transformers", "sentence_transformers", "huggingface_hub"}
SILENCED = ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")

SCRIPT = """
import os, sys

class Noting:
    def find_spec(self, name, path=None, target=None):
        if name in ("onnxruntime", "torch", "huggingface_hub", "sentence_transformers"):
            values = [os.environ.get(each) for each in {silenced}]
            print("importing", name, *values, file=sys.stderr)

sys.meta_path.insert(0, Noting())
import semsearch.cli
sys.argv[0] = "semsearch"
semsearch.cli.main()
"""


def is_large(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return not node.level and (node.module or "").split(".")[0] in LARGE
    return isinstance(node, ast.Import) and any(each.name.split(".")[0] in LARGE for each in node.names)


@pytest.mark.parametrize("path", sorted(ENCODERS.glob("*.py")), ids=lambda path: path.name)
def test_every_import_of_a_large_library_goes_through_one_place(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    through: set[ast.AST] = set()
    for node in ast.walk(tree):
        is_typing = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if is_typing or (isinstance(node, ast.With) and ast.unparse(node.items[0]) == "libraries()"):
            through |= set(ast.walk(node))
    assert [ast.unparse(node) for node in ast.walk(tree) if is_large(node) and node not in through] == []


def semsearch(home: Path, *args: object, **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a fresh process that notes what it imports, with a home of its own."""
    environment = {name: value for name, value in os.environ.items() if name not in SILENCED}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), **more}
    command = [sys.executable, "-c", SCRIPT.format(silenced=SILENCED), *map(str, args)]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("libraries")
    (folder / "onnx").mkdir()
    export(find_model(str(save_model(folder / "model"))), "int8", folder / "onnx")
    corpus = write_jsonl(folder / "p.jsonl", [{"id": word, "title": word} for word in ("whale", "seal", "gull")])
    build_index(corpus, folder / "index", model=OnnxEncoder.open(folder / "onnx"))
    return folder / "index"


def test_a_question_phones_nobody_and_leaves_nothing_in_the_home_folder(index: Path, tmp_path: Path) -> None:
    ran = semsearch(tmp_path, "query", "whale", "--index", index)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines() == ["importing onnxruntime 1 1 1"]
    assert list(tmp_path.iterdir()) == []


def test_what_the_user_set_is_kept(index: Path, tmp_path: Path) -> None:
    ran = semsearch(tmp_path, "query", "whale", "--index", index, DO_NOT_TRACK="yes")
    assert ran.stderr.splitlines() == ["importing onnxruntime 1 1 yes"]


def test_a_build_phones_nobody(index: Path, tmp_path: Path) -> None:
    corpus, model = index.parent / "p.jsonl", index.parent / "model"
    code = (
        "from semsearch.encoders import export, models\n"
        "export._in_child = export.export\n"
        f"import sys; sys.argv[1:] = ['build', {str(corpus)!r}, '--model', {str(model)!r}, '--index', 'index']\n"
    )
    lines = SCRIPT.format(silenced=SILENCED).replace("import semsearch.cli\n", f"{code}import semsearch.cli\n")
    environment = {name: value for name, value in os.environ.items() if name not in SILENCED}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    ran = subprocess.run(
        [sys.executable, "-c", lines], cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert ran.returncode == 0, ran.stderr
    told = [line.split() for line in ran.stderr.splitlines() if line.startswith("importing")]
    assert {name for _, name, *_ in told} >= {"onnxruntime", "torch", "sentence_transformers"}
    assert all(values == ["1", "1", "1"] for _, _, *values in told)
    assert not (tmp_path / ".cache" / "Microsoft").exists()


def without(library: str, folder: Path, *args: object) -> list[str]:
    """What the command says where that library cannot be imported, by it or its child processes."""
    (folder / "shadow").mkdir()
    (folder / "shadow" / f"{library}.py").write_text(f"raise ImportError('{library} is broken')\n")
    ran = semsearch(folder, *args, PYTHONPATH=str(folder / "shadow"))
    assert ran.returncode == 1, ran.stderr
    return [line for line in ran.stderr.splitlines() if not line.startswith("importing")]


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers", "faiss", "numpy"])
def test_a_question_without_a_library_is_told_how_to_get_it(library: str, index: Path, tmp_path: Path) -> None:
    assert without(library, tmp_path, "query", "whale", "--index", index) == [
        f"error: a library that semsearch needs cannot be imported ({library} is broken)",
        "hint: pip install --force-reinstall semsearch",
    ]


@pytest.mark.parametrize("library", ["torch", "sentence_transformers", "transformers", "onnx"])
def test_a_build_without_a_library_is_told_how_to_get_it(library: str, index: Path, tmp_path: Path) -> None:
    corpus, model = index.parent / "p.jsonl", index.parent / "model"
    error, hint = without(library, tmp_path, "build", corpus, "--model", model, "--index", tmp_path / "index")
    assert f"{library} is broken" in error
    assert hint == "hint: pip install --force-reinstall semsearch"


def test_a_library_that_is_missing_is_an_error_of_two_lines() -> None:
    with pytest.raises(EncoderError, match=r"cannot be imported .*no_such_library") as error, libraries():
        import no_such_library  # type: ignore[import-not-found]  # noqa: F401
    assert error.value.hint == "pip install --force-reinstall semsearch"
