"""Where partitions run: in threads of the flow's own process, or on a Ray cluster."""

from typing import Annotated, Literal

from pydantic import Field

from storage.section import Section


class Threads(Section):
    """In threads of the process that runs the flow."""

    kind: Literal["threads"] = "threads"


class Ray(Section):
    """In processes of a Ray cluster: what fetches, embeds and packs; all else stays in the flow's own."""

    kind: Literal["ray"]
    address: str | None = Field(
        None,
        description="Of a cluster that runs already, such as auto, head:6379 or ray://head:10001; none: one of this "
        "machine, which is started once a run and ends with it",
        examples=["ray://head:10001"],
    )
    workers: int = Field(
        2, ge=1, le=256, description="Partitions that a cluster of this machine runs at once; each counts as one core"
    )


Runner = Annotated[Threads | Ray, Field(discriminator="kind")]

HERE = Threads()
"""For what has no recipe that would say."""
