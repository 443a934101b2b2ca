"""What share of its bare forward pass the whole embed stage reaches, from tars to vectors, hashes and thumbnails.

    python -m benchmarks.embed [--quick]

On a GPU where there is one, with the share of time that it worked; else on the CPU's cores. Needs the
Grocery photographs, and the small encoder beside them.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.embedding.contest import Rates, contest, spread
from benchmarks.embedding.encoders import encoders
from benchmarks.embedding.photographs import pack
from benchmarks.web.missing import NOT_RUN, Missing
from benchmarks.worlds import SHARED

REQUIRED = 0.90
PICTURES = 256


def _table(rates: Rates) -> None:
    print(f"\n{rates.name}, pictures a second, median and range of {len(rates.embed)} rounds")
    print(f"  forward pass alone, a thread a core        {spread(rates.forward)}")
    print(f"  forward pass alone, all cores in each      {spread(rates.shared)}")
    print(f"  read, decode, hash, resize and forward     {spread(rates.embed)}")
    print(f"  share of the better forward pass           {spread(rates.fractions, 3)}")
    if any(rates.busy):
        print(f"  share of time that the GPU worked          {spread(rates.busy, 2)}", flush=True)


def main() -> int:
    """Print the table, and as the last line one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="five rounds instead of fifteen")
    asked = parser.parse_args()
    photographs = Path(os.environ.get("GROCERY_ROOT", SHARED))
    with tempfile.TemporaryDirectory() as work:
        try:
            shard = pack(photographs, PICTURES, Path(work, "photographs.tar"))
        except Missing as missing:
            print(missing, file=sys.stderr)
            return NOT_RUN
        done = []
        for encoder in encoders(photographs):
            done.append(contest(encoder, shard, 5 if asked.quick else 15))
            _table(done[-1])
    least = min(median(rates.fractions) for rates in done)
    print(f"\nrequired: {REQUIRED}; the smallest share is {least:.3f}")
    each = {rates.name: round(median(rates.fractions), 3) for rates in done}
    print(json.dumps({"fraction_of_forward": round(least, 3), "encoders": each}))
    return 0 if least >= REQUIRED else 1


if __name__ == "__main__":
    raise SystemExit(main())
