"""How pictures become vectors."""

from pydantic import Field

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from vision.config import EncoderConfig


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


class EmbedConfig(HashConfig):
    """The encoder, and what is done with pictures that it cannot be shown."""

    encoder: EncoderConfig = Field(description="What turns pictures into vectors")
    batch_size: int = Field(16, ge=1, le=4096, description="Pictures in one forward pass", json_schema_extra=NOT_IN_KEY)
    device: str = Field("auto", description="cpu, cuda, cuda:1, or auto", json_schema_extra=NOT_IN_KEY)
