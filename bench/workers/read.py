"""Read the corpus that is named, and print how many papers it has and the seconds of CPU that it took, as JSON.

On a machine that does other things too a clock would tell of those. Nothing but the readers is imported, so that the
process's peak memory is theirs.
"""

from __future__ import annotations

import json
import sys
import time

from semsearch.corpus import read_papers
from semsearch.paper import Paper

started = time.process_time()
count = sum(isinstance(each, Paper) for each in read_papers(sys.argv[1]))
print(json.dumps({"papers": count, "cpu_seconds": time.process_time() - started}))
