"""What the recipe says about the report."""

from pydantic import Field

from storage.section import Section


class ReportConfig(Section):
    """How much the page shows."""

    note: str = Field("", description="What a reader must know first; shown at the head of the page and of the summary")
    samples: int = Field(24, ge=0, le=500, description="Sample pictures of those kept, and of each drop reason")
    thumbnail: int = Field(144, ge=32, le=512, description="Longer side of a sample picture, in pixels")
