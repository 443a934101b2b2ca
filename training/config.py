"""The `train` section of a recipe: one model of one arm, from its features or its pictures."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from vision.config import EncoderConfig

LARGEST_SEED = 2**32 - 1
"""What the random generators of all libraries take."""

VERSION = 3
"""Raised when the same data and settings would now train to something else: no older run is taken up or handed out."""


class Arm(StrEnum):
    """What a run adds to the target data; between two arms nothing else differs.

    SAME_VOLUME adds as many pictures of the targets themselves, RANDOM as many that show nothing
    alike; RETRAINED learns the classifier anew, from targets alone, on what SILENCED learned.
    """

    TARGETS_ONLY = "targets_only"
    SAME_VOLUME = "same_volume"
    RANDOM = "random"
    SHUFFLED = "shuffled"
    UNSILENCED = "unsilenced"
    SILENCED = "silenced"
    SILENCED_0 = "silenced_0"
    RETRAINED = "retrained"


SILENCING = (Arm.SILENCED, Arm.SILENCED_0, Arm.RETRAINED)
"""Under a loss that silences nothing these would be UNSILENCED under other names."""


class LossName(StrEnum):
    """What a run minimizes; all take the same logits and labels."""

    NEIGHBOR_SILENCING = "neighbor_silencing"
    CROSS_ENTROPY = "cross_entropy"
    BALANCED_SOFTMAX = "balanced_softmax"
    LOGIT_ADJUSTMENT = "logit_adjustment"
    CLASS_BALANCED = "class_balanced"
    LDAM_DRW = "ldam_drw"


class Silence(StrEnum):
    """Which classes do not compete: a target and its neighbors, and for an auxiliary all other auxiliaries too."""

    NEIGHBORS = "neighbors"
    NEIGHBORS_AND_AUXILIARIES = "neighbors_and_auxiliaries"
    TAIL_ONLY = "tail_only"
    NONE = "none"


class Mode(StrEnum):
    """What is trained: a classifier over a frozen encoder's features, or the whole network."""

    FEATURES = "features"
    FINETUNE = "finetune"


class Shots(Section):
    """Where "many" begins and "few" ends, in training pictures of a class."""

    many_from: int = Field(101, ge=1, description="Classes with at least so many training pictures are many-shot")
    few_below: int = Field(20, ge=1, description="Classes with fewer training pictures than this are few-shot")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.few_below > self.many_from:
            raise ValueError(f"few_below {self.few_below} lies above many_from {self.many_from}")
        return self


class Caps(Section):
    """How many pictures of an auxiliary class an epoch draws, by its rarest parent's count c."""

    tail_up_to: int = Field(20, ge=0, description="c up to here: `tail` pictures")
    tail: int = Field(50, ge=1, description="Pictures of a tail class's neighbor")
    head_above: int = Field(100, ge=1, description="c above here: `head` pictures; between the two bounds: c")
    head: int = Field(50, ge=1, description="Pictures of a head class's neighbor")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.tail_up_to > self.head_above:
            raise ValueError(f"tail_up_to {self.tail_up_to} lies above head_above {self.head_above}")
        return self


class Baselines(Section):
    """What the losses that others proposed can be told."""

    beta: float = Field(0.9999, ge=0, lt=1, description="Class-balanced weights: (1 - beta) / (1 - beta^n)")
    max_margin: float = Field(0.5, gt=0, description="LDAM: margin of the rarest class")
    scale: float = Field(30.0, gt=0, description="LDAM: logits to a cosine, which margins are told in")
    reweight_from: float = Field(0.8, ge=0, le=1, description="LDAM-DRW: share of the steps before classes get weights")


class TrainConfig(Section):
    """Everything that one training run can be told."""

    mode: Mode = Field(Mode.FEATURES, description="Classifier over frozen features, or the whole network")
    arms: tuple[Arm, ...] = Field((Arm.TARGETS_ONLY, Arm.SILENCED), min_length=1, description="The runs to compare")
    seed: int = Field(0, ge=0, le=LARGEST_SEED, description="Seed of weights, draws, order and augmentation")
    steps: int = Field(1500, ge=1, description="Optimizer steps")
    batch_size: int = Field(128, ge=1, description="Pictures a step, over all processes")
    accumulate: int = Field(1, ge=1, description="Parts that a process cuts its batch into, one after the other")
    lr: float = Field(1e-3, gt=0, description="Peak learning rate of AdamW")
    warmup_steps: int = Field(0, ge=0, description="Steps of linear warm-up; a cosine to zero follows")
    weight_decay: float = Field(0.05, ge=0, description="AdamW's decoupled weight decay, on matrices only")
    ema: float = Field(0.0, ge=0, lt=1, description="Largest decay of the averaged weights that are judged; 0 for none")
    retrain_steps: int = Field(500, ge=1, description="Steps of the classifier alone, in the arm retrained")
    clip_norm: float = Field(0.0, ge=0, description="Largest norm of the gradient; 0 for no clipping")
    hidden: int = Field(512, ge=0, description="Units of the hidden layer; 0 for a linear classifier")
    input_dropout: float = Field(0.0, ge=0, lt=1, description="Share of the features that a step leaves out")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of the hidden units that a step leaves out")
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

    @model_validator(mode="after")
    def _warms_up_within_the_run(self) -> Self:
        if self.warmup_steps >= self.steps:
            raise ValueError(f"warmup_steps {self.warmup_steps} do not end within steps {self.steps}")
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
