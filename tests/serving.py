"""What the tests of the server share: the sample indexed with the tiny encoder, and who asks it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TinyEncoder
from starlette.testclient import TestClient

from semsearch import sample_corpus
from semsearch.build import build_index
from semsearch.search import SearchIndex
from semsearch.serve.app import create_app

ADDRESS = "http://127.0.0.1:8765"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample; not to be changed."""
    path = tmp_path_factory.mktemp("serve") / "index"
    build_index(sample_corpus(), path, model=TinyEncoder())
    return path


@pytest.fixture
def own(sample: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(sample, tmp_path / "index"))


@pytest.fixture
def index(sample: Path) -> Iterator[SearchIndex]:
    """The index as Python has it."""
    with SearchIndex(sample, encoder=TinyEncoder()) as opened:
        yield opened


@pytest.fixture(scope="session")
def client(sample: Path) -> Iterator[TestClient]:
    """Who asks the server of the sample."""
    with TestClient(create_app(sample, encoder=TinyEncoder()), base_url=ADDRESS) as opened:
        yield opened
