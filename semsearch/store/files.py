"""Every change that the store itself makes to the file system goes through here, and is durable when it returns."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path


def write_durably(path: Path, text: str) -> None:
    """Write a small file and its bytes to the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_file(path: Path) -> None:
    """Bring a file that others wrote to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Bring a folder's names to the disk. Windows cannot open folders, and keeps its renames in order by itself."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Give source the name of target, replacing a file of that name, all at once, on the disk when it returns."""
    source.replace(target)
    sync_folder(target.parent)


def make_folder(path: Path) -> None:
    """Make a folder and its parents, and bring their names to the disk."""
    new = [each for each in (path, *path.parents) if not each.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for each in new or [path]:
        sync_folder(each.parent)


def link_files(source: Path, target: Path, names: Iterable[str]) -> None:
    """Give files of a folder a second name in a new one, or copy them where the system or the disk has no such links,
    and bring the names to the disk; `sync_file` does so for what is in them."""
    make_folder(target)
    for name in names:
        try:
            os.link(source / name, target / name, follow_symlinks=False)
        except OSError:
            shutil.copyfile(source / name, target / name)
    sync_folder(target)


def copy_files(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy files into a new folder, and bring their names to the disk; `sync_file` does so for what is in them."""
    make_folder(target)
    for name in names:
        shutil.copyfile(source / name, target / name)
    sync_folder(target)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; one that is gone, or held open by Windows, is left at that."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
