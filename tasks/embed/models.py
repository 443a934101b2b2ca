"""The models of one recipe, loaded, and what they are made of."""

import logging
from dataclasses import dataclass
from functools import lru_cache

from storage.fingerprint import fingerprint
from tasks.embed.config import EmbedConfig, HashConfig
from vision.encoders import Encoder, EncoderConfig, encoder_digest, load_encoder
from vision.loader import cores
from vision.origins import repository_of
from vision.scorers import Score
from vision.texts import TextEncoder, load_texts

logger = logging.getLogger(__name__)

BATCH_ON_CPU, BATCH_ON_GPU = 8, 64
"""Pictures in a batch: as many as stay in a core's caches, and as many as fill a GPU."""

HASHED = 64
"""Pictures that a thread takes at once where no encoder looks at them."""


_few = lru_cache(maxsize=2)
"""Keeps the models of the stage at work; by their content, since a file at the same path may be another one."""


@dataclass(frozen=True, slots=True)
class Models:
    """What looks at each picture; the last of the encoders is the clip, where there are scorers."""

    encoders: tuple[Encoder, ...] = ()
    scorers: tuple[tuple[str, Score], ...] = ()

    def batch_size(self, asked: int | None) -> int:
        """Pictures in a batch, where the recipe leaves it open."""
        if asked or not self.encoders:
            return asked or HASHED
        return BATCH_ON_GPU if self.encoders[0].device.startswith("cuda") else BATCH_ON_CPU


def models_content(config: HashConfig) -> str:
    """What the vectors, names and scores depend on beside the recipe's fields; weights count by their bytes."""
    if not isinstance(config, EmbedConfig):
        return "none"
    clip = encoder_digest(config.clip) if config.clip else ""
    return fingerprint(encoder_digest(config.encoder), clip, [scorer.digest() for scorer in config.scorers])


def _tell(config: EncoderConfig) -> None:
    """Where the weights come from: without a network the hub's client tries for most of a minute, and says nothing."""
    if repository := repository_of(config):
        logger.info("fetching %s from the hub, unless it is here already; HF_HUB_OFFLINE=1 fails at once", repository)


@_few
def _encoder(config: EncoderConfig, device: str, _content: str) -> Encoder:
    _tell(config)
    return load_encoder(config, device)


@_few
def _texts(config: EncoderConfig, device: str, _content: str) -> TextEncoder:
    _tell(config)
    return load_texts(config, device)


def text_encoder(config: EncoderConfig, device: str) -> TextEncoder:
    """The clip's text tower, loaded once a process."""
    return _texts(config, device, encoder_digest(config))


@_few
def _loaded(config: EmbedConfig, _content: str) -> Models:
    encoders = [
        _encoder(model, config.device, encoder_digest(model)) for model in (config.encoder, config.second) if model
    ]
    if not (config.clip and config.scorers):
        return Models(tuple(encoders))
    texts = text_encoder(config.clip, config.device)
    return Models(tuple(encoders), tuple((scorer.name, scorer.load(texts)) for scorer in config.scorers))


def load_models(config: HashConfig, content: str | None = None) -> Models:
    """Everything that the recipe wants of a picture, loaded once a process; nothing where hashes are enough.

    `content` is what `models_content` says, for who knows it already.
    """
    if not isinstance(config, EmbedConfig):
        return Models()
    return _loaded(config, content or models_content(config))


def workers_of(config: HashConfig) -> int:
    """Threads that work side by side."""
    return config.workers or cores()
