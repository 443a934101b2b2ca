"""A contact sheet of the verdicts in the Prefect UI: some pictures that were kept, and some of each drop reason."""

import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from flows.showing.markdown import plain, table
from flows.showing.publish import publish_page
from storage.manifest import read_rows
from storage.pictures import PictureStore
from storage.records import Crawled, Decision, DropReason, StageRef, TargetPicture
from tasks.report.page import Sample
from tasks.report.samples import Album, samples

SAMPLES, SIDE = 5, 112
"""Pictures of each way to end, and the longer side of one, in pixels."""

MOST_BYTES = 1_000_000
"""Of the whole page: the server keeps it in its database, the browser gets it in one piece."""

MOST_SECONDS = 5.0
"""After which no further pictures are decoded."""

LETTERS, LINES = 17, 4
"""Of a caption's text below a picture: the UI breaks no lines, and would make a column as wide as the text."""


def _picture(uri: str) -> str:
    return f"![]({uri})" if uri else "(no picture)"


def _broken(text: str, mark: str = "") -> str:
    """A text on short lines, the last of them cut where there are too many."""
    lines = textwrap.wrap(text, LETTERS, max_lines=LINES, placeholder=" ...")
    return "<br>".join(f"{mark}{plain(line)}{mark}" for line in lines)


def _caption(sample: Sample) -> str:
    """Whom it shows and why it ended so; what strangers write of it (title, creator) is left out."""
    # A candidate's key is a digest, which tells nobody anything; a target picture's is its path.
    whom = sample.copy_of if ":" in sample.copy_of else "another candidate"
    copies = f"copy, {sample.copy_score:.2f}, of {whom}" if sample.copy_of else ""
    lines = [_broken(sample.neighbor, "**"), f"similarity {sample.similarity:.2f}"]
    return "<br>".join(filter(None, [*lines, _broken(copies), _broken(sample.detail)]))


def _section(shown: Sequence[Sample]) -> str:
    """One table: a picture a column, below a copy what it copies, and the caption."""
    pictures = ["<br>".join(map(_picture, filter(None, (one.image, one.twin)))) or _picture("") for one in shown]
    return table(pictures, [[_caption(one) for one in shown]])


def _ways(decisions: Sequence[Decision]) -> Iterator[list[Decision]]:
    """The verdicts that ended in the same way, those that were kept first."""
    for way in (None, *DropReason):
        if ended := [one for one in decisions if one.reason is way]:
            yield ended


def sheet(
    decisions: Sequence[Decision],
    crawled: Iterable[Crawled],
    listed: Sequence[TargetPicture],
    read_picture: Callable[[str], bytes],
) -> str:
    """The page, bounded in bytes and time: what finds no room any more is counted all the same."""
    start, album, page = time.monotonic(), Album.of(crawled, listed, read_picture, SIDE), ""
    for ended in _ways(decisions):
        head = f"\n### {(ended[0].reason or 'kept').replace('_', ' ')}: {len(ended):,}\n\n"
        late = time.monotonic() - start > MOST_SECONDS
        shown = samples(ended, album, 0 if late else SAMPLES)
        body = _section(shown) if shown else ""
        fits = body and len(page) + len(head) + len(body) < MOST_BYTES
        page += head + (body if fits else "No room for pictures of these; the report shows some.") + "\n"
    return page


def show_sheet(owner: str, data_root: str, select: StageRef, crawl: StageRef, targets: StageRef) -> None:
    """Publish the contact sheet of a select stage that was sealed just now."""
    read_picture = PictureStore(data_root).read
    decisions, listed = read_rows(select, Decision), read_rows(targets, TargetPicture)
    page = sheet(decisions, read_rows(crawl, Crawled), listed, read_picture)
    publish_page(owner, "contact-sheet", page, f"Some of {len(decisions):,} verdicts; below a copy, what it copies")
