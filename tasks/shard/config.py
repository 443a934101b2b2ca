"""What the shards look like."""

from pydantic import Field

from vision.config import ResizeConfig


class ShardConfig(ResizeConfig):
    """How kept pictures are resized and packed."""

    per_shard: int = Field(1000, ge=1, description="Pictures in one tar")
