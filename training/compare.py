"""Every arm with several seeds, and what each gains over the targets alone; without Prefect.

python -m training.compare RECIPE --seeds 5

It trains on what the recipe's pipeline has made. Stopped anywhere, the same command goes on from there.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from storage import filesystem
from storage.errors import BadInput, Diverged
from storage.scratch import work_folder
from training.command import explained
from training.comparing.figure import draw
from training.comparing.sets import OPTION, comparison_set, possible
from training.comparing.shown import tables
from training.comparing.summary import Outcomes, as_json, by_name, differences
from training.comparing.trials import Outcome, Trial, carry_out, folder_of, held, trials
from training.config import Arm, LossName
from training.data import TrainingSet, left_out
from training.fit import unheard
from training.folder import alone_in
from training.recipe import TrainingRecipe, read
from training.shown import watched


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--seeds", type=int, default=5, help="how many, from the recipe's train.seed on (default: 5)")
    parser.add_argument("--arms", type=Arm, choices=list(Arm), nargs="+", default=list(Arm), metavar="ARM",
                        help=f"some of {', '.join(Arm)} (default: all)")  # fmt: skip
    parser.add_argument("--losses", action="store_true", help="also the targets alone under every other loss")
    parser.add_argument("--spare", metavar="RECIPE", help=f"whose targets give {Arm.SAME_VOLUME} its pictures")
    parser.add_argument("--unrelated", metavar="RECIPE", help=f"whose shards give {Arm.RANDOM} its pictures")
    parser.add_argument("--data-root", help="where the stages lie, instead of the recipe's data_root")
    parser.add_argument("--out", help="folder of table and figure (default: DATA_ROOT/compare/NAME)")
    parser.add_argument("--device", help="cpu, cuda, cuda:1 or auto, instead of the recipe's train.device")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error(f"--seeds {arguments.seeds}: at least one")
    return arguments


def _done(trial: Trial, data: TrainingSet, work: Path, console: Console) -> Outcome | int:
    """What a trial came to, now or before, with a line; its seed alone where it diverged."""
    folder = folder_of(trial, data, work)
    if outcome := held(trial, data, folder):
        return outcome
    try:
        with watched(console) if console.is_terminal else nullcontext(unheard) as on_step:
            outcome = carry_out(trial, data, folder, on_step)
        said = f"{outcome.accuracy['all']:.1f}"
    except Diverged as error:
        said = f"{error.problem}; the seed is left out"
    console.print(f"seed {trial.config.seed}, {trial.name}: {said}", markup=False, highlight=False)
    return outcome or trial.config.seed


def _paired(done: Sequence[Outcome | int]) -> list[Outcome]:
    """The outcomes of the seeds of which no run diverged: arms are compared on the same seeds."""
    diverged = {one for one in done if isinstance(one, int)}
    kept = [one for one in done if isinstance(one, Outcome) and one.seed not in diverged]
    if not kept:
        raise Diverged(f"of each of the {len(diverged)} seeds a run diverged", "lower train.lr, or set train.clip_norm")
    return kept


def compare(recipe: TrainingRecipe, arguments: argparse.Namespace, console: Console) -> Outcomes:
    """Carry out what is not finished yet, with a line for each run and one for each arm that is left out."""
    given = {arm: path for arm, option in OPTION.items() if (path := getattr(arguments, option.strip("-")))}
    data = comparison_set(recipe, given)
    arms, missing = possible(list(dict.fromkeys(arguments.arms)), data, recipe.train)
    for line in filter(None, (left_out(data), *missing)):
        console.print(line, markup=False, highlight=False)
    if not arms:
        raise BadInput("no arm is left to compare", f"name others, or give {' and '.join(OPTION.values())}")
    losses = [loss for loss in LossName if arguments.losses and loss is not recipe.train.loss]
    work = work_folder(recipe.data_root, "work", "compare", recipe.name)
    with alone_in(work, "comparison", "wait for its end, or stop it"):
        done = [_done(trial, data, work, console) for trial in trials(recipe.train, arms, losses, arguments.seeds)]
    return by_name(_paired(done))


def _given(arguments: argparse.Namespace) -> TrainingRecipe:
    recipe = read(arguments.recipe, arguments.data_root)
    said = {"device": arguments.device} if arguments.device else {}
    return recipe.model_copy(update={"train": recipe.train.model_copy(update=said)})


def _tell(outcomes: Outcomes, recipe: TrainingRecipe, out: str, console: Console) -> None:
    """Print tables and one line of JSON, and write the JSON and the figure."""
    for table in tables(outcomes):
        console.print(table)
    told = {"recipe": recipe.name, **as_json(outcomes)}
    filesystem.write_bytes(filesystem.join(out, "comparison.json"), (json.dumps(told, indent=1) + "\n").encode())
    gains = [one for one in differences(outcomes) if one.before == Arm.TARGETS_ONLY and one.after in list(Arm)]
    if gains:
        filesystem.write_bytes(filesystem.join(out, "comparison.png"), draw(gains, len(told["seeds"])))
    console.print(f"written to {out}", markup=False, highlight=False, soft_wrap=True)
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """Compare as the command line says; an error that stops it exits with 1, Ctrl-C with 130."""
    arguments, console = _arguments(), Console()
    with explained("the same command goes on from there"):
        recipe = _given(arguments)
        outcomes = compare(recipe, arguments, console)
    out = arguments.out or filesystem.join(recipe.data_root, "compare", recipe.name)
    _tell(outcomes, recipe, out, console)


if __name__ == "__main__":
    main()
