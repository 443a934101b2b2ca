"""What the shards look like."""

from typing import Literal

from pydantic import Field

from storage.section import Section


class ShardConfig(Section):
    """How kept pictures are resized and packed."""

    resize_mode: Literal["none", "keep_ratio", "center_crop", "border"] = Field(
        "keep_ratio",
        description="none: original bytes; keep_ratio: shorter side to image_size, never enlarged; "
        "center_crop, border: a square of image_size, cropped or padded",
    )
    image_size: int = Field(256, ge=16, le=4096, description="Pixels of the side that resize_mode names")
    quality: int = Field(90, ge=1, le=100, description="JPEG quality of resized pictures")
    per_shard: int = Field(1000, ge=1, description="Pictures in one tar")
