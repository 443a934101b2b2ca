"""What a run would do, stage by stage, and which field or input makes it so; nothing is run.

python -m flows.plan recipes/NAME.yaml [--refresh STAGE] [--as-of YYYY-MM-DD]
"""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from flows.complaint import complain
from flows.dating import a_day, dated
from flows.planning.outlook import Due, Outlook
from flows.planning.stages import look_ahead
from flows.recipe import load_recipe
from storage.errors import ExtrapolationError
from storage.records import PIPELINE, Stage

STYLE = {Due.CACHED: "green", Due.STALE: "bold red", Due.OPEN: "yellow"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m flows.plan",
        description="What a run would do about each stage, and why.",
        epilog="cached: taken as it is; stale: run; open: what the stages before it bring decides",
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument(
        "--refresh", type=Stage, choices=PIPELINE, action="append", default=[], metavar="STAGE",
        help="as the run would be told; repeatable",
    )  # fmt: skip
    parser.add_argument("--as-of", type=a_day, default="", metavar="DAY", help="as the run would be told")
    parser.add_argument("--data-root", help="where everything is written, instead of the recipe's data_root")
    return parser.parse_args()


def _table(stages: Sequence[Outlook]) -> Table:
    table = Table("stage", "due", "why")
    for stage in stages:
        table.add_row(stage.name, f"[{STYLE[stage.due]}]{stage.due}[/]", "\n".join(stage.why).replace("[", "\\["))
    return table


def main() -> None:
    """Print the plan of a recipe's next run."""
    arguments = _arguments()
    try:
        recipe = dated(load_recipe(arguments.recipe, arguments.data_root), arguments.as_of)
        Console().print(_table(look_ahead(recipe, arguments.refresh)))
    except ExtrapolationError as error:
        complain(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
