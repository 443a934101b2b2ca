"""What the recipe says about the report."""

from pydantic import Field

from storage.section import Section


class ReportConfig(Section):
    """How much the report shows."""

    note: str = Field(
        "", description="What a reader must know first; shown at the head of the report and of the summary"
    )
    pictures: int = Field(
        4000, ge=0, le=200_000,
        description="Most pictures that the site holds; of more, a fair sample of each category and reason. "
        "One takes some 5 kB, and a hundredth of a second of one core",
    )  # fmt: skip
    thumbnail: int = Field(144, ge=32, le=512, description="Longer side of a picture, in pixels")
