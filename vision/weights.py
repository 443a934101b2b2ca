"""An encoder's weights: which files they are, a digest of them, their license, and where to fetch what is missing."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storage.errors import BadInput
from storage.fingerprint import fingerprint
from vision.config import EncoderConfig

FOLDER_CONFIG = "open_clip_config.json"
"""What makes a folder one of open_clip's."""

HUB = "hf-hub:"
"""What the name of a model begins with that is a repository of the hub."""

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


def merges_of(folder: Path) -> Path | None:
    """The vocabulary of an open_clip folder: in it, else where its configuration says; None for open_clip's own."""
    about = json.loads((folder / FOLDER_CONFIG).read_text())
    named = about.get("model_cfg", {}).get("text_cfg", {}).get("tokenizer_kwargs", {}).get("bpe_path")
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
        return fingerprint(config)
    return fingerprint(config, *(bytes_digest(path) for path in _files(checkpoint_of(config))))


def tagged(config: EncoderConfig) -> str:
    """What timm calls an architecture with a tag."""
    return f"{config.name}.{config.pretrained}" if config.pretrained else config.name


def about_timm(name: str) -> Any:
    """What timm knows of an architecture and its tag; None where it has no such weights."""
    import timm

    try:
        return timm.models.get_pretrained_cfg(name)
    except RuntimeError:
        return None


def _repository(config: EncoderConfig) -> str:
    """The repository of the hub that holds the weights; empty where the library knows none."""
    if config.name.startswith(HUB):
        return config.name.removeprefix(HUB)
    if config.kind == "timm":
        return str(getattr(about_timm(tagged(config)), "hf_hub_id", "") or "")
    import open_clip

    known = open_clip.get_pretrained_cfg(config.name.replace("/", "-"), config.pretrained or "")
    return str(known.get("hf_hub", "")).rstrip("/")


def how_to_fetch(config: EncoderConfig) -> str:
    """What to do where the weights cannot be had: which repository to fetch elsewhere, and which field to set."""
    if config.checkpoint or not (repository := _repository(config)):
        return f"check encoder.name, pretrained, checkpoint and options; {config.kind} downloads nothing by this name"
    # The folder of an open_clip model says its activation too, which the name of an architecture may not.
    brought = "model.safetensors in it" if config.kind == "timm" else "it"
    return (
        f"where this machine cannot reach the hub, run `hf download {repository} --local-dir FOLDER` on another, bring "
        f"the folder here, set encoder.checkpoint to {brought} and leave out encoder.pretrained; "
        "or check encoder.name, pretrained and options"
    )


def license_of(config: EncoderConfig) -> str:
    """The license of the weights as the recipe or timm says it; empty where neither does, as open_clip does not."""
    if config.license or config.kind != "timm" or config.pretrained is None:
        return config.license or ""
    return str(getattr(about_timm(tagged(config)), "license", "") or "")
