"""`python -m sandbox.clip.judge`: what the tiny CLIP can tell, on worlds whose species it has never seen."""

import argparse
import io
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import open_clip
import torch
from PIL import Image
from torch.nn import functional

from sandbox.clip.drawings import HELD_OUT
from sandbox.clip.train import FOLDER, MERGES
from sandbox.herbarium.drawing import draw_jpeg
from sandbox.herbarium.flora import NEIGHBORS, draw_flora
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import Species

PICTURES = 20
"""Drawn of every species."""

SHOWN = 5
"""Of which so many make its prototype."""

Encode = Callable[[Sequence[Species | str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Figures:
    """Accuracies by name alone, and how well a species' prototype or name tells its pictures from others' (AUC)."""

    zero_shot_targets: float
    zero_shot_all: float
    prototype_siblings: float
    prototype_one_away: float
    prototype_two_away: float
    prototype_objects: float
    text_one_away: float
    text_two_away: float


def _auc(own: np.ndarray, others: np.ndarray) -> float:
    """The chance that one of the own scores lies above one of the others."""
    return float((own[:, None] > others[None, :]).mean() + 0.5 * (own[:, None] == others[None, :]).mean())


def _load(folder: Path) -> tuple[Encode, Callable[[Iterable[str]], np.ndarray]]:
    """Unit vectors of drawings, PICTURES of each subject under one another, and of texts."""
    name = f"local-dir:{folder}"
    model, _, transform = open_clip.create_model_and_transforms(name)
    tokenize, rng = open_clip.get_tokenizer(name, bpe_path=str(folder / MERGES)), np.random.default_rng(0)
    model.eval()

    @torch.inference_mode()
    def draw(subjects: Sequence[Species | str]) -> np.ndarray:
        drawn = [draw_jpeg(subject, rng) for subject in subjects for _ in range(PICTURES)]
        batch = torch.stack([transform(Image.open(io.BytesIO(data))) for data in drawn])
        vectors = torch.cat([functional.normalize(model.encode_image(part)) for part in torch.split(batch, 200)])
        return vectors.numpy().reshape(len(subjects), PICTURES, -1)

    @torch.inference_mode()
    def read(texts: Iterable[str]) -> np.ndarray:
        return np.asarray(functional.normalize(model.encode_text(tokenize(list(texts)))))

    return draw, read


def judge(folder: Path, world: int) -> Figures:
    """The figures on one world; text and prototype are compared against the same pictures."""
    draw, read = _load(folder)
    genera = draw_flora(world)
    targets = [one for genus in genera for one in genus.targets]
    neighbors = [one for genus in genera for one in genus.neighbors]
    seen, near, things = draw(targets), draw(neighbors), draw(list(OBJECTS)).reshape(len(OBJECTS) * PICTURES, -1)
    said = read(f"a photo of a {one.name}" for one in [*targets, *neighbors])
    prototypes = seen[:, :SHOWN].mean(1)
    by_name = np.concatenate([seen, near]) @ said.T
    right = np.arange(len(said))[:, None]
    scores: dict[str, list[float]] = {field.name: [] for field in fields(Figures)}
    for at, (prototype, text) in enumerate(zip(prototypes, said, strict=False)):
        own, genus = seen[at, SHOWN:], at // len(genera[0].targets)
        family = [i for i in range(len(targets)) if i // len(genera[0].targets) == genus and i != at]
        scores["prototype_siblings"].append(_auc(own @ prototype, (seen[family] @ prototype).ravel()))
        scores["prototype_objects"].append(_auc(own @ prototype, things @ prototype))
        for place, away in enumerate(("one_away", "two_away")):
            other = near[len(NEIGHBORS) * at + place]
            scores[f"prototype_{away}"].append(_auc(own @ prototype, other @ prototype))
            scores[f"text_{away}"].append(_auc(own @ text, other @ text))
    scores["zero_shot_targets"] = [
        float((by_name[: len(targets), :, : len(targets)].argmax(2) == right[: len(targets)]).mean())
    ]
    scores["zero_shot_all"] = [float((by_name.argmax(2) == right).mean())]
    return Figures(**{name: round(float(np.mean(values)), 3) for name, values in scores.items()})


def main() -> None:
    """Print the figures of some worlds and their means, the last line one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.clip.judge", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument(
        "--worlds", type=int, nargs="+", default=list(itertools.islice(HELD_OUT, 5)), choices=HELD_OUT, metavar="0-99"
    )
    arguments = parser.parse_args()
    every = [asdict(judge(arguments.folder, world)) for world in arguments.worlds]
    for world, figures in zip(arguments.worlds, every, strict=True):
        sys.stdout.write(f"world {world}: {', '.join(f'{name} {value}' for name, value in figures.items())}\n")
    means = {name: round(float(np.mean([figures[name] for figures in every])), 3) for name in every[0]}
    sys.stdout.write(json.dumps({"worlds": arguments.worlds, **means}) + "\n")


if __name__ == "__main__":
    main()
