"""Disk is given back: of a data root goes what no finished work needs any more; at first it is only said what that is.

    python -m flows.retention recipes/NAME.yaml [--keep-days N] [--products STAGE...] [--keep-products-days N]
        [--carry-out]

`storage/retention.py` says what stays. The command is no flow run: on a full disk no server of Prefect's would start.
"""

import logging
from collections.abc import Sequence
from typing import Annotated

from prefect import flow, runtime
from pydantic import Field

from flows.parameter_kinds import OneOf, shown
from flows.parameters import GivenRecipe
from flows.retention_lines import COLUMNS, cells, counts
from flows.showing.publish import publish_table
from storage.records import Stage
from storage.retention import KEEP_DAYS, KEEP_PRODUCTS_DAYS, PRODUCTS, plan
from storage.retention_going import Going

logger = logging.getLogger(__name__)

LISTED = 500
"""Rows of the artifact in the Prefect UI."""

KeepDays = Annotated[
    int,
    Field(ge=0),
    shown(
        "Keep days",
        "Only what no run has written, found or read for so many days may go: give more than the longest run takes, so "
        "that none under way loses anything; with 0, see that none is",
    ),
]
Products = Annotated[
    Sequence[Annotated[Stage, OneOf(tuple(Stage))]],
    shown(
        "Products",
        "Stages whose finished results stay for the days below, with what they were made of, also those of older runs",
    ),
]
KeepProductsDays = Annotated[
    int,
    Field(ge=0),
    shown(
        "Keep products days",
        "Products stay for so many days after a run has last written, found or read them, and of several with the same "
        "content only the newest; what a recipe finished last stays for ever",
    ),
]
DryRun = Annotated[bool, shown("Dry run", "Only say what would go; with this off it is removed")]


def _name() -> str:
    given = runtime.flow_run.parameters
    return f"retention {given['recipe'].name}" + (", dry run" if given["dry_run"] else "")


@flow(name="retention", flow_run_name=_name)
def retention(
    recipe: GivenRecipe,
    keep_days: KeepDays = KEEP_DAYS,
    products: Products = PRODUCTS,
    keep_products_days: KeepProductsDays = KEEP_PRODUCTS_DAYS,
    dry_run: DryRun = True,
) -> tuple[Going, ...]:
    """Find what no finished work under the recipe's data root needs any more, remove it if so told, and return it.

    What any recipe under that root finished last stays.
    """
    planned = plan(recipe.data_root, keep_days, products, keep_products_days)
    logger.info(
        "retention: of %s goes %s", planned.root, counts(planned.going)
    )  # first, for it may be killed on its way
    gone = planned.going if dry_run else planned.carry_out()
    if stayed := len(planned.going) - len(gone):
        logger.info("retention: %s of these stay, since a run has come back to them", f"{stayed:,}")
    told = f"{'a dry run, nothing is removed; it would free' if dry_run else 'removed'} {counts(gone)}"
    logger.info("retention: %s", told)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in cells(gone, planned.at)]
    more = f"; the largest {LISTED} of {len(rows):,} are listed" if len(rows) > LISTED else ""
    publish_table(recipe.name, "retention", rows[:LISTED], f"{told}{more}")
    return gone


if __name__ == "__main__":
    from flows.retention_terminal import main

    main()
