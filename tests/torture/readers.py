"""Eight processes ask while a writer publishes 50 generations: `python tests/torture/readers.py [GENERATIONS]`.

Every answer has to be of one whole generation, and none may fail. `pytest` has a smaller run, tests/test_sharing.py.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main(editions: int) -> None:
    """Run, and tell how often each reader asked and how many generations it was answered from."""
    sys.path[:0] = [str(Path(__file__).resolve().parents[levels]) for levels in (1, 2)]
    import sharing

    with tempfile.TemporaryDirectory() as home:
        told = sharing.run(Path(home), sharing.KINDS, editions)
    for reader, (questions, seen) in told.items():
        line = f"reader {reader}: {questions} times, answered by {len(seen)} generations, the last was {seen[-1]}"
        sys.stdout.write(line + "\n")
        if seen[-1] != editions:
            raise SystemExit(f"error: reader {reader} never saw generation {editions}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
