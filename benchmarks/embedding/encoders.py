"""The encoders that are timed: a real small one, and CLIPs of random weights, which take as long as trained ones."""

from collections.abc import Iterator
from pathlib import Path

from safetensors.torch import save_file

from vision.backbones import load_backbone, load_clip
from vision.encoders import Encoder, EncoderConfig, device_of, frozen

SMALL_CLIP = "ViT-B-32"
CLIP_MEAN, CLIP_STD = (0.4815, 0.4578, 0.4082), (0.2686, 0.2613, 0.2758)


def _clip(name: str, gpu: bool, checkpoint: Path | None = None) -> EncoderConfig:
    return EncoderConfig(
        kind="open_clip", name=name, mean=CLIP_MEAN, std=CLIP_STD, interpolation="bicubic",
        precision="bf16" if gpu else "fp32", checkpoint=str(checkpoint) if checkpoint else None,
    )  # fmt: skip


def _configs(photographs: Path, gpu: bool) -> Iterator[EncoderConfig]:
    if gpu:
        yield from (_clip(name, gpu) for name in (SMALL_CLIP, "ViT-L-14"))
        return
    mobilenet = photographs.parent / "encoders" / "mobilenetv1_100_imagenet_fp16.safetensors"
    half = (0.5, 0.5, 0.5)
    yield EncoderConfig(
        kind="timm", name="mobilenetv1_100", options={"pad_type": "same"}, mean=half, std=half,
        checkpoint=str(mobilenet) if mobilenet.is_file() else None,
    )  # fmt: skip
    yield _clip(SMALL_CLIP, gpu)


def write_clip(path: Path) -> EncoderConfig:
    """ViT-B/32 on a CPU, with random weights of both its towers, which are written to `path` for others to read."""
    save_file(load_clip(_clip(SMALL_CLIP, gpu=False)).state_dict(), path)
    return _clip(SMALL_CLIP, gpu=False, checkpoint=path)


def encoders(photographs: Path) -> Iterator[Encoder]:
    """One after the other: the small one and ViT-B/32 on a CPU, ViT-B/32 and ViT-L/14 in bf16 on a GPU."""
    device = device_of("auto")
    for config in _configs(photographs, device != "cpu"):
        yield frozen(load_backbone(config), config, device)
