"""img2dataset in an environment of its own, and the command that runs it.

Its best fair settings: Python 3.12, since its TLS is ten times slower on 3.11; one process, as
it has one core; a number of threads that was tuned; one tar, as by its default; no EXIF table,
which we do not write either; X-Robots-Tag obeyed, as by its default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import Peer

SIDE, QUALITY = 256, 90
"""Pixels of the shorter side, and JPEG quality, of both clients' pictures."""

PER_SHARD = 10_000
"""Pictures in one tar, of both clients: the peer's default, so that it never waits for a shard's last picture."""

ENVIRONMENT = {"NO_ALBUMENTATIONS_UPDATE": "1", "WANDB_MODE": "disabled"}
"""It would otherwise ask the package index for news whenever it starts."""

PEER = Peer("img2dataset", "1.47.0", python=(3, 12), imports=("cv2",))
_RUNS = "from img2dataset.main import main; main()"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the peer asks: threads (128 were best of 16 to 256 on a good web), and tries after the first."""

    threads: int = 128
    retries: int = 0


def command(python: Path, manner: Manner, urls: Path, out: Path) -> list[str]:
    """The command line of one job: a text file with a URL a line, to tars below `out`."""
    options: Mapping[str, object] = {
        "url_list": urls, "input_format": "txt", "output_folder": out, "output_format": "webdataset",
        "processes_count": 1, "thread_count": manner.threads, "retries": manner.retries,
        "number_sample_per_shard": PER_SHARD,
        "resize_mode": "keep_ratio", "image_size": SIDE, "encode_quality": QUALITY, "compute_hash": "sha256",
        "extract_exif": False, "disable_all_reencoding": False, "enable_wandb": False,
        "user_agent_token": "category-extrapolation-benchmark",
    }  # fmt: skip
    return [str(python), "-c", _RUNS, *(f"--{name}={value}" for name, value in options.items())]
