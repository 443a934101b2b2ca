"""What a loss costs over many classes: time and memory of forward and backward beside plain cross-entropy.

    python -m benchmarks.loss [--quick] [--device cuda]

The baseline is torch's cross-entropy of logits to which a log prior was added: batch 512, 50,000 classes, half of
them targets, five edges a class. In every round each loss has one turn beside one of the baseline, now the one and
now the other first; a ratio is the median over the rounds. On the CPU one thread works and its processor time counts,
so that what else the machine does weighs little. Memory is the peak above what was held before, the logits not in it:
on the CPU that of the resident set, to which buffers of this size belong from their first use until they are freed; on
a GPU the allocator's.

Exits with 1 where neighbor silencing takes over 5% more than the baseline. `--quick` takes 20,000 classes and judges
nothing.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.losses.contestants import BASELINE, JUDGED, Size, contestants
from benchmarks.losses.cost import Pair, logits_of, pair, peak, use_one_thread

BOUND = 1.05


def measure(size: Size) -> dict[str, dict[str, float]]:
    """Milliseconds, MiB and their ratios to the baseline, times with their range over the rounds, by loss."""
    them, logits = contestants(size), logits_of(size)
    pairs: dict[str, list[Pair]] = {name: [] for name in them}
    for turn in track(range(size.rounds + 1), "rounds"):
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


def _show(found: Mapping[str, Mapping[str, float]], size: Size) -> None:
    title = f"forward and backward, batch {size.batch}, {size.classes:,} classes, {size.device}"
    table = Table("loss", "ms", "x baseline", "MiB", "x baseline", title=title)
    for name, one in found.items():
        times = f"{one['ms']:.0f} ({one['ms_low']:.0f} to {one['ms_high']:.0f})"
        ratios = f"{one['time_ratio']:.3f} ({one['time_ratio_low']:.2f} to {one['time_ratio_high']:.2f})"
        table.add_row(name, times, ratios, f"{one['mib']:.0f}", f"{one['memory_ratio']:.3f}")
    Console(width=120).print(table)


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
    found = measure(size)
    _show(found, size)
    judged = found[JUDGED]
    ratios = {name: judged[name] for name in ("time_ratio", "time_ratio_low", "time_ratio_high", "memory_ratio")}
    print(json.dumps({**ratios, "classes": classes, "device": size.device, "losses": found}))
    return int(not arguments.quick and max(judged["time_ratio"], judged["memory_ratio"]) > BOUND)


if __name__ == "__main__":
    sys.exit(main())
