"""The final table of a run in the Prefect UI: what the terminal shows at its end, with the key of every stage."""

from collections.abc import Sequence

from flows.showing.markdown import code, plain, table
from flows.showing.publish import publish_page
from flows.summary import BECAME, KEY, Grid, costs, grids, nothing_executed, places
from storage.records import StageRef


def _drawn(grid: Grid) -> str:
    marks = [code if column == KEY else plain for column in grid.columns]
    rows = [[mark(cell) for mark, cell in zip(marks, row, strict=True)] for row in grid.rows]
    foot = [[cell and f"**{plain(cell)}**" for cell in grid.foot]] if grid.foot else []
    title = f"### {plain(grid.title)}\n\n" if grid.title else ""
    return title + table(grid.columns, [*rows, *foot])


def final_page(refs: Sequence[StageRef], note: str) -> str:
    """The recipe's note, the stages, the accuracy by arm and group, the cost, and where things lie."""
    lies = [f"{what}: {code(uri)}" for what, uri in places(refs)]
    lines = [f"- {line}" for line in (*costs(refs), *lies, nothing_executed(refs)) if line]
    return "\n\n".join(
        filter(None, [plain(note), *(_drawn(grid.without(BECAME)) for grid in grids(refs)), "\n".join(lines)])
    )


def show_final(owner: str, note: str, refs: Sequence[StageRef]) -> None:
    """Publish what a run of the pipeline came to, also where it executed nothing."""
    publish_page(owner, "summary", final_page(refs, note), f"What the run of {plain(owner)} came to")
