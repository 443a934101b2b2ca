"""What a loss costs over many classes: time and memory of forward and backward beside torch's own cross-entropy.

    python -m benchmarks.loss [--quick] [--device cuda]

Batch 512, 50,000 classes, half of them targets, five edges a class, in four cases: plain labels, smoothed ones, mixed
ones, and both. The baseline is torch's cross-entropy of logits to which a log prior was added, in the same case: with
its own smoothing, and mixed by soft targets that were made, and smoothed, beforehand. Its other way to mix, two losses
weighted, is in the table.

In every round each loss has one turn beside one of the baseline, now the one and now the other first; a ratio is the
median over the rounds. On the CPU one thread works and its processor time counts, so that what else the machine does
weighs little. Memory is the peak above what was held before, logits and soft targets not in it: on the CPU that of the
resident set, to which buffers of this size belong from their first use until they are freed; on a GPU the allocator's.

Exits with 1 where neighbor silencing takes over 5% more than the baseline of any case. `--quick` takes 20,000 classes
and judges nothing.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.losses.contestants import BASELINE, JUDGED, Mean, Size, contestants, problem
from benchmarks.losses.cost import Pair, logits_of, pair, peak, use_one_thread

BOUND = 1.05
CASES = {"plain": (False, False), "smoothed": (True, False), "mixed": (False, True), "both": (True, True)}
"""Whether labels are smoothed, and whether they are mixed, by the case's name."""
Figures = Mapping[str, Mapping[str, float]]


def measure(them: Mapping[str, Mean], size: Size, case: str) -> dict[str, dict[str, float]]:
    """Milliseconds, MiB and their ratios to the baseline, times with their range over the rounds, by loss."""
    logits = logits_of(size)
    pairs: dict[str, list[Pair]] = {name: [] for name in them}
    for turn in track(range(size.rounds + 1), case):
        for name, loss in them.items():
            taken = pair(loss, them[BASELINE], logits, turn)
            pairs[name] += [taken] if turn else []  # the first round warms up
    peaks = {name: peak(loss, logits) for name, loss in them.items()}
    return {name: _figures(pairs[name], peaks[name], peaks[BASELINE]) for name in them}


def _figures(pairs: Sequence[Pair], peak: int, baseline: int) -> dict[str, float]:
    ratios, ms = [pair.loss / pair.baseline for pair in pairs], [1000 * pair.loss for pair in pairs]
    figures = {
        "ms": median(ms), "ms_low": min(ms), "ms_high": max(ms),
        "time_ratio": median(ratios), "time_ratio_low": min(ratios), "time_ratio_high": max(ratios),
        "mib": peak / 2**20, "memory_ratio": peak / baseline,
    }  # fmt: skip
    return {name: round(value, 4) for name, value in figures.items()}


def _show(found: Mapping[str, Figures], size: Size) -> None:
    title = f"forward and backward, batch {size.batch}, {size.classes:,} classes, {size.device}"
    table = Table("labels", "loss", "ms", "x baseline", "MiB", "x baseline", title=title)
    for case, losses in found.items():
        for name, one in losses.items():
            times = f"{one['ms']:.0f} ({one['ms_low']:.0f} to {one['ms_high']:.0f})"
            ratios = f"{one['time_ratio']:.3f} ({one['time_ratio_low']:.2f} to {one['time_ratio_high']:.2f})"
            table.add_row(case, name, times, ratios, f"{one['mib']:.0f}", f"{one['memory_ratio']:.3f}")
        table.add_section()
    Console(width=130).print(table)


def judged(found: Mapping[str, Figures]) -> dict[str, float]:
    """Neighbor silencing's ratios: the plain case's under their bare names, those of the others behind the case's."""
    names = ("time_ratio", "time_ratio_low", "time_ratio_high", "memory_ratio")
    return {
        name if case == "plain" else f"{case}_{name}": losses[JUDGED][name]
        for case, losses in found.items()
        for name in names
    }


def main() -> int:
    """Measure, print the table, and last one JSON object."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loss", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20,000 classes and fewer rounds")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    arguments = parser.parse_args()
    classes, rounds = (20_000, 3) if arguments.quick else (50_000, 9)
    size = Size(classes, 512, rounds, arguments.device)
    use_one_thread()
    of = problem(size)
    found = {case: measure(contestants(of, *which), size, case) for case, which in CASES.items()}
    _show(found, size)
    ratios = judged(found)
    losses = {"losses" if case == "plain" else f"{case}_losses": them for case, them in found.items()}
    print(json.dumps({**ratios, "classes": classes, "device": size.device, **losses}))
    within = all(value <= BOUND for name, value in ratios.items() if name.endswith(("time_ratio", "memory_ratio")))
    return int(not arguments.quick and not within)


if __name__ == "__main__":
    sys.exit(main())
