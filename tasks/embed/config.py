"""How pictures become vectors."""

from typing import Literal, Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY, fingerprint
from storage.section import Section
from vision.config import EncoderConfig
from vision.scorers import Scorer
from vision.weights import encoder_digest

CAPTION = "a photo of a {}"


class HashConfig(Section):
    """What is done with pictures of which hashes and thumbnails are enough."""

    max_pixels: int = Field(64_000_000, ge=1, le=178_000_000, description="A picture of more pixels is unreadable")
    max_unreadable: float = Field(
        0.01,
        ge=0,
        le=1,
        json_schema_extra=NOT_IN_KEY,
        description="Largest share of unreadable pictures; beyond it the stage fails",
    )
    workers: int | None = Field(
        None,
        ge=1,
        le=256,
        description="Threads that decode and compute; one a core where unset",
        json_schema_extra=NOT_IN_KEY,
    )


class EmbedConfig(HashConfig):
    """The encoder, what names and pictures share a space in, and where the work is done."""

    encoder: EncoderConfig = Field(description="What turns pictures into vectors")
    clip: EncoderConfig | None = Field(
        None, description="An open_clip model that reads category names too; may be the encoder itself"
    )
    captions: tuple[str, ...] = Field(
        (CAPTION,), min_length=1, description="What a name is put into at {} before it is read; several are averaged"
    )
    scorers: tuple[Scorer, ...] = Field((), description="What else the clip is asked about each picture")
    batch_size: int | None = Field(
        None, ge=1, le=4096, description="Pictures in one forward pass; 8 on a CPU and 64 on a GPU where unset",
        json_schema_extra=NOT_IN_KEY,
    )  # fmt: skip
    device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        description="cpu, cuda, cuda:1, mps, or auto",
        json_schema_extra=NOT_IN_KEY,
    )
    where: Literal["inline", "deployment"] = Field(
        "inline",
        description="deployment: each stage of it is a run on the gpu pool, which the pipeline waits for",
        json_schema_extra=NOT_IN_KEY,
    )

    @property
    def second(self) -> EncoderConfig | None:
        """The clip, where it is another model than the encoder: by what is in the key, not by where its file lies."""
        if self.clip is None or self.clip == self.encoder:
            return None
        same = fingerprint(self.clip) == fingerprint(self.encoder) and encoder_digest(self.clip) == encoder_digest(
            self.encoder
        )
        return None if same else self.clip

    @model_validator(mode="after")
    def _reads_names(self) -> Self:
        if self.clip and self.clip.kind != "open_clip":
            raise ValueError(f"clip: {self.clip.name} of {self.clip.kind} reads no names; set its kind to open_clip")
        if self.scorers and not self.clip:
            raise ValueError("scorers: they look at the clip's vectors; set clip to an open_clip model")
        return self

    @model_validator(mode="after")
    def _holds_names(self) -> Self:
        if lacking := [caption for caption in self.captions if "{}" not in caption]:
            raise ValueError(f"captions: {lacking[0]!r} has no {{}} for the name")
        names = [scorer.name for scorer in self.scorers]
        if len(set(names)) < len(names):
            raise ValueError("scorers: two have the same name")
        return self
