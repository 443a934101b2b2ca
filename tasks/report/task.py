"""What Prefect sees of the report stage: one site about the stages that have run."""

from collections import Counter
from collections.abc import Sequence

from storage.manifest import StageFolder
from storage.pictures import PictureStore
from storage.records import StageRef
from tasks.partition import Outcome, partition
from tasks.report.config import ReportConfig
from tasks.report.gather import gather
from tasks.report.site.write import write_site

VERSION = 5


@partition("page")
def write_page(
    folder: StageFolder,
    part: str,  # noqa: ARG001  # every partition has a name
    config: ReportConfig,
    title: str,
    refs: Sequence[StageRef],
) -> Outcome:
    """Write the site."""
    files = write_site(folder, gather(title, refs, PictureStore(folder.root).read, config))
    return files, Counter(pages=1)
