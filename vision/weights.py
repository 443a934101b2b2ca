"""An encoder's weights: which files they are, and a digest of them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from safetensors import SafetensorError

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from vision.config import EncoderConfig

FOLDER_CONFIG = "open_clip_config.json"
"""What makes a folder one of open_clip's."""

HUB = "hf-hub:"
"""What the name of a model begins with that is a repository of the hub."""

MALFORMED = (
    OSError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, AssertionError, EOFError,
    UnpicklingError, SafetensorError,
)  # fmt: skip
"""What libraries raise of weights that are cut short, are something else, or are another model's."""

LOADING = 2
"""How weights are loaded; another number where the same ones would give other vectors than before."""

_ABOUT = {".md", ".png", ".jpg"}
"""Endings of what is written about a model; all else in its folder may change what it says of a picture or a text."""


def bytes_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checkpoint_of(config: EncoderConfig) -> Path:
    """The local file or open_clip folder that `config.checkpoint` names; raises BadInput where there is none."""
    path = Path(config.checkpoint or "")
    if path.is_file() or (config.kind == "open_clip" and (path / FOLDER_CONFIG).is_file()):
        return path
    if path.is_dir() and config.kind == "timm":
        raise BadInput(
            f"encoder.checkpoint: {path} is a folder, and timm takes a file of weights",
            "name the file in it, or set encoder.kind to open_clip for a folder of open_clip's",
        )
    raise BadInput(
        f"encoder.checkpoint: there is no file {path}, nor a folder of open_clip's with its {FOLDER_CONFIG}",
        "set it to weights that are there, or leave it out and set encoder.pretrained to a tag to download",
    )


def folder_part(folder: Path, name: str) -> dict[str, Any]:
    """One part of an open_clip folder's configuration, empty where it lacks it; raises BadInput where it is broken."""
    path = folder / FOLDER_CONFIG
    try:
        part = json.loads(path.read_text()).get(name, {})
    except (OSError, ValueError, AttributeError) as error:
        raise _broken(path, str(error)) from error
    if not isinstance(part, dict):
        raise _broken(path, f"its {name} is {part!r}")
    return part


def _broken(path: Path, why: str) -> BadInput:
    return BadInput(
        f"encoder.checkpoint: {path} is no configuration of open_clip's: {why}",
        "bring the folder here again, whole, or set encoder.checkpoint to another",
    )


def merges_of(folder: Path) -> Path | None:
    """The vocabulary of an open_clip folder: in it, else where its configuration says; None for open_clip's own.

    Raises BadInput where the configuration is broken.
    """
    text = folder_part(folder, "model_cfg").get("text_cfg", {})
    try:
        named = text.get("tokenizer_kwargs", {}).get("bpe_path")
    except AttributeError as error:
        raise _broken(folder / FOLDER_CONFIG, f"its text_cfg is {text!r}") from error
    if named is None:
        return None
    return next((path for path in (folder / Path(named).name, Path(named)) if path.is_file()), None)


def _files(checkpoint: Path) -> Iterator[Path]:
    """The file, or a folder's files that make the model; a card beside them does not."""
    if checkpoint.is_file():
        yield checkpoint
        return
    shown = (path for path in checkpoint.iterdir() if path.is_file() and not path.name.startswith("."))
    yield from sorted(path for path in shown if path.suffix not in _ABOUT and path.name != "LICENSE")
    merges = merges_of(checkpoint)
    if merges and merges.parent != checkpoint:
        yield merges


def encoder_digest(config: EncoderConfig) -> str:
    """What the vectors depend on, of pictures and of texts: architecture, input, vocabulary and the weights' bytes.

    Weights that are downloaded count by their tag.
    """
    if config.checkpoint is None:
        return fingerprint(config, LOADING)
    return fingerprint(config, LOADING, *(bytes_digest(path) for path in _files(checkpoint_of(config))))
