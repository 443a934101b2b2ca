"""torchvision's ImageFolder and transforms under torch's DataLoader, as their own documentation puts them together."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import ImageFolder
from torchvision.transforms import InterpolationMode, v2

from benchmarks.feeders.feeder import BATCH, SIDE
from training.config import Augment
from training.rand_augment import LARGEST

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def transforms(augment: Augment) -> v2.Compose:
    """The same changes in torchvision's words.

    Its RandAugment makes every change that it draws, ours half of them: so that both do as much, it draws half as many.
    """
    ratio = (1 / augment.aspect, augment.aspect)
    steps: list[torch.nn.Module] = [
        v2.RandomResizedCrop(SIDE, (augment.least_area, 1.0), ratio, InterpolationMode.BICUBIC),
        v2.RandomHorizontalFlip(),
    ]
    if augment.rand_augment:
        steps.append(v2.RandAugment(augment.rand_augment_ops // 2, augment.rand_augment, LARGEST + 1))
    steps += [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, STD)]
    if augment.erasing:
        steps.append(v2.RandomErasing(augment.erasing, value="random"))
    return v2.Compose(steps)


class Theirs:
    """Epochs of a DataLoader that keeps its workers."""

    def __init__(self, root: Path, photographs: Sequence[Path], augment: Augment, workers: int) -> None:
        wanted = set(map(str, photographs))
        folder = ImageFolder(root, transforms(augment))
        chosen = [place for place, (path, _) in enumerate(folder.samples) if path in wanted]
        self._loader = DataLoader(
            Subset(folder, chosen), BATCH, shuffle=True, drop_last=True, num_workers=workers,
            persistent_workers=workers > 0,
        )  # fmt: skip

    def turn(self) -> int:
        """One epoch."""
        return sum(len(labels) for _, labels in self._loader)

    def close(self) -> None:
        """Let go of the loader, whose workers end with it."""
        del self._loader
