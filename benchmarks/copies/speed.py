"""How many pictures are hashed a second, and how long 50,000 hashes are searched among themselves, on two cores.

    python -m benchmarks.copies.speed FILE...

The median of five rounds each, and all of them; one JSON object.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np

CORES, ROUNDS, HASHES, COUNT = 2, 5, 50_000, 10


def timed(work: Callable[[], object]) -> list[float]:
    """Seconds of each of some rounds."""
    seconds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return seconds


def use_two_cores() -> None:
    """Keep this process on two cores; to be called before any library counts them."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def _hashed(data: bytes) -> tuple[bytes, bytes]:
    from vision.decode import decode_scaled
    from vision.hashes import SIDE, gray_thumbnail, perceptual_hashes

    return perceptual_hashes(gray_thumbnail(decode_scaled(data, 10**8, 1, SIDE).picture))


def hashing_seconds(pictures: list[bytes]) -> list[float]:
    """Seconds from the bytes of all pictures to their thumbnails and hashes, by round."""
    with ThreadPoolExecutor(CORES) as threads:
        return timed(lambda: list(threads.map(_hashed, pictures, chunksize=50)))


def search_seconds() -> list[float]:
    """Seconds for the nearest of each of 50,000 hashes, by round."""
    from vision.search import nearest_hashes

    hashes = np.random.default_rng(0).integers(0, 256, (HASHES, 8), dtype=np.uint8)
    return timed(lambda: nearest_hashes(hashes, hashes, COUNT + 1))


def main() -> None:
    """Measure, and print one JSON object."""
    use_two_cores()
    pictures = [Path(file).read_bytes() for file in sys.argv[1:]]
    rates = [round(len(pictures) / seconds) for seconds in hashing_seconds(pictures)]
    searched = [round(seconds, 3) for seconds in search_seconds()]
    print(
        json.dumps(
            {
                "hash_img_per_s": round(median(rates)), "hash_img_per_s_rounds": rates,
                "search_50k_s": median(searched), "search_50k_s_rounds": searched,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
