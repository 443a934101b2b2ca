"""Whether a classifier is right as often as it says.

Source: Guo et al., "On Calibration of Modern Neural Networks", arXiv 1706.04599.
"""

import numpy as np

from storage.records import Calibration, Split
from training.config import Arm
from training.evaluate import Tally

BINS = 15


def expected_calibration_error(tally: Tally, bins: int = BINS) -> float:
    """The mean distance of accuracy from confidence, in [0, 1], over bins of equal width, weighted by their pictures.

    A bin holds its upper bound, as in the source; there must be a picture.
    """
    place = np.clip(np.ceil(tally.confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    surplus = (tally.answers == tally.labels) - tally.confidence
    return float(np.abs(np.bincount(place, weights=surplus, minlength=bins)).sum() / len(place))


def calibration(tally: Tally, arm: Arm, split: Split) -> tuple[Calibration, ...]:
    """One row, or none where the split has no picture."""
    pictures = len(tally.labels)
    return (Calibration(arm, split, expected_calibration_error(tally), pictures),) if pictures else ()
