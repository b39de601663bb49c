"""The code's habits: imports that go one way, short files, a docstring in each, no pickle, prints only in cli.

What may import what is the table below; both are read off the syntax tree, so an import inside a function counts too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "semsearch"
LIMIT_LINES = 400

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "_version": set(),
    "progress": set(),
    "threads": set(),
    "text": {"errors"},
    "cleaning": {"text"},
    "limits": {"errors"},
    "dates": {"errors"},
    "paper": {"errors", "text", "dates"},
    "cells": set(),
    "corpus": {"errors", "text", "cells", "cleaning", "dates", "limits", "paper", "people"},
    "people": set(),
    "encoders": {"errors", "text", "dates", "paper", "threads"},
    "faiss_header": set(),
    "vectors": {"errors", "text", "dates", "paper", "threads", "faiss_header"},
    "words": {"errors"},
    "duplicates": {"text", "dates", "paper", "words"},
    "bm25": {"words"},
    "lexical": {"errors", "words", "bm25", "store"},
    "fusion": {"errors"},
    "retrieval": {"errors", "bm25", "fusion", "threads", "lexical", "vectors", "words", "store"},
    "steering": {"errors", "words"},
    "diversity": {"errors"},
    "sorting": {"errors", "text", "dates", "paper", "store"},
    "grouping": {"errors", "text", "dates", "paper", "store"},
    "arranging": {"errors", "opened", "results", "retrieval", "diversity", "sorting", "grouping"},
    "folding": {"retrieval"},
    "matches": {"errors", "text", "dates", "paper", "words"},
    "sentences": {"errors"},
    "language": set(),
    "why": {"errors", "sentences"},
    "references": {"cells", "paper", "people", "text"},
    "export": {"errors", "paper", "references", "vectors", "store", "progress"},
    "filters": {"errors", "text", "dates", "paper", "store"},
    "counts": {"errors", "filters", "paper", "store"},
    "evaluate": {"errors", "text", "dates", "limits", "paper", "questions", "results", "matches"},
    "questions": {"errors", "text", "cleaning", "dates", "limits", "paper"},
    "notebook": {"errors", "paper", "matches"},
    "results": {"errors", "text", "dates", "paper", "matches", "notebook", "standing", "why", "words"},
    "store": {
        "errors", "text", "cleaning", "dates", "paper", "duplicates", "faiss_header", "encoders.identity", "standing",
    },
    "standing": set(),
    "background": {"errors", "paper", "encoders", "vectors", "sentences", "standing", "store"},
    "embedding": {"text", "encoders", "vectors", "store"},
    "indexing": {
        "_version", "paper", "encoders", "vectors", "language", "lexical", "words", "store", "progress", "embedding",
        "background",
    },
    "selection": {"errors", "paper", "filters", "store", "text"},
    "staged": {"errors", "corpus", "store", "progress", "selection"},
    "given": {
        "errors", "text", "limits", "paper", "embedding", "encoders", "export", "staged", "store", "vectors",
    },
    "build": {"errors", "selection", "given", "encoders", "store", "progress", "embedding", "indexing", "staged"},
    "update": {
        "errors", "corpus", "selection", "encoders", "store", "progress", "embedding", "indexing", "staged", "build",
        "words",
    },
    "opened": {
        "errors", "paper", "encoders", "vectors", "lexical", "words", "retrieval", "filters", "why", "results", "store",
        "steering", "standing", "judging",
    },
    "judging": {"errors", "paper", "lexical", "words", "retrieval", "standing", "store", "vectors"},
    "candidates": {
        "errors", "text", "paper", "bm25", "filters", "fusion", "lexical", "opened", "progress", "results", "retrieval",
        "vectors", "words",
    },
    "ranking": {
        "standing",
        "errors", "candidates", "filters", "fusion", "opened", "progress", "questions", "results", "retrieval",
        "steering", "words",
    },
    "search": {
        "errors", "text", "cleaning", "counts", "paper", "encoders", "words", "retrieval", "filters", "folding",
        "fusion", "questions", "results", "store", "opened", "steering", "arranging", "candidates", "ranking",
        "progress",
    },
    "verify": {
        "errors", "text", "dates", "paper", "encoders", "faiss_header", "vectors", "lexical", "words", "store",
        "progress",
    },
    "cli": {
        "errors", "text", "dates", "paper", "references", "corpus", "encoders", "questions", "results", "store",
        "build", "search", "filters", "grouping", "export", "selection", "evaluate", "progress", "_version", "update",
        "staged", "verify", "candidates", "given", "serve",
    },
    "serve": {
        "errors", "_version", "paper", "arranging", "encoders", "filters", "references", "results", "retrieval",
        "search", "store", "threads", "vectors",
    },
    "__init__": {"_version"},
    "__main__": {"cli"},
}  # fmt: skip
"""For each module or folder of semsearch/ those that it may import; of its own folder everything. `store` alone may
have a part of another: `encoders.identity`, and nothing else of it. Whoever adds a module adds a line."""

FORBIDDEN_IMPORTS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FORBIDDEN_WORDS = ("allow_pickle=True", "read_pickle", "to_pickle", "torch.load(", "torch.save(")
HEAVY = {"torch", "sentence_transformers", "transformers", "faiss", "onnxruntime", "pyarrow"}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda path: path.as_posix())


def _parsed(module: Path) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def _nodes(tree: ast.AST, *, late: bool = True) -> Iterator[ast.AST]:
    """Every node, but those under `if TYPE_CHECKING:` and, unless late, those of functions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield other
                yield from _nodes(other, late=late)
        elif late or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _nodes(node, late=late)


def inner_imports(tree: ast.AST, module: Path) -> Iterator[str]:
    """What a module imports of semsearch, as dotted names below it; `__init__` is the package itself."""
    folder = module.parent.parts
    for node in _nodes(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            above = folder[: len(folder) - (node.level - 1)]
            base = ".".join(("semsearch", *above, *filter(None, [node.module])))
            names = [base] if node.module else [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"semsearch.{a.name}" for a in node.names] if node.module == "semsearch" else [str(node.module)]
        else:
            continue
        for name in names:
            if name == "semsearch" or name.startswith("semsearch."):
                yield name.removeprefix("semsearch").lstrip(".") or "__init__"


def layer(name: str) -> str:
    """The first part of a dotted name, of a module's path without its ending."""
    return name.partition(".")[0]


def layer_of(module: Path) -> str:
    """The line of ALLOWED that a module stands under."""
    return module.parts[0] if len(module.parts) > 1 else module.stem


def wrong_imports(tree: ast.AST, module: Path) -> list[str]:
    """What a module imports and may not."""
    own = layer_of(module)
    allowed = ALLOWED[own]
    return [
        name
        for name in inner_imports(tree, module)
        if not ((layer(name) == own and len(module.parts) > 1) or layer(name) in allowed or name in allowed)
    ]


def outer_imports(tree: ast.AST, *, late: bool) -> set[str]:
    """The first names of what a module imports from elsewhere."""
    names = set()
    for node in _nodes(tree, late=late):
        if isinstance(node, ast.Import):
            names |= {layer(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(layer(str(node.module)))
    return names


@each_module
def test_imports_go_one_way(module: Path) -> None:
    assert wrong_imports(_parsed(module), module) == []


def test_the_table_names_every_module_and_no_other() -> None:
    assert {layer_of(module) for module in MODULES} == set(ALLOWED)


def test_the_table_has_no_circle() -> None:
    left = {name: {layer(below) for below in allowed} for name, allowed in ALLOWED.items()}
    while left:
        free = {name for name, below in left.items() if not below & left.keys()}
        assert free, f"a circle among {sorted(left)}"
        left = {name: below for name, below in left.items() if name not in free}


def test_halves_and_neighbours_never_meet() -> None:
    neighbours = (
        {"build", "search"},
        {"build", "opened"},
        {"corpus", "encoders", "vectors"},
        {"questions", "results"},
        {"text", "dates"},
    )
    for names in neighbours:
        for name in names:
            assert not {layer(below) for below in ALLOWED[name]} & names


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("build.py", "from .search import open_index", ["search"]),
        ("build.py", "from . import search, store", ["search"]),
        ("search.py", "def f():\n    from .build import build_index", ["build"]),
        ("search.py", "import semsearch.corpus.fields", ["corpus.fields"]),
        ("search.py", "from semsearch import build_index", ["build_index"]),
        ("store/papers.py", "from ..encoders import Encoder", ["encoders"]),
        ("store/papers.py", "from ..encoders.sentence import x", ["encoders.sentence"]),
        ("store/papers.py", "from ..encoders.identity import EncoderIdentity\nfrom . import files", []),
        ("corpus/fields.py", "from ..vectors import Vectors\nfrom .entry import Entry", ["vectors"]),
        ("errors.py", "if TYPE_CHECKING:\n    from .paper import Paper\nelse:\n    from . import text", ["text"]),
        ("cli/ask.py", "from ..search import open_index\nfrom .options import x", []),
    ],
)
def test_the_walk_sees_every_kind_of_import(module: str, source: str, wrong: list[str]) -> None:
    assert wrong_imports(ast.parse(source), Path(module)) == wrong


@each_module
def test_what_is_heavy_is_imported_late(module: Path) -> None:
    assert not outer_imports(_parsed(module), late=False) & HEAVY


@each_module
def test_files_are_short_and_say_what_they_do(module: Path) -> None:
    source = (PACKAGE / module).read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LIMIT_LINES
    assert (ast.get_docstring(ast.parse(source)) or "").strip()


@each_module
def test_nothing_is_pickled(module: Path) -> None:
    source = (PACKAGE / module).read_text(encoding="utf-8")
    assert not outer_imports(ast.parse(source), late=True) & FORBIDDEN_IMPORTS
    assert not [word for word in FORBIDDEN_WORDS if word in source]


@each_module
def test_nothing_that_is_read_is_run(module: Path) -> None:
    calls = {ast.unparse(node.func) for node in ast.walk(_parsed(module)) if isinstance(node, ast.Call)}
    assert not calls & {"eval", "exec", "compile", "__import__", "np.load", "numpy.load", "runpy.run_path"}
    assert not [call for call in calls if call.endswith((".enable_load_extension", ".register_custom_ops_library"))]


@each_module
def test_only_the_command_line_prints(module: Path) -> None:
    if layer_of(module) == "cli" or module.as_posix() == "verify/contents.py":  # which tells its parent what it finds
        return
    nodes = ast.walk(_parsed(module))
    names = [ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)]
    assert not [name for name in names if name in ("print", "sys.stdout.write", "sys.stderr.write")]
