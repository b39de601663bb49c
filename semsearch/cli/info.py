"""info: what is in an index, read off its manifest."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import StoreError
from ..store.generations import Generation, generation_names, open_generation, open_live, open_name
from ..store.manifest import Manifest
from .build import merged_lines, skipped_lines
from .options import DEFAULT_INDEX, IndexOption, JsonOption

_CHANGES = ("added", "replaced", "removed", "unchanged")


def info(
    index: IndexOption = DEFAULT_INDEX,
    json: JsonOption = False,
    generations: Annotated[
        bool, typer.Option("--generations", help="List the generations on disk, and what made each.")
    ] = False,
) -> None:
    """What is in an index: papers, model, plan, sizes, when it was built, and what was skipped and why.

    Example: semsearch info --json
    """
    if generations:
        _list(index, json)
        return
    generation = open_live(index)
    if json:
        print(json_module.dumps(_as_dict(generation), ensure_ascii=False, indent=1))
        return
    for name, value in _lines(generation):
        print(f"{name:12} {value}")


def _list(index: Path, json: bool) -> None:
    """All generations of an index, newest first, a damaged one with what is wrong."""
    live = open_name(index)
    found = [_row(index, name, live) for name in reversed(generation_names(index))]
    if json:
        print(json_module.dumps(found, ensure_ascii=False, indent=1))
        return
    for each in found:
        mark = "live" if each["live"] else ""
        if each["problem"]:
            print(f"{each['name']}  {mark:4}  {each['problem']}")
            continue
        change = each["change"]
        told = ", ".join(f"{change[key]} {key}" for key in _CHANGES if change[key])
        print(f"{each['name']}  {mark:4}  {each['created']}  {each['papers']} papers  {change['kind']}: {told}")


def _row(index: Path, name: str, live: str | None) -> dict[str, Any]:
    try:
        manifest = open_generation(index, name).manifest
    except StoreError as error:
        return {"name": name, "live": name == live, "problem": error.message}
    return {
        "name": name,
        "live": name == live,
        "problem": "",
        "created": manifest.created,
        "papers": manifest.counts.papers,
        "parent": manifest.parent,
        "change": asdict(manifest.change),
        "bytes": sum(part.bytes for part in manifest.files),
    }


def _as_dict(generation: Generation) -> dict[str, Any]:
    manifest = generation.manifest
    return {
        "generation": generation.name,
        "path": str(generation.folder),
        **asdict(manifest),
        "cut_share": manifest.counts.cut / manifest.counts.papers,
        "bytes": sum(part.bytes for part in manifest.files),
    }


def _lines(generation: Generation) -> Iterator[tuple[str, str]]:
    manifest = generation.manifest
    counts, encoder, plan = manifest.counts, manifest.encoder, manifest.vectors
    yield "index", f"{generation.folder} (format {manifest.format}, semsearch {manifest.semsearch})"
    yield "built", manifest.created
    change = manifest.change
    told = ", ".join(f"{getattr(change, key)} {key}" for key in _CHANGES if getattr(change, key))
    yield "by", f"{change.kind}: {told or 'nothing changed'}"
    yield "corpus", ", ".join(manifest.corpus)
    yield "papers", f"{counts.papers} from {counts.records} entries"
    missing = {"abstract": counts.without_abstract, "title": counts.without_title, "year": counts.without_year}
    yield (
        "",
        ", ".join(f"{n} without {_article(name)}" for name, n in missing.items() if n)
        or "none without abstract, title or year",
    )
    if counts.not_english:
        yield "", f"{counts.not_english} seem not to be English, which the model may not understand; keywords find them"
    if counts.versions is None:
        yield "", f"versions of one paper are not known in format {manifest.format}: the next change will find them"
    elif counts.versions:
        yield "", f"{counts.versions} are versions of others, as a preprint is of what was published"
    if counts.renamed:
        yield "", f"{counts.renamed} under a suffixed id: {', '.join(manifest.renamed)}"
    for line in merged_lines(counts.merged):
        yield "", line
    for line in skipped_lines(manifest.skipped):
        yield "skipped", line.removeprefix("skipped ")
    yield "model", f"{encoder.model} ({encoder.precision}, {encoder.pooling} pooling, sha256 {encoder.sha256[:12]})"
    reads = f"texts up to {encoder.max_tokens} tokens" if encoder.max_tokens else "texts of any length"
    yield "", f"{reads}; {counts.cut} of {counts.papers} were longer and cut ({counts.cut / counts.papers:.0%})"
    yield "encoder", _where(manifest)
    yield "plan", f"{plan.kind} search over {plan.count} vectors of {plan.dimensions} dimensions, {plan.type}"
    reason = generation.background.reason
    yield "standing", f"unavailable: {reason}" if reason else "of each answer to a question, see docs/answers.md"
    for part in manifest.files:
        yield part.name, f"{part.bytes / 1e6:.2f} MB"


def _where(manifest: Manifest) -> str:
    if manifest.encoder.engine == "onnx":
        return "travels with the index"
    return f"not in the index, so a cold start takes seconds: {manifest.encoder_note or 'no reason is known'}"


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
