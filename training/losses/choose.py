"""The loss that a recipe names."""

from training.config import LossName, Silence, TrainConfig
from training.data import Indices, TrainingSet
from training.losses.base import LongTailLoss
from training.losses.baselines import ClassBalanced, CrossEntropy, LogitAdjustment
from training.losses.ldam import LdamDrw
from training.losses.silencing import AuxiliarySilencing, NeighborSilencing
from training.priors import epoch_counts, log_prior


def silenced_edges(data: TrainingSet, config: TrainConfig) -> Indices:
    """The edges [E, 2] along which a target and its neighbor do not compete."""
    if config.silence is Silence.NONE:
        return data.edges[:0]
    if config.silence is Silence.TAIL_ONLY:
        return data.edges[data.train_counts[data.edges[:, 0]] < config.tail_below]
    return data.edges


def _silencing(data: TrainingSet, config: TrainConfig) -> NeighborSilencing:
    kind = AuxiliarySilencing if config.silence is Silence.NEIGHBORS_AND_AUXILIARIES else NeighborSilencing
    prior = log_prior(epoch_counts(data, config.caps))
    return kind(
        prior, silenced_edges(data, config), len(data.classes),
        tau=config.tau, lambda_s=config.lambda_s, label_smoothing=config.label_smoothing,
    )  # fmt: skip


def loss_of(data: TrainingSet, config: TrainConfig) -> LongTailLoss:
    """The loss over the N + M logits of one arm; `data` and `config` are the arm's own."""
    counts, targets, smoothing = epoch_counts(data, config.caps), len(data.classes), config.label_smoothing
    match config.loss:
        case LossName.NEIGHBOR_SILENCING:
            return _silencing(data, config)
        case LossName.CROSS_ENTROPY:
            return CrossEntropy(targets, smoothing)
        case LossName.BALANCED_SOFTMAX:
            return LogitAdjustment(log_prior(counts), targets, label_smoothing=smoothing)
        case LossName.LOGIT_ADJUSTMENT:
            return LogitAdjustment(log_prior(counts), targets, config.tau, smoothing)
        case LossName.CLASS_BALANCED:
            return ClassBalanced(counts, targets, config.baselines.beta, smoothing)
        case LossName.LDAM_DRW:
            return LdamDrw(counts, targets, config.baselines, smoothing)
