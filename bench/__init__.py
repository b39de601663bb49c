"""The benchmark: `make bench CORPUS=... INDEX=...`. Results: JSON in results/, told in docs/benchmarks.md."""
