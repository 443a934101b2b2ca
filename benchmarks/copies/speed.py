"""How many pictures are hashed a second, and how long 50,000 hashes are searched among themselves, on two cores.

    python -m benchmarks.copies.speed FILE...

The best of three rounds each, since other work on the machine only ever slows one; one JSON object.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

CORES, ROUNDS, HASHES, COUNT = 2, 3, 50_000, 10


def best_of(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of the quickest of some rounds."""
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def use_two_cores() -> None:
    """Keep this process on two cores; to be called before any library counts them."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def _hashed(data: bytes) -> tuple[bytes, bytes]:
    from vision.decode import decode_scaled
    from vision.hashes import SIDE, gray_thumbnail, perceptual_hashes

    return perceptual_hashes(gray_thumbnail(decode_scaled(data, 10**8, 1, SIDE).picture))


def hashing_seconds(pictures: list[bytes]) -> float:
    """Seconds from the bytes of all pictures to their thumbnails and hashes."""
    with ThreadPoolExecutor(CORES) as threads:
        return best_of(ROUNDS, lambda: list(threads.map(_hashed, pictures, chunksize=50)))


def search_seconds() -> float:
    """Seconds for the nearest of each of 50,000 hashes."""
    from vision.search import nearest_hashes

    hashes = np.random.default_rng(0).integers(0, 256, (HASHES, 8), dtype=np.uint8)
    return best_of(ROUNDS, lambda: nearest_hashes(hashes, hashes, COUNT + 1))


def main() -> None:
    """Measure, and print one JSON object."""
    use_two_cores()
    pictures = [Path(file).read_bytes() for file in sys.argv[1:]]
    rate = len(pictures) / hashing_seconds(pictures)
    print(json.dumps({"hash_img_per_s": round(rate), "search_50k_s": round(search_seconds(), 3)}))


if __name__ == "__main__":
    main()
