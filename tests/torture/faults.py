"""Every moment at which a writer can be killed, and every way in which it can fail: `python tests/torture/faults.py`.

tests/test_crash.py and tests/test_faults.py take samples of these moments. Here each change of files of each command is
the last one of a killed writer, fails with ENOSPC and EIO, before and after it was made, or ends the process; files may
not grow beyond many sizes; and disks of many sizes are full. Takes about 15 minutes on two cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def main(options: list[str]) -> int:
    """Run them with options of pytest, such as `-k add`; returns the exit status."""
    files = [str(TESTS / name) for name in ("test_crash.py", "test_faults.py")]
    command = [sys.executable, "-m", "pytest", "--durations", "0", *files, *options]
    return subprocess.run(command, env={**os.environ, "SEMSEARCH_TORTURE": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
