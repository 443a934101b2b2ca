"""What every bound of `select` would keep at other values, and how right that would be where truth is known.

    python -m flows.calibration recipes/NAME.yaml [--labels labels.csv]

It reads the newest verdicts, and decides nothing.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table

from flows.complaint import complain
from flows.recipe import load_recipe
from flows.showing.publish import publish_table
from flows.stage import Run, newest
from storage.errors import ExtrapolationError
from storage.manifest import read_manifest, read_rows
from storage.records import Bounded, Decision, Stage, StageRef
from tasks.select.calibration import Tried, Truth, calibrate
from tasks.select.config import SelectConfig
from tasks.select.labels import read_labels

logger = logging.getLogger(__name__)


def calibrated(select: StageRef, truth: Truth) -> list[Tried]:
    """Every bound at several values, over a finished select stage; with the bounds that it was run with."""
    config = SelectConfig.model_validate(read_manifest(select.uri).config)
    return calibrate(read_rows(select, Decision), read_rows(select, Bounded), config, truth)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def calibration_table(tried: Sequence[Tried]) -> Table:
    """The table that people read."""
    table = Table(
        "bound", "value", "kept", "precision", "recall", title="What each bound would keep, the others as set"
    )
    for one in tried:
        value = "as set" if one.value is None else f"{one.value:.3f}"
        table.add_row(one.bound, value, f"{one.kept:,}", _share(one.precision), _share(one.recall))
    return table


def _line(bound: str, tried: Sequence[Tried]) -> str:
    as_set, *others = tried
    told = f" ({_share(as_set.precision)} right, {_share(as_set.recall)} of all right)" if as_set.recall else ""
    values = ", ".join(f"{one.value:.3f} {one.kept:,}" for one in others if one.value is not None)
    return f"{bound} as set keeps {as_set.kept:,}{told}; at {values}"


def show_calibration(run: Run, tried: Sequence[Tried]) -> None:
    """A line for each bound in the log, and the whole as an artifact in the Prefect UI."""
    for bound, members in groupby(tried, lambda one: one.bound):
        logger.info("select: %s", _line(bound, list(members)))
    publish_table(
        run.name, "calibration",
        [
            {
                "bound": one.bound,
                "value": "as set" if one.value is None else round(one.value, 3),
                "kept": one.kept,
                "precision": _share(one.precision),
                "recall": _share(one.recall),
            }
            for one in tried
        ],
        "What each bound of select would keep at other values, the others as set, before its cap",
    )  # fmt: skip


def truth_of(config: SelectConfig) -> Truth:
    """What the recipe's labels say; nothing where it names none."""
    return read_labels(config.labels) if config.labels else {}


def _calibrated(arguments: argparse.Namespace) -> list[Tried]:
    recipe = load_recipe(arguments.recipe, arguments.data_root)
    config = recipe.select.model_copy(update={"labels": arguments.labels or recipe.select.labels})
    return calibrated(newest(recipe, Stage.SELECT, None), truth_of(config))


def main() -> None:
    """Print the table for a recipe's newest verdicts."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.calibration", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--labels", help="a CSV file (url, neighbor, right) in place of the recipe's select.labels")
    parser.add_argument("--data-root", help="where everything is written, instead of the recipe's data_root")
    try:
        Console().print(calibration_table(_calibrated(parser.parse_args())))
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
