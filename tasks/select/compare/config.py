"""What counts as a copy between two data sets."""

from pydantic import Field

from storage.section import Section


class CompareConfig(Section):
    """The bounds of the comparison; they mean what those of `select` mean."""

    score: float = Field(0.97, ge=0.93, le=1, description="Correlation of aligned thumbnails from which two are copies")
    shortlist: int = Field(10, ge=1, le=1000, description="Nearest pictures that each picture is aligned with")
    shown: int = Field(200, ge=0, le=5000, description="Pairs of each kind that the page shows")
