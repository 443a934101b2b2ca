"""One arm trained from the command line, without Prefect; torchrun makes it several processes.

python -m training.run RECIPE
torchrun --nproc-per-node 2 -m training.run RECIPE
"""

import argparse
import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console

from storage.errors import ExtrapolationError
from storage.scratch import work_folder
from training.config import LARGEST_SEED, Arm
from training.data import TrainingSet, left_out
from training.folder import alone_in
from training.lifeline import end_at_once
from training.recipe import Finished, TrainingRecipe, finished_stages, read, training_set

ARMS = [str(arm) for arm in Arm if arm not in (Arm.SAME_VOLUME, Arm.RANDOM)]
"""Those that need no pictures of another recipe, which `training.compare` alone can be given."""


def seed_of(text: str) -> int:
    """A seed of the command line; raises ArgumentTypeError where libraries would not take it."""
    if not text.isdecimal() or int(text) > LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {LARGEST_SEED}, not {text!r}")
    return int(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.run", description="Train one arm on what a recipe's pipeline has made."
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--arm", choices=ARMS, default=Arm.SILENCED, help="what is added to the targets")
    parser.add_argument("--folder", type=Path, help="where the run lies; a run that was stopped there goes on")
    parser.add_argument("--data-root", help="where the stages lie, instead of the recipe's data_root")
    parser.add_argument("--seed", type=seed_of, help="instead of the recipe's train.seed")
    parser.add_argument("--device", help="cpu, cuda, cuda:1 or auto, instead of the recipe's train.device")
    return parser.parse_args()


def recipe_of(arguments: argparse.Namespace) -> TrainingRecipe:
    """The recipe with what the command line says otherwise."""
    recipe = read(arguments.recipe, arguments.data_root)
    said = {name: value for name in ("seed", "device") if (value := getattr(arguments, name)) is not None}
    return recipe.model_copy(update={"train": recipe.train.model_copy(update=said)})


def _process() -> int:
    """The rank that torchrun has given; 0 where it has given none."""
    return int(os.environ.get("RANK", "0"))


def _folder(recipe: TrainingRecipe, data: TrainingSet, arm: Arm) -> Path:
    """Where a run lies that is given no folder: other data or settings have another, as they are another run."""
    from training.fit import identity

    name = f"{recipe.name}-{arm}-{recipe.train.seed}-{identity(data, recipe.train, arm)[:8]}"
    return work_folder(recipe.data_root, "work", "train-by-hand", name)


def _alone(folder: Path) -> AbstractContextManager[None]:
    """One run at a time in the folder; its first process speaks for the others, which share it."""
    return nullcontext() if _process() else alone_in(folder, "run", "wait for it, or give --folder")


def _train(recipe: TrainingRecipe, finished: Finished, arm: Arm, given: Path | None) -> None:
    """Train with all processes that there are, of which one speaks."""
    from training.fit import fit  # torch is heavy: a wrong recipe is told of without it
    from training.processes import joined, rank, world
    from training.shown import show, watched

    data = training_set(finished, recipe.train.mode)
    folder = given or _folder(recipe, data, arm)
    with _alone(folder), joined(recipe.train.device) as device:
        console = Console(quiet=rank() > 0)
        config = recipe.train.model_copy(update={"device": str(device)})
        by = f", by {world()} processes" if world() > 1 else ""
        console.print(
            f"{recipe.name}: {arm} on {device}{by}, in {folder}", markup=False, highlight=False, soft_wrap=True
        )
        if said := left_out(data):
            console.print(said, markup=False, highlight=False)
        with watched(console) as on_step:
            fitted = fit(data, config, arm, folder, on_step)
        show(fitted, console)


def _complain(error: ExtrapolationError) -> None:
    """Say what went wrong and what mends it: no other process may have met it."""
    process = _process()
    said = f"process {process}: {error}" if process else f"{type(error).__name__}\n{error}"
    Console(stderr=True).print(said, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Train as the command line says; an error that stops it exits with 1, Ctrl-C with 130."""
    arguments = _arguments()
    try:
        recipe = recipe_of(arguments)
        _train(recipe, finished_stages(recipe, recipe.train.mode), Arm(arguments.arm), arguments.folder)
        if "RANK" in os.environ:  # of torchrun, to which a process that aborts at its end has failed
            end_at_once()
    except ExtrapolationError as error:
        _complain(error)
        sys.exit(1)
    except KeyboardInterrupt:
        if _process() == 0:
            sys.stderr.write(
                "\ninterrupted: the same command goes on from the last checkpoint, or from the start before the first\n"
            )
        sys.exit(130)


if __name__ == "__main__":
    main()
