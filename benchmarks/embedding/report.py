"""The tables of the embed stage, and what it falls short of."""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.embedding.contest import Rates, spread
from benchmarks.embedding.peer import PEER
from benchmarks.embedding.race import CORES, Result

REQUIRED = 0.90
"""Of the better bare forward pass."""

AGREE = 0.99
"""Least cosine between both vectors of a picture; between those of two pictures it is 0.91 in median."""


def show(rates: Rates) -> Rates:
    """Print one encoder's table, and hand its rates on."""
    print(f"\n{rates.name}, pictures a second, median and range of {len(rates.embed)} rounds")
    print(f"  forward pass alone, a thread a core        {spread(rates.forward)}")
    print(f"  forward pass alone, all cores in each      {spread(rates.shared)}")
    print(f"  read, decode, hash, resize and forward     {spread(rates.embed)}")
    print(f"  share of the better forward pass           {spread(rates.fractions, 3)}", flush=True)
    if any(rates.busy):
        print(f"  share of time that the GPU worked          {spread(rates.busy, 2)}", flush=True)
    return rates


def show_race(result: Result) -> None:
    """Print the race's table."""
    print(f"\nViT-B-32 fp32 on {CORES} cores, pictures a second, median and range of {len(result.ours)} rounds")
    print(f"  ours: read, decode, hash, resize, forward  {spread(result.ours)}")
    print(f"  clip-retrieval {PEER.version}                      {spread(result.theirs)}")
    print(f"  how many times as fast ours is             {spread(result.ratios, 2)}")
    print(f"  least cosine between both vectors          {result.min_cosine:.4f}", flush=True)


def shortfalls(fractions: Sequence[float], peer: Result | None) -> Iterator[str]:
    """What the measured falls short of."""
    if min(fractions) < REQUIRED:
        yield f"the smallest share of a forward pass is {min(fractions):.3f}, required are {REQUIRED}"
    if peer and median(peer.ratios) < 1:
        yield f"clip-retrieval is faster: ours is {median(peer.ratios):.2f} times as fast"
    if peer and peer.min_cosine < AGREE:
        yield f"clip-retrieval's vectors are not ours: of one picture their cosine is {peer.min_cosine:.4f}"
