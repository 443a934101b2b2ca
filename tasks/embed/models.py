"""The models of one recipe, loaded, and what they are made of."""

from dataclasses import dataclass
from functools import cache

from storage.fingerprint import fingerprint
from tasks.embed.config import EmbedConfig, HashConfig
from vision.encoders import Encoder, EncoderConfig, encoder_digest, load_encoder
from vision.loader import cores
from vision.scorers import Score
from vision.texts import TextEncoder, load_texts

BATCH_ON_CPU, BATCH_ON_GPU = 8, 64
"""Pictures in a batch: as many as stay in a core's caches, and as many as fill a GPU."""

HASHED = 64
"""Pictures that a thread takes at once where no encoder looks at them."""


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


@cache
def _encoder(config: EncoderConfig, device: str) -> Encoder:
    return load_encoder(config, device)


@cache
def text_encoder(config: EncoderConfig, device: str) -> TextEncoder:
    """The clip's text tower, loaded once a process."""
    return load_texts(config, device)


@cache
def _loaded(config: EmbedConfig) -> Models:
    encoders = [_encoder(model, config.device) for model in (config.encoder, config.second) if model]
    if not (config.clip and config.scorers):
        return Models(tuple(encoders))
    texts = text_encoder(config.clip, config.device)
    return Models(tuple(encoders), tuple((scorer.name, scorer.load(texts)) for scorer in config.scorers))


def load_models(config: HashConfig) -> Models:
    """Everything that the recipe wants of a picture, loaded once a process; nothing where hashes are enough."""
    return _loaded(config) if isinstance(config, EmbedConfig) else Models()


def models_content(config: HashConfig) -> str:
    """What the vectors, names and scores depend on beside the recipe's fields; weights count by their bytes."""
    if not isinstance(config, EmbedConfig):
        return "none"
    clip = encoder_digest(config.clip) if config.clip else ""
    return fingerprint(encoder_digest(config.encoder), clip, [scorer.digest() for scorer in config.scorers])


def workers_of(config: HashConfig) -> int:
    """Threads that work side by side."""
    return config.workers or cores()
