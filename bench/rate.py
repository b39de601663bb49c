"""Embedding rate: abstracts a second by semsearch's encoder, sentence-transformers and txtai, in alternating rounds."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from . import results
from .inputs import WORKERS, Inputs, encoder_folder, model_folder, txtai_python
from .processes import Worker, python

_SCRIPT = WORKERS / "embed.py"


def run(inputs: Inputs) -> None:
    """Measure, and write results/rate.json. A further route is NAME=CONTENDER:FOLDER, as workers/embed.py knows it."""
    generation = inputs.generation()
    texts = [paper.text for paper in inputs.abstracts()]
    encoder, fp32 = (encoder_folder(generation, precision) for precision in ("int8", "fp32"))
    model = model_folder(generation)
    txtai = txtai_python()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts), encoding="utf-8")
        commands = {
            "semsearch int8": python(_SCRIPT, "semsearch", encoder, path),
            "semsearch fp32": python(_SCRIPT, "semsearch", fp32, path),
            "sentence-transformers": python(_SCRIPT, "sentence_transformers", model, path),
        }
        if txtai is not None:
            commands["txtai"] = [txtai, _SCRIPT, "txtai", model, path]
        for route in inputs.routes:
            name, _, rest = route.partition("=")
            contender, _, place = rest.partition(":")
            commands[name] = python(_SCRIPT, contender, place or encoder, path)
        seconds = _alternate(commands, inputs.rate_rounds)
    rates = {name: results.spread([len(texts) / each for each in taken], 1) for name, taken in seconds.items()}
    base = seconds["sentence-transformers"]
    for name, taken in seconds.items():
        ratios = [theirs / ours for theirs, ours in zip(base, taken, strict=True)]
        rates[name]["times_sentence_transformers"] = results.spread(ratios, 2)
    for name, each in rates.items():
        times = each["times_sentence_transformers"]["median"]
        print(f"rate: {name} {each['median']:.1f} abstracts/s, {times:.2f} times sentence-transformers", flush=True)
    results.save("rate", {**_about(texts, encoder), "abstracts_per_second": rates}, txtai)


def _alternate(commands: dict[str, list[object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of every round of each contender; every other round goes through them backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    with ExitStack() as stack:
        workers = {name: stack.enter_context(Worker(command)) for name, command in commands.items()}
        for number in range(rounds):
            for name in list(workers)[:: -1 if number % 2 else 1]:
                seconds[name].append(workers[name].round()["seconds"])
                print(f"rate, round {number + 1}: {name} {seconds[name][-1]:.2f} s", flush=True)
    return seconds


def _about(texts: list[str], encoder: Path) -> dict[str, Any]:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    limit = json.loads((encoder / "encoder.json").read_text(encoding="utf-8"))["max_tokens"]
    lengths = np.array([len(encoding.ids) for encoding in tokenizer.encode_batch(texts)])
    read = np.minimum(lengths, limit) if limit else lengths
    return {"abstracts": len(texts), "tokens_read_mean": round(float(read.mean()), 1)}
