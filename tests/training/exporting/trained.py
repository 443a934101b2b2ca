"""Small networks, really trained by the stage's own code, with a recipe and all the stages behind them."""

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import timm
import torch
import yaml

from flows.arm import train_arm
from storage.latest import remember
from storage.manifest import open_stage
from storage.records import Embedded, Stage, StageRef, Unreadable
from storage.tables import to_table, with_vectors
from tests.training.stages import NEIGHBORS, Stages, crawl_of, finished_stages, remember_all
from training.config import VERSION
from training.export import main
from training.exporting.learned import Learned
from training.pictures import read
from training.read import files, packed
from training.recipe import TrainingRecipe
from training.recipe import read as read_training
from vision.config import EncoderConfig
from vision.encoders import load_encoder
from vision.weights import encoder_digest

CLIP = EncoderConfig(kind="open_clip", name="herbarium", checkpoint="sandbox/clip/model", image_size=64)
INPUT = {"image_size": 32, "mean": [0.5, 0.4, 0.3], "std": [0.2, 0.25, 0.3]}
SETTINGS = {"steps": 4, "batch_size": 8, "lr": 0.003, "hidden": 8, "evaluate_every": 2, "device": "cpu"}


def small(name: str, folder: Path) -> EncoderConfig:
    """A small network of timm's with random weights, as a file of them."""
    torch.manual_seed(0)
    path = folder / f"{name}.safetensors"
    safetensors.torch.save_file(timm.create_model(name, num_classes=0).state_dict(), path)
    return EncoderConfig.model_validate({"kind": "timm", "name": name, "checkpoint": str(path), **INPUT})


def _embedded(root: Path, source: StageRef | str, stage: StageRef, encoder: EncoderConfig) -> StageRef:
    """The real vectors of a stage's pictures."""
    held = packed(stage) if stage.stage is Stage.SHARD else files(stage, _nothing(root))
    loaded = load_encoder(encoder)
    vectors = np.concatenate([loaded.encode([read(picture)]) for picture in held.values()])
    folder = open_stage(str(root), Stage.EMBED, 2, encoder, pictures=source, encoder=encoder_digest(encoder))
    table = with_vectors(to_table([Embedded(digest, b"", b"", b"") for digest in held], Embedded), vectors)
    parts = [folder.write_table("all", Embedded.__name__, table), folder.write_rows("all", [], Unreadable)]
    return folder.seal([folder.seal_part("all", parts, Counter(), 0.0)], len(held), 0.0)


def _nothing(root: Path) -> StageRef:
    folder = open_stage(str(root), Stage.EMBED, 2, None, pictures="nothing")
    return folder.seal([folder.seal_part("all", [folder.write_rows("all", [], Unreadable)], Counter(), 0.0)], 0, 0.0)


def stages_of(root: Path, encoder: EncoderConfig | None) -> Stages:
    """The stages below a root, with an encoder's own vectors where one is given."""
    stages = finished_stages(root)
    if encoder is None:
        return stages
    targets = _embedded(root, stages.targets, stages.targets, encoder)
    return Stages(stages.targets, targets, stages.shards, _embedded(root, crawl_of(NEIGHBORS), stages.shards, encoder))


def write_recipe(root: Path, settings: dict[str, object], encoder: EncoderConfig | None = None) -> str:
    """The path of a recipe called small."""
    embed = {"embed": {"encoder": encoder.model_dump(), "batch_size": 8}} if encoder else {}
    sections = {"name": "small", "data_root": str(root), "train": settings, **embed}
    path = root / "small.yaml"
    path.write_text(yaml.safe_dump(sections))
    return str(path)


def train_stage(recipe: TrainingRecipe, stages: Stages) -> StageRef:
    """The train stage of a recipe on these stages, as its flow makes it."""
    config = recipe.train
    refs = (stages.targets, stages.target_vectors, stages.shards, stages.candidate_vectors)
    backbone = encoder_digest(config.encoder) if config.encoder else "none"
    folder = open_stage(
        recipe.data_root, Stage.TRAIN, VERSION, config, targets=stages.targets, target_vectors=stages.target_vectors,
        shards=stages.shards, vectors=stages.candidate_vectors, backbone=backbone,
    )  # fmt: skip
    parts = [train_arm.fn(folder, f"{place}-{arm}", config, *refs) for place, arm in enumerate(config.arms)]
    ref = folder.seal(parts, len(parts), 0.0)
    remember(recipe.data_root, recipe.name, Stage.TRAIN, ref)
    return ref


def trained(root: Path, settings: dict[str, object], encoder: EncoderConfig | None = None) -> str:
    """The path of a recipe whose arms are trained, on an encoder's vectors where one is given."""
    path = write_recipe(root, {**SETTINGS, **settings}, encoder)
    stages = stages_of(root, encoder)
    remember_all(root, "small", stages)
    train_stage(read_training(path), stages)
    return path


def finetuned(root: Path, encoder: EncoderConfig, **settings: object) -> str:
    """The same of a whole network, of one arm."""
    whole = {"mode": "finetune", "encoder": encoder.model_dump(), "arms": ["silenced"], **settings}
    return trained(root, whole)


def export(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    """The command in this process, which spares it an import of torch."""
    monkeypatch.setattr(sys, "argv", ["training.export", *arguments])
    main()


def masked(learned: Learned) -> tuple[torch.Tensor, torch.Tensor]:
    """All test pictures as evaluation shows them, and training's logits of the target classes."""
    with torch.no_grad():
        batches = [
            (inputs, learned.run.network(inputs)[:, : len(learned.data.classes)])
            for inputs, _ in learned.run.feed.evaluation(learned.data.test)
        ]
    inputs, logits = (torch.cat(parts) for parts in zip(*batches, strict=True))
    return inputs, logits
