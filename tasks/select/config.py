"""What is kept of what was fetched."""

from typing import Self

from pydantic import Field, model_validator

from storage.section import Section


class SelectConfig(Section):
    """The bounds of every filter; cosines depend on the encoder, so the recipe sets those for its own."""

    min_similarity: float = Field(
        0.3, ge=-1, le=1, description="Least cosine to the nearest parent's prototype; under it a picture is off topic"
    )
    max_similarity: float = Field(
        0.98, ge=-1, le=1, description="Largest cosine to it; over it a picture adds nothing to the parent"
    )
    min_agreement: float = Field(
        0.5, ge=-1, le=1, description="Least mean cosine to the nearest other pictures of the same category"
    )
    agreement_among: int = Field(
        10, ge=1, le=1000, description="How many of them, and never more than a quarter of the category"
    )
    min_margin: float = Field(
        0.0, ge=-2, le=1, description="Least margin of the own category over the nearest other class; -2 for no check"
    )
    margin_among: int = Field(2, ge=1, le=100, description="How many nearest pictures of a class the margin is told by")
    leak_guard: bool = Field(
        True, description="Drop copies of target train, val and test pictures (off: ablation only)"
    )
    leak_score: float = Field(
        0.97,
        ge=0.93,
        le=1,
        description="Correlation of aligned thumbnails from which a picture copies a target picture",
    )
    dedup: bool = Field(True, description="Keep one of several copies (off: ablation only)")
    duplicate_score: float = Field(
        0.98, ge=0.93, le=1, description="Correlation of aligned thumbnails from which two candidates are copies"
    )
    shortlist: int = Field(
        10, ge=1, le=1000, description="Pictures nearest by cosine, and as many by hash, that a picture is aligned with"
    )
    cap: int | None = Field(None, ge=1, description="Most pictures a category keeps, the likest to its parents first")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_similarity >= self.max_similarity:
            raise ValueError("min_similarity must be under max_similarity")
        return self
