"""The training curve is drawn from what training logged, and its table names the best look at validation."""

import base64
import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from flows.showing.curve import curve_page
from storage.manifest import open_stage
from storage.records import Accuracy, Split, Stage, StageRef

ORANGE = (255, 127, 14)
"""The second arm's color."""


def _trained(root: Path, looks: dict[str, Sequence[tuple[int, float, float | None]]]) -> StageRef:
    """A finished train stage whose arms logged these steps, losses and accuracies."""
    folder = open_stage(str(root), Stage.TRAIN, 1, None)
    rows = [Accuracy(arm, "all", 0.5, 2, Split.VAL) for arm in looks]
    files = [folder.write_rows("arms", rows, Accuracy)]
    for arm, logged in looks.items():
        lines = [
            json.dumps({"step": step, "loss": loss} | ({"val_accuracy": accuracy} if accuracy is not None else {}))
            for step, loss, accuracy in logged
        ]
        files.append(folder.write_file(f"{arm}.metrics.jsonl", "metrics", "\n".join(lines).encode(), volatile=True))
    return folder.seal([folder.seal_part("arms", files, Counter(), 1.0)], len(looks), 1.0)


def _chart(page: str) -> np.ndarray:
    data = page.partition("base64,")[2].partition(")")[0]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(int)


LOGGED = [(10, 2.0, None), (20, 1.0, 0.25), (30, 0.5, 0.75), (40, 0.4, 0.5)]


def test_the_table_names_the_best_look(tmp_path: Path) -> None:
    """Steps without a look at validation have no say."""
    page = curve_page(_trained(tmp_path, {"targets_only": LOGGED, "silenced": [(10, 3.0, 0.5)]}))
    assert r"| targets\_only | 75.0 | 30 |" in page
    assert "| silenced | 50.0 | 10 |" in page


def test_every_arm_is_drawn_in_both_halves(tmp_path: Path) -> None:
    """Its color stands in the accuracy's chart and in the loss's."""
    image = _chart(curve_page(_trained(tmp_path, {"targets_only": LOGGED, "silenced": LOGGED[::-1]})))
    near = np.abs(image - np.array(ORANGE)).sum(2) < 30
    columns = np.flatnonzero(near.any(0)) / image.shape[1]
    assert ((columns > 0.05) & (columns < 0.4)).any()
    assert ((columns > 0.45) & (columns < 0.8)).any()
    assert (image[0, 0] == 255).all(), "white, so that it reads in a dark UI"


def test_an_arm_without_a_log_breaks_no_chart(tmp_path: Path) -> None:
    """A run that was found whole in its folder may have logged nothing."""
    page = curve_page(_trained(tmp_path, {"targets_only": []}))
    assert _chart(page).shape[2] == 3
    assert "| arm |" in page
