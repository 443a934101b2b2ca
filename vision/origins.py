"""Where weights come from: what the libraries know of a name and its tag, and how to fetch what cannot be had here."""

from typing import Any

from vision.config import EncoderConfig
from vision.weights import HUB


def tagged(config: EncoderConfig) -> str:
    """What timm calls an architecture with a tag; a repository of the hub holds one model."""
    tag = None if config.name.startswith(HUB) else config.pretrained
    return f"{config.name}.{tag}" if tag else config.name


def about_timm(name: str) -> Any:
    """What timm knows of an architecture and its tag; None where it has no such weights."""
    import timm

    try:
        return timm.models.get_pretrained_cfg(name)
    except RuntimeError:
        return None


def about_open_clip(config: EncoderConfig) -> list[dict[str, Any]]:
    """What open_clip knows of a tag; without one, of all tags of the architecture; nothing of what it lacks."""
    import open_clip

    name = config.name.replace("/", "-")
    tags = [config.pretrained] if config.pretrained else open_clip.list_pretrained_tags_by_model(name)
    return [about for tag in tags if (about := open_clip.get_pretrained_cfg(name, tag))]


def _place(config: EncoderConfig) -> str:
    """The place in the hub that the weights come from: owner/name, or owner/name/file; empty as `repository_of` is."""
    if config.checkpoint:
        return ""
    if config.name.startswith(HUB):
        return config.name.removeprefix(HUB)
    if config.kind == "timm":
        return str(getattr(about_timm(tagged(config)), "hf_hub_id", "") or "")
    known = about_open_clip(config) if config.pretrained else []
    return str(known[0].get("hf_hub", "")).rstrip("/") if known else ""


def has_weights(config: EncoderConfig) -> bool:
    """Whether the recipe names anybody's weights: an architecture alone has random ones."""
    return bool(config.checkpoint or config.pretrained or config.name.startswith(HUB))


def repository_of(config: EncoderConfig) -> str:
    """The repository of the hub that the weights come from; empty for local ones, or where the library knows none."""
    return "/".join(_place(config).split("/")[:2])


def _by_tag(config: EncoderConfig, file: str) -> str:
    """Which fields make of a file of timm's what the tag would have been."""
    # With its tag in its name, timm still knows how these very weights were trained to see.
    name = "what config.json in it says" if config.name.startswith(HUB) else tagged(config)
    return f"set encoder.name to {name}, encoder.checkpoint to {file} and leave out encoder.pretrained"


def _to_set(config: EncoderConfig) -> str:
    """Which fields make of a repository that was brought here by hand what the tag would have been."""
    if config.kind == "timm":
        return _by_tag(config, "model.safetensors in it")
    # A folder of open_clip's says its activation and its input too, which a file in it does not.
    file = _place(config).removeprefix(repository_of(config)).strip("/")
    return f"set encoder.checkpoint to {f'{file} in it' if file else 'it'} and leave out encoder.pretrained"


def _elsewhere(config: EncoderConfig) -> str:
    """Where timm downloads the few weights from that no hub has; empty where it does not."""
    if config.kind != "timm" or config.pretrained is None:
        return ""
    return str(getattr(about_timm(tagged(config)), "url", "") or "")


def how_to_fetch(config: EncoderConfig) -> str:
    """What to do where the weights cannot be had: what to fetch elsewhere, and which fields to set."""
    if config.checkpoint:
        return "check that encoder.checkpoint is whole, and that encoder.name and options are its architecture's"
    if repository := repository_of(config):
        return (
            f"where this machine cannot reach the hub, run `hf download {repository} --local-dir FOLDER` on another, "
            f"bring the folder here, {_to_set(config)} (until then HF_HUB_OFFLINE=1 fails at once); "
            "or check encoder.name, pretrained and options"
        )
    if address := _elsewhere(config):
        return (
            f"where this machine cannot reach it, fetch {address} on another, bring the file here, "
            f"{_by_tag(config, 'it')}; or check encoder.name, pretrained and options"
        )
    return f"check encoder.name, pretrained, checkpoint and options; {config.kind} downloads nothing by this name"


def license_of(config: EncoderConfig) -> str:
    """The license of the weights as the recipe or timm says it; empty where neither does, as open_clip does not."""
    if config.license or config.kind != "timm" or config.pretrained is None:
        return config.license or ""
    return str(getattr(about_timm(tagged(config)), "license", "") or "")
