"""Which encoder, how a picture is brought to its input, and how one is resized to be kept."""

from typing import Literal, Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from vision.resize import Mode, Size

Color = tuple[float, float, float]
Interpolation = Literal["bicubic", "bilinear"]


class EncoderConfig(Section):
    """A frozen picture encoder; the checkpoint counts by its content (`encoder_digest`), not by its path."""

    kind: Literal["timm", "open_clip"] = Field(description="The library that knows the architecture")
    name: str = Field(description="The architecture there, such as mobilenetv1_100 or ViT-B-16; a folder has its own")
    checkpoint: str | None = Field(
        None,
        description="A local file of weights, safetensors or a torch state dict; or a folder as open_clip saves it",
        json_schema_extra=NOT_IN_KEY,
    )
    pretrained: str | None = Field(None, description="The library's tag of weights to download, where no checkpoint is")
    options: dict[str, str | int | float | bool] = Field(
        {},
        description="Further arguments of the library's create_model, such as pad_type: same; "
        "force_quick_gelu: true for a file of weights that were trained with QuickGELU, as OpenAI's were",
    )
    image_size: int = Field(224, ge=16, le=2048, description="Side of the square input, in pixels")
    crop: Literal["center", "squash"] | None = Field(
        None,
        description="center: keep proportions and cut the middle out; squash: keep all and lose proportions; "
        "as the model was trained, where the library says squash, else center",
    )
    crop_share: float = Field(1.0, gt=0, le=1, description="Share of the resized side that the crop keeps")
    interpolation: Interpolation | None = Field(
        None, description="How the picture is resized; as the model was trained, where the library says"
    )
    mean: Color | None = Field(None, description="Subtracted from each color in [0, 1]; likewise")
    std: Color | None = Field(None, description="Divides each color after that; likewise")
    flip: bool = Field(False, description="Average with the mirror image: twice the time, blind to flips")
    precision: Literal["fp32", "bf16", "fp16"] = Field(
        "fp32",
        description="What the forward pass computes in; bf16 and fp16 are for GPUs, and change the vectors a little",
    )
    compile: bool = Field(
        False, description="Compile it by torch.compile: slow to start, faster on a GPU", json_schema_extra=NOT_IN_KEY
    )
    license: str | None = Field(
        None, description="License of the weights, where the library does not say", json_schema_extra=NOT_IN_KEY
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.checkpoint and self.pretrained:
            raise ValueError("give checkpoint (a local file) or pretrained (a tag), not both")
        return self

    def __hash__(self) -> int:
        # Options are a mapping, which has no hash of its own; a loaded encoder is cached by its config.
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return hash(tuple((fields | {"options": frozenset(self.options.items())}).values()))


class ResizeConfig(Section):
    """How pictures are resized."""

    resize_mode: Mode = Field(
        "keep_ratio",
        description="none: the bytes as they are; keep_ratio: shorter side to image_size, never enlarged; "
        "center_crop, border: a square of image_size, cropped or padded",
    )
    image_size: int = Field(256, ge=16, le=4096, description="Pixels of the side that resize_mode names")
    quality: int = Field(90, ge=1, le=100, description="JPEG quality of resized pictures")

    @property
    def size(self) -> Size:
        """The same, for `vision.resize`."""
        return Size(self.resize_mode, self.image_size, self.quality)
