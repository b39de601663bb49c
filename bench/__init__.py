"""The benchmark: `make bench CORPUS=... INDEX=...`. Results: JSON in results/, told in docs/benchmarks.md."""

import os

for _name in ("ORT_DISABLE_TELEMETRY", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):  # as semsearch itself does
    os.environ.setdefault(_name, "1")
