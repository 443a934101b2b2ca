"""What a recipe's training will ask of a machine, without its weights or its data: two steps, and an estimate.

python -m training.dry_run RECIPE
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from training.command import explained
from training.sizing.plan import Plan, plan_of

if TYPE_CHECKING:
    from training.sizing.measure import Measured

TFLOPS = 400.0
"""Two fifths of what an H100 does in bfloat16 at best; assumed, not measured."""

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long one arm trains: the pictures of an epoch, those of all steps, and hours of one GPU."""

    epoch: int
    pictures: int
    gpu_hours: float


def estimate(plan: Plan, flops: int, tflops: float) -> Estimate:
    """As if `tflops` were sustained, each class had its share of the expected pictures and each neighbor its cap's."""
    from training.epochs import in_steps
    from training.priors import epoch_counts
    from training.sizing.generated import planned_set

    data = planned_set(plan)
    pictures = in_steps(plan.config, data).steps * plan.config.batch_size
    hours = pictures * flops / (tflops * 1e12) / 3600
    return Estimate(int(epoch_counts(data, plan.config.caps).sum()), pictures, hours)


def _shown(plan: Plan, measured: "Measured", estimated: Estimate, batch: int) -> Table:
    where = "the GPU" if measured.device.startswith("cuda") else "this process"
    table = Table("what", "how much", title=f"{plan.name}: {len(measured.losses)} steps with random weights")
    rows = (
        ("classes: targets + neighbors", f"{len(plan.train_counts):,} + {plan.auxiliaries:,}"),
        ("parameters", f"{measured.parameters:,}"),
        ("parameters that are trained", f"{measured.trained:,}"),
        ("weights, gradients, optimizer", f"{measured.held / GIB:.2f} GiB"),
        (f"peak of {where} at batches of {batch}", f"{measured.peak / GIB:.2f} GiB"),
        ("loss of each step", ", ".join(f"{loss:.3f}" for loss in measured.losses)),
        ("operations a picture, both ways", f"{measured.flops / 1e9:.1f} GFLOP"),
        ("pictures an epoch, about", f"{estimated.epoch:,}"),
        ("pictures an arm, about", f"{estimated.pictures:,}"),
        ("GPU hours an arm, about", f"{estimated.gpu_hours:.1f}"),
    )
    for row in rows:
        table.add_row(*row)
    return table


def _assumed(tflops: float) -> str:
    return (
        f"Hours are pictures x operations / {tflops:g} TFLOP a second (--tflops), what the GPU is taken to sustain: "
        "decoding, looks at validation and steps of the head alone are not counted. An epoch is taken to hold the "
        "expected training pictures, the same number of each class, and of every neighbor what train.caps lets through."
    )


def _positive(text: str) -> float:
    if not (value := float(text)) > 0:
        raise argparse.ArgumentTypeError(f"a number above 0, not {text!r}")
    return value


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.dry_run", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("recipe", help="a YAML file, such as recipes/imagenet_lt_clip.yaml")
    parser.add_argument("--batch", type=int, default=2, help="pictures in each of the two steps (default: 2)")
    parser.add_argument("--tflops", type=_positive, default=TFLOPS, help="sustained by the GPU (default: 400)")
    parser.add_argument("--data-root", help="where the stages lie, instead of the recipe's data_root")
    arguments = parser.parse_args()
    if arguments.batch < 2:
        parser.error("--batch: 2 or more; a batch norm has nothing to normalize one picture by")
    return arguments


def dry_run(path: str, console: Console, batch: int = 2, tflops: float = TFLOPS, data_root: str | None = None) -> str:
    """Try a recipe and print what it asks for; the same as a line of JSON.

    Raises ExtrapolationError where the recipe lacks something, or its network does not learn.
    """
    plan = plan_of(path, data_root)
    from training.sizing.measure import measure  # torch is heavy: a wrong recipe is told of without it

    measured = measure(plan, batch)
    estimated = estimate(plan, measured.flops, tflops)
    console.print(_shown(plan, measured, estimated, batch))
    console.print(_assumed(tflops), markup=False, highlight=False)
    return json.dumps({"recipe": plan.name, "batch": batch, "tflops": tflops, **asdict(measured), **asdict(estimated)})


def main() -> None:
    """Print the table, then the line of JSON; an error exits with 1, Ctrl-C with 130."""
    arguments = _arguments()
    with explained("nothing was measured to the end"):
        line = dry_run(arguments.recipe, Console(), arguments.batch, arguments.tflops, arguments.data_root)
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
