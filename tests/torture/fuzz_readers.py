"""Every reader under atheris, which looks for input that reaches new lines of ours: `--seconds 60`.

Each reader gets its share of the time, and starts from the valid files of reader_cases.py. Whatever leaves a reader but
a SemsearchError is a finding: its bytes are saved, and the exit is 1. `pip install -e ".[torture]"` brings atheris.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent.parent
_LONGEST_S = 20  # of one input, which is a finding too
_MEMORY_MB = 2048
_STATUS = re.compile(r"#(\d+)\s+(?:INITED|NEW|REDUCE|pulse|DONE)\s+cov: (\d+)")


def main() -> int:
    """Fuzz the readers one after another, each in a process of its own; returns the exit status."""
    options = _options()
    if options.reader:
        _fuzz(options.reader, options.folder)
    sys.path[:0] = [str(ROOT), str(HERE.parent.parent)]
    from reader_cases import READERS

    share = max(1, options.seconds // len(READERS))
    found = [name for name in READERS if not _fuzzed(name, share, options.findings)]
    print(f"{len(READERS)} readers, {share} s each: " + (f"findings in {', '.join(found)}" if found else "no finding"))
    return 1 if found else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all readers together")
    parser.add_argument("--findings", type=Path, default=Path("fuzz-findings"), help="where their bytes are saved")
    parser.add_argument("--reader", help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="*", help=argparse.SUPPRESS)
    return parser.parse_args()


def _fuzzed(name: str, seconds: int, findings: Path) -> bool:
    """Fuzz one reader and print how far that came; False for a finding."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder)
        _write_seeds(seeds)
        findings.mkdir(parents=True, exist_ok=True)
        prefix = findings / f"{name.replace(' ', '-')}-"
        command = [
            sys.executable, str(HERE), "--reader", name, "--", str(seeds), f"-max_total_time={seconds}",
            f"-timeout={_LONGEST_S}", f"-rss_limit_mb={_MEMORY_MB}", "-max_len=8192", f"-artifact_prefix={prefix}",
        ]  # fmt: skip
        child = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        kept = len(list(seeds.iterdir()))
    states = [(int(runs), int(lines)) for runs, lines in _STATUS.findall(child.stderr)]
    if not states:
        print(f"{name}: did not start", child.stdout, child.stderr, sep="\n")
        return False
    (_, before), (runs, after) = states[0], states[-1]
    ran = max(runs, *(int(count) for count in re.findall(r"Done (\d+) runs", child.stderr)), 0)
    print(f"{name}: {ran} executions, coverage {before} to {after}, {kept} inputs kept", flush=True)
    if child.returncode:
        print(child.stdout[-4000:], child.stderr[-4000:], sep="\n")
    return child.returncode == 0


def _write_seeds(folder: Path) -> None:
    import gzip

    from reader_cases import ALL_SEEDS

    for name, seed in ALL_SEEDS.items():
        data = seed.file(seed.records())
        (folder / name.replace(" ", "-")).write_bytes(data)
        (folder / (name.replace(" ", "-") + ".gz")).write_bytes(gzip.compress(data))


def _fuzz(name: str, arguments: list[str]) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    sys.path[:0] = [str(ROOT), str(HERE.parent.parent)]
    with atheris.instrument_imports(include=["semsearch"]):
        from reader_cases import READERS

        from semsearch.errors import SemsearchError
    read = READERS[name]
    path = Path(tempfile.mkdtemp(prefix="semsearch-fuzz-")) / "file"

    def one(data: bytes) -> None:
        path.write_bytes(data)
        with contextlib.suppress(SemsearchError):
            read(path)

    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
