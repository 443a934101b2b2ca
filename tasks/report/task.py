"""What Prefect sees of the report stage: one page about the stages that have run."""

from collections import Counter
from collections.abc import Sequence

from storage.manifest import StageFolder
from storage.pictures import PictureStore
from storage.records import StageRef
from tasks.partition import Outcome, partition
from tasks.report.config import ReportConfig
from tasks.report.gather import gather
from tasks.report.render import render

VERSION = 3


@partition("page")
def write_page(
    folder: StageFolder,
    part: str,  # noqa: ARG001  # every partition has a name
    config: ReportConfig,
    title: str,
    refs: Sequence[StageRef],
) -> Outcome:
    """Write the page."""
    report = gather(title, refs, PictureStore(folder.root).read, config)
    name = "training" if report.training else "curation"
    # Volatile: the page shows how long the stages took, which is no part of what they found.
    return [folder.write_file(f"{name}.html", "report", render(report).encode(), volatile=True)], Counter(pages=1)
