"""What a recipe's `train` section can be told by name."""

from enum import StrEnum


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


class HeadKind(StrEnum):
    """The classifier upon the features.

    COSINE's logits are scaled cosines; TEXT_COSINE is one that starts from a CLIP's vectors of the
    class names; BATCH_NORM is linear upon a batch normalization without weights of its own.
    """

    LINEAR = "linear"
    COSINE = "cosine"
    TEXT_COSINE = "text_cosine"
    BATCH_NORM = "batch_norm"


class AdapterKind(StrEnum):
    """What learns in a backbone that stays as it is: small matrices beside its own; NONE trains it whole."""

    NONE = "none"
    LORA = "lora"
    ADAPTFORMER = "adaptformer"


class Unit(StrEnum):
    """What lengths of a training are counted in."""

    STEP = "step"
    EPOCH = "epoch"
