"""Bits turned over and files cut, in every file of an index: what verify finds, what opening finds, what the rest does.

Some hundreds here; thousands by `python tests/torture/bitflips.py`.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from bitflips import asked, records, unseen_by_opening, unseen_by_verify
from conftest import write_jsonl
from damage import live, mutations, parts, seen_by_opening

from semsearch.build import build_index
from semsearch.encoders.onnx import OnnxEncoder
from semsearch.verify import verify


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, tiny_onnx: OnnxEncoder) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_index(write_jsonl(folder / "p.jsonl", records(200)), folder / "index", model=tiny_onnx)
    return folder / "index"


@pytest.fixture
def index(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "index"))


def test_every_file_is_changed_in_every_way(index: Path) -> None:
    made = mutations(index, 400)
    assert {each.name for each in made} == {"CURRENT", *(p.relative_to(index).as_posix() for p in parts(live(index)))}
    assert Counter(each.bit < 0 for each in made)[True] > 60
    assert len({each for each in made if seen_by_opening(each)}) > 150
    assert len(made) > 350


def test_verify_finds_every_change_and_names_its_file(index: Path) -> None:
    assert unseen_by_verify(index, mutations(index, 400)) == []
    assert verify(index).whole  # and nothing but the changes


def test_opening_finds_every_change_of_size_count_name_or_head(index: Path) -> None:
    assert unseen_by_opening(index, mutations(index, 400)) == []


def test_what_opening_lets_pass_ends_in_an_answer_or_an_error(index: Path) -> None:
    """A library may crash on it, and with it the process that asks; our own code may not raise anything else."""
    passed = [each for each in mutations(index, 160, seed=2) if not seen_by_opening(each)]
    outcomes = asked(index, passed)
    assert [each.mutation for each in outcomes] == passed
    assert [each.said for each in outcomes if each.kind == "bug"] == []
    assert Counter(each.kind for each in outcomes)["answer"] > 10
