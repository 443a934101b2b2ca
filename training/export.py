"""A trained classifier as a folder that one can take away: for timm, as ONNX, with its card.

python -m training.export RECIPE [--arm silenced] [--out FOLDER]

It takes the recipe's newest finished training, or with --folder a run of `python -m training.run`.
"""

import argparse
from pathlib import Path

from rich.console import Console

from storage.errors import BadInput
from storage.filesystem import is_local
from training.command import explained
from training.config import Arm
from training.recipe import TrainingRecipe
from training.run import ARMS, recipe_of, seed_of


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", help="a YAML file, such as recipes/grocery.yaml")
    parser.add_argument("--arm", choices=ARMS, default=Arm.SILENCED, help="which of the trained arms")
    parser.add_argument("--out", type=Path, help="folder to write (default: DATA_ROOT/export/NAME-ARM)")
    parser.add_argument("--folder", type=Path, help="a run of python -m training.run, instead of the newest training")
    parser.add_argument("--data-root", help="where the stages lie, instead of the recipe's data_root")
    parser.add_argument("--seed", type=seed_of, help="of the run in --folder, instead of the recipe's train.seed")
    parser.add_argument("--device", help="cpu, cuda, cuda:1 or auto, which the run in --folder is judged on")
    arguments = parser.parse_args()
    if arguments.folder is None and (arguments.seed is not None or arguments.device):
        parser.error("--seed and --device are of a run in --folder")
    return arguments


def _export(arguments: argparse.Namespace, recipe: TrainingRecipe, console: Console) -> None:
    from training.exporting.folder import check_free
    from training.exporting.learned import of_folder, of_stage  # torch is heavy: a wrong recipe is told of without it
    from training.exporting.write import export

    arm = Arm(arguments.arm)
    if not arguments.out and not is_local(recipe.data_root):
        raise BadInput(f"a folder cannot be exported to {recipe.data_root}", "give --out FOLDER, on a disk")
    out = arguments.out or Path(recipe.data_root, "export", f"{recipe.name}-{arm}")
    check_free(out)
    if arguments.folder:
        learned = of_folder(recipe, arguments.recipe, arm, arguments.folder)
    else:
        learned = of_stage(recipe, arguments.recipe, arm)
    done = export(learned, out)
    said = [f"{recipe.name}: {arm}, {done.classes} classes, in {done.folder}"]
    if done.plain:
        said.append(f"as model.onnx alone, with no file for timm: {done.plain.why}")
    said.append(f"classify with: python -m training.predict {done.folder} PICTURES")
    for line in said:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """Export as the command line says; an error that stops it exits with 1, Ctrl-C with 130."""
    arguments = _arguments()
    with explained("nothing was written"):
        _export(arguments, recipe_of(arguments), Console())


if __name__ == "__main__":
    main()
