"""What is kept of what was fetched."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section

Cosine = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class OfTargets(Section, title="target_quantile"):
    """A bound that the target set sets: the same measure is taken of its own pictures, whose classes are known."""

    target_quantile: Share = Field(description="The share of the target set's pictures that lie under the bound")


class Otsu(Section, title="otsu"):
    """A bound of each category's own, where its pictures fall into two heaps; where they do not, none."""

    otsu: Share = Field(
        description="Least share of the spread that lies between the heaps, such as 0.85: of one heap 0.64 does, of an "
        "even spread 0.75; a category of fewer than 30 pictures is not cut"
    )


Bound = Cosine | OfTargets | Otsu
"""A number fits one encoder; the other two are rules, and find the number for whichever encoder there is."""


class ScoreBounds(Section):
    """Between which values a scorer's word on a picture must lie."""

    least: float | None = Field(None, description="Lower bound; none by default")
    most: float | None = Field(None, description="Upper bound; none by default")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least must not be over most")
        return self


class SelectConfig(Section):
    """The bounds of every filter."""

    min_similarity: Bound = Field(
        OfTargets(target_quantile=0.5),
        description="Least cosine to the nearest parent's prototype; under it a picture is off topic. "
        "target_quantile: of the target pictures' cosines to the prototypes of all classes but their own",
    )
    max_similarity: Cosine | OfTargets = Field(
        OfTargets(target_quantile=1.0),
        description="Largest cosine to it; over it a picture adds nothing to the parent. "
        "target_quantile: of the target pictures' cosines to the prototype of their own class",
    )
    min_agreement: Bound = Field(
        OfTargets(target_quantile=0.01),
        description="Least mean cosine to the nearest other pictures of the same category; under it a picture is an "
        "outlier there. target_quantile: of the target pictures' agreement with their own class",
    )
    agreement_among: int = Field(
        10, ge=1, le=1000, description="How many of them, and never more than a quarter of the category"
    )
    min_centrality: Bound = Field(
        -1.0,
        description="Least cosine to the prototype of the own category; -1 for no check, since agreement tells "
        "outliers where a category has several heaps. target_quantile: of the target pictures' cosines to their own",
    )
    min_margin: float = Field(
        0.0, ge=-2, le=1, description="Least margin of the own category over the nearest other class; -2 for no check"
    )
    margin_among: int = Field(2, ge=1, le=100, description="How many nearest pictures of a class the margin is told by")
    max_name_rank: Share = Field(
        0.25,
        description="Largest share of the other classes' and categories' names that fit a picture better than its own, "
        "where embed.clip reads names; 1 for no check",
    )
    scores: dict[str, ScoreBounds] = Field(
        {}, description="Bounds by the name of a scorer of embed.scorers", examples=[{"unsafe": {"most": 0.5}}]
    )
    leak_guard: bool = Field(
        True, description="Drop copies of target train, val and test pictures (off: ablation only)"
    )
    leak_score: float = Field(
        0.97,
        ge=0.93,
        le=1,
        description="Correlation of aligned thumbnails from which a picture copies a target picture",
    )
    dedup: bool = Field(
        True, description="Keep one of several copies (off: ablation only; the same bytes are kept once all the same)"
    )
    duplicate_score: float = Field(
        0.98, ge=0.93, le=1, description="Correlation of aligned thumbnails from which two candidates are copies"
    )
    shortlist: int = Field(
        10, ge=1, le=1000, description="Pictures nearest by cosine, and as many by hash, that a picture is aligned with"
    )
    earlier: tuple[str, ...] = Field(
        (),
        description="Data sets that are there already (folders, lists, tars, such as the shards of an earlier run): "
        "copies of their pictures are dropped",
        json_schema_extra=NOT_IN_KEY,  # they count by their pictures, not by their place
    )
    labels: str | None = Field(
        None,
        description="A CSV file (url, neighbor, right: 1 or 0) of candidates that somebody has looked at; every bound "
        "is then told with its precision and recall on them",
        json_schema_extra=NOT_IN_KEY,  # nothing is decided by it
    )
    overrides: str | None = Field(
        None,
        description="The JSON file of marks that the report's page downloads: the pictures and neighbors in it are "
        "dropped, and copies of the pictures with them",
        examples=["overrides.json"],
        json_schema_extra=NOT_IN_KEY,  # it counts by its marks, not by its place
    )
    cap: int | None = Field(None, ge=1, description="Most pictures a category keeps, the likest to its parents first")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self.min_similarity, self.max_similarity
        if isinstance(low, float) and isinstance(high, float) and low >= high:
            raise ValueError("min_similarity must be under max_similarity")
        return self
