"""The `train` section of a recipe: one model of one arm, from its features or its pictures."""

from typing import Literal, Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from training.choices import SILENCING, AdapterKind, Arm, HeadKind, LossName, Mode, Silence, Unit
from training.sections import Adapter, Augment, Baselines, Caps, Head, Shots
from vision.config import EncoderConfig

__all__ = [
    "LARGEST_SEED", "SILENCING", "VERSION", "Adapter", "AdapterKind", "Arm", "Augment", "Baselines", "Caps", "Head",
    "HeadKind", "LossName", "Mode", "Shots", "Silence", "TrainConfig", "Unit",
]  # fmt: skip

LARGEST_SEED = 2**32 - 1
"""What the random generators of all libraries take."""

OF_FINETUNE = ("head", "adapter", "augment", "drop_path", "layer_decay")
"""Settings of a whole network."""

VERSION = 4
"""Raised when the same data and settings would now train to something else: no older run is taken up or handed out."""


class TrainConfig(Section):
    """Everything that one training run can be told."""

    mode: Mode = Field(Mode.FEATURES, description="Classifier over frozen features, or the whole network")
    arms: tuple[Arm, ...] = Field((Arm.TARGETS_ONLY, Arm.SILENCED), min_length=1, description="The runs to compare")
    seed: int = Field(0, ge=0, le=LARGEST_SEED, description="Seed of weights, draws, order and augmentation")
    unit: Unit = Field(
        Unit.STEP, description="What steps, warmup_steps, head_steps and evaluate_every count: step, or epoch"
    )
    steps: int = Field(1500, ge=1, description="Optimizer steps")
    batch_size: int = Field(128, ge=1, description="Pictures a step, over all processes")
    accumulate: int = Field(1, ge=1, description="Parts that a process cuts its batch into, one after the other")
    lr: float = Field(1e-3, gt=0, description="Peak learning rate of AdamW")
    warmup_steps: int = Field(0, ge=0, description="Steps of linear warm-up; a cosine to zero follows")
    layer_decay: float = Field(1.0, gt=0, le=1, description="Factor of the rate from a block to the one below; 1: none")
    head_steps: int = Field(0, ge=0, description="Steps at first in which the head alone learns, without drop path")
    weight_decay: float = Field(0.05, ge=0, description="AdamW's decoupled weight decay, on matrices only")
    ema: float = Field(0.0, ge=0, lt=1, description="Largest decay of the averaged weights that are judged; 0 for none")
    retrain_steps: int = Field(500, ge=1, description="Steps of the classifier alone, in the arm retrained")
    clip_norm: float = Field(0.0, ge=0, description="Largest norm of the gradient; 0 for no clipping")
    hidden: int = Field(512, ge=0, description="Units of the hidden layer; 0 for a linear classifier")
    input_dropout: float = Field(0.0, ge=0, lt=1, description="Share of the features that a step leaves out")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of the hidden units that a step leaves out")
    drop_path: float = Field(0.0, ge=0, lt=1, description="Largest share of samples that skip a block, at the last one")
    head: Head = Field(Head(), description="The classifier of finetune")
    adapter: Adapter = Field(Adapter(), description="What learns in the network of finetune, where not all of it does")
    augment: Augment = Field(Augment(), description="How finetune's pictures are changed at random")
    encoder: EncoderConfig | None = Field(None, description="The network that finetune starts from")
    amp: bool = Field(False, description="bfloat16 autocast for the network; the loss stays in float32")
    loss: LossName = Field(LossName.NEIGHBOR_SILENCING, description="What is minimized")
    baselines: Baselines = Field(Baselines(), description="Settings of the other losses")
    tau: float = Field(1.0, ge=0, description="Weight of the log prior")
    silence: Silence = Field(Silence.NEIGHBORS, description="Which classes do not compete with a sample's own")
    tail_below: int = Field(100, ge=1, description="tail_only: targets with fewer training pictures are silenced")
    lambda_s: float = Field(0.1, ge=0, le=1, description="Silencing between a target and its neighbors; 0 is hard")
    label_smoothing: float = Field(0.0, ge=0, lt=1, description="Mass spread over the classes that are not silenced")
    mixup: float = Field(0.0, ge=0, description="Alpha of mixup's Beta distribution; 0 for no mixup")
    cutmix: float = Field(0.0, ge=0, description="Alpha of cutmix's; with mixup too, each takes half of the steps")
    caps: Caps = Field(Caps(), description="Pictures an auxiliary class brings to an epoch")
    shots: Shots = Field(Shots(), description="Bounds of many, medium and few")
    evaluate_every: int = Field(100, ge=1, description="Steps between two looks at the validation split")
    log_every: int = Field(50, ge=1, description="Steps between two lines of metrics", json_schema_extra=NOT_IN_KEY)
    save_every: int = Field(500, ge=1, description="Steps between two checkpoints", json_schema_extra=NOT_IN_KEY)
    tensorboard: bool = Field(False, description="Write TensorBoard's files too", json_schema_extra=NOT_IN_KEY)
    device: str = Field("auto", description="cpu, cuda, cuda:1, or auto", json_schema_extra=NOT_IN_KEY)
    workers: int = Field(0, ge=0, description="Processes that decode pictures", json_schema_extra=NOT_IN_KEY)
    where: Literal["inline", "deployment"] = Field(
        "inline",
        description="deployment: it is a run on the gpu pool, one for the same data, which the pipeline waits for",
        json_schema_extra=NOT_IN_KEY,
    )
    processes: int = Field(
        1,
        ge=1,
        description="Processes that train together on one machine, such as one a GPU",
        json_schema_extra=NOT_IN_KEY,
    )
    compile: bool = Field(
        False, description="Compile the network by torch.compile: slow to start, faster on a GPU",
        json_schema_extra=NOT_IN_KEY,
    )  # fmt: skip

    @model_validator(mode="after")
    def _warms_up_within_the_run(self) -> Self:
        for name in ("warmup_steps", "head_steps"):
            if getattr(self, name) >= self.steps:
                raise ValueError(f"{name} {getattr(self, name)} do not end within steps {self.steps}")
        return self

    @model_validator(mode="after")
    def _arms_are_of_the_loss(self) -> Self:
        idle = [arm for arm in self.arms if arm in SILENCING]
        if idle and self.loss is not LossName.NEIGHBOR_SILENCING:
            said = f"loss {self.loss} silences nothing, which train.arms {', '.join(idle)} would have to"
            raise ValueError(f"{said}: leave them out, as in [{Arm.TARGETS_ONLY}, {Arm.UNSILENCED}]")
        return self

    @model_validator(mode="after")
    def _has_a_network(self) -> Self:
        if self.mode is Mode.FINETUNE and self.encoder is None:
            raise ValueError("mode finetune needs train.encoder, the network that it starts from")
        if self.mode is Mode.FEATURES and self.cutmix:
            raise ValueError("cutmix cuts pictures, and mode features has none: set train.cutmix to 0")
        return self

    @model_validator(mode="after")
    def _settings_are_of_the_mode(self) -> Self:
        fields = type(self).model_fields
        told = [name for name in OF_FINETUNE if getattr(self, name) != fields[name].default]
        if self.mode is Mode.FEATURES and told:
            raise ValueError(f"mode features has no {', '.join(told)}: leave that out, or set train.mode to finetune")
        return self

    @model_validator(mode="after")
    def _network_takes_its_settings(self) -> Self:
        kind = self.encoder.kind if self.encoder else None
        if self.head.kind is HeadKind.TEXT_COSINE and kind == "timm":
            raise ValueError("head text_cosine needs an encoder that reads names, of train.encoder.kind open_clip")
        if self.head.kind is not HeadKind.LINEAR and self.loss is LossName.LDAM_DRW:
            raise ValueError("loss ldam_drw has a cosine head of its own, told by train.baselines: leave out head")
        if self.drop_path and kind == "open_clip":
            raise ValueError("drop_path is of timm's networks: set train.drop_path to 0, or train.encoder.kind to timm")
        if self.drop_path and self.adapter.kind is not AdapterKind.NONE:
            raise ValueError("drop_path has no effect on a backbone that an adapter freezes: set train.drop_path to 0")
        return self
