"""Read the corpus that is named, and print as JSON how many papers it has, the seconds of CPU, and its peak memory.

On a machine that does other things too a clock would tell of those. Nothing but the readers is imported, so that the
process's peak memory is theirs; Linux counts that of the process which started this one into ru_maxrss.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from semsearch.corpus import read_papers
from semsearch.paper import Paper

_STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """The largest resident set of this process."""
    if _STATUS.is_file():
        found = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
        return int(found["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


started = time.process_time()
count = sum(isinstance(each, Paper) for each in read_papers(sys.argv[1]))
print(json.dumps({"papers": count, "cpu_seconds": time.process_time() - started, "peak_mb": peak_mb()}))
