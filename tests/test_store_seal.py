"""The seal of a manifest, and how a file of an index is read at all."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from semsearch.errors import StoreError
from semsearch.store.reading import read_small, read_start
from semsearch.store.seal import is_whole, sealed

TEXT = json.dumps({"format": 3, "corpus": ["é.jsonl"], "files": [{"name": "papers.db"}]}, indent=1, ensure_ascii=False)


def test_a_sealed_object_is_the_object_with_the_hash_of_what_stands_before() -> None:
    content = sealed(TEXT).encode()
    before, end = content[:-82], content[-82:]
    seal = hashlib.sha256(before).hexdigest()
    assert end.decode() == f',\n "sha256": "{seal}"\n}}\n'
    assert json.loads(content) == {**json.loads(TEXT), "sha256": seal}
    assert is_whole(content) is True


def test_every_flipped_bit_and_every_shorter_or_longer_one_is_found() -> None:
    content = sealed(TEXT).encode()
    flipped = [
        is_whole(bytes([*content[:at], content[at] ^ 1 << bit, *content[at + 1 :]]))
        for at in range(len(content))
        for bit in range(8)
    ]
    assert len(flipped) == 8 * len(content)
    assert True not in flipped
    assert False in flipped
    cut = [is_whole(content[:size]) for size in range(len(content))]
    assert True not in [*cut, is_whole(content + b"\n"), is_whole(b" " + content)]


def test_an_object_without_a_seal_is_told_from_a_damaged_one() -> None:
    assert is_whole(TEXT.encode()) is None
    assert is_whole(b"") is None


def test_only_so_much_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert read_start(path, 4) == b"0123"
    assert read_start(path, 100) == read_small(path, 10) == b"0123456789"
    with pytest.raises(StoreError, match=r"file: 10 bytes, expected at most 9$"):
        read_small(path, 9)
    with path.open("wb") as file:
        file.truncate(1 << 40)  # holes take no room on the disk, and nobody's memory
    with pytest.raises(StoreError, match="expected at most 9"):
        read_small(path, 9)


def test_a_link_a_folder_a_pipe_and_a_device_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")  # opening one waits for a writer
    with pytest.raises(StoreError, match=r"link: a link, expected a file of the index's own"):
        read_start(tmp_path / "link", 4)
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(StoreError, match="it is no file"):
            read_start(path, 4)
    with pytest.raises((StoreError, IsADirectoryError)):
        read_start(tmp_path / "folder", 4)
    with pytest.raises(FileNotFoundError):
        read_start(tmp_path / "none", 4)
