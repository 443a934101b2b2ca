"""What every bound of `select` would keep at other values, and how right that would be where truth is known.

    python -m flows.calibration recipes/NAME.yaml [--labels labels.csv]

It reads the newest verdicts, and decides nothing.
"""

import argparse
import sys
from collections.abc import Sequence

from prefect.artifacts import create_table_artifact
from rich.console import Console
from rich.table import Table

from flows.complaint import complain
from flows.recipe import Recipe, load_recipe
from flows.stage import Run, newest
from storage.errors import ExtrapolationError
from storage.manifest import read_rows
from storage.records import Bounded, Decision, Stage, StageRef
from tasks.select.calibration import Tried, Truth, calibrate
from tasks.select.config import SelectConfig
from tasks.select.labels import read_labels


def calibrated(select: StageRef, config: SelectConfig, truth: Truth | None = None) -> list[Tried]:
    """Every bound at several values, over a finished select stage; by the recipe's labels where no truth is given."""
    if truth is None:
        truth = read_labels(config.labels) if config.labels else {}
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


def show_calibration(run: Run, tried: Sequence[Tried]) -> None:
    """The same as an artifact in the Prefect UI."""
    create_table_artifact(
        table=[
            {
                "bound": one.bound,
                "value": "as set" if one.value is None else round(one.value, 3),
                "kept": one.kept,
                "precision": _share(one.precision),
                "recall": _share(one.recall),
            }
            for one in tried
        ],
        key=f"{run.name}-calibration".lower().replace("_", "-").replace(".", "-"),
        description="What each bound of select would keep at other values, the others as set",
    )


def _calibrated(arguments: argparse.Namespace) -> list[Tried]:
    recipe: Recipe = load_recipe(arguments.recipe, arguments.data_root)
    config = recipe.select.model_copy(update={"labels": arguments.labels or recipe.select.labels})
    return calibrated(newest(recipe, Stage.SELECT, None), config)


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
