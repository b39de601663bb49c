"""How many threads anything here uses, in the one place where it is set."""

from __future__ import annotations

import os


def worker_count() -> int:
    """Workers that embed or search side by side: one for each core that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
