"""`python -m sandbox.clip.train`: train the tiny CLIP, in about a quarter of an hour on two cores.

One core draws while the other trains. Beside the contrastive loss, heads on the picture tower
tell every attribute; they are thrown away. No world's own species is ever drawn.
"""

import argparse
import gzip
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path

import open_clip
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from sandbox.clip.captions import byte_pairs, words
from sandbox.clip.drawings import ATTRIBUTES, NOT_THERE, Drawings
from sandbox.herbarium.objects import OBJECTS

FOLDER = Path(__file__).parent / "model"
WEIGHTS, CONFIG, MERGES = "open_clip_model.safetensors", "open_clip_config.json", "merges.txt.gz"
BYTES_AND_ENDS = 2 * 256 + 2
"""Tokens that are no merge: each byte inside a word and at its end, the start and the end of a text."""

BATCH, LR, WARMUP, DECAY = 128, 2e-3, 60, 0.05
EMBEDDING, CONTEXT = 128, 40
HALF = {"mean": [0.5] * 3, "std": [0.5] * 3, "size": 64, "interpolation": "bicubic", "resize_mode": "shortest"}


def write_config(folder: Path) -> None:
    """Architecture, preprocessing and vocabulary, as open_clip reads them from a folder.

    The vocabulary's path is relative to where this runs, the project's root: open_clip opens it as it stands.
    """
    merges = byte_pairs(words(OBJECTS))
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.GzipFile(folder / MERGES, "wb", mtime=0) as file:
        file.write("\n".join(["merges", *(" ".join(pair) for pair in merges)]).encode())
    tokenizer = {"bpe_path": os.path.relpath(folder / MERGES)}
    vision = {"image_size": 64, "layers": [1, 1, 1, 1], "width": 20, "patch_size": None, "head_width": 32}
    text = {"context_length": CONTEXT, "vocab_size": len(merges) + BYTES_AND_ENDS, "width": 96, "heads": 3, "layers": 2}
    model = {"embed_dim": EMBEDDING, "vision_cfg": vision, "text_cfg": {**text, "tokenizer_kwargs": tokenizer}}
    (folder / CONFIG).write_text(json.dumps({"model_cfg": model, "preprocess_cfg": HALF}, indent=1) + "\n")


class Trained(nn.Module):
    """The model, and the heads that tell attributes from its picture vectors."""

    def __init__(self, model: open_clip.CLIP) -> None:
        super().__init__()
        self.model = model
        self.heads = nn.ModuleList(nn.Linear(EMBEDDING, len(values)) for values in ATTRIBUTES)

    def forward(self, pictures: Tensor, tokens: Tensor, told: Tensor) -> Tensor:
        """The loss of a batch: pictures [b, 3, 64, 64], tokens [b, 40], attributes [b, 7]."""
        with torch.autocast("cpu", torch.bfloat16):
            seen, said = self.model.encode_image(pictures).float(), self.model.encode_text(tokens).float()
        logits = self.model.logit_scale.exp() * functional.normalize(seen) @ functional.normalize(said).T
        pairs = torch.arange(len(logits))
        contrast = (functional.cross_entropy(logits, pairs) + functional.cross_entropy(logits.T, pairs)) / 2
        attributes = [
            functional.cross_entropy(head(seen), told[:, at], ignore_index=NOT_THERE)
            for at, head in enumerate(self.heads)
        ]
        return contrast + torch.stack(attributes).mean()


def _optimizer(trained: Trained) -> torch.optim.AdamW:
    matrices = [p for p in trained.parameters() if p.ndim > 1]
    others = [p for p in trained.parameters() if p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=LR, betas=(0.9, 0.98))


def _rate(step: int, steps: int) -> float:
    return LR * min(1, (step + 1) / WARMUP) * (1 + math.cos(math.pi * step / steps)) / 2


def train(folder: Path, steps: int, seed: int) -> None:
    """Train for so many batches, and leave in the folder what open_clip loads."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)  # the other core draws
    with tempfile.TemporaryDirectory() as work:  # the folder's model stays whole until another is
        write_config(Path(work))
        model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{work}")
        drawings = Drawings(transform, open_clip.get_tokenizer(f"local-dir:{work}"), seed)
    trained = Trained(model.to(memory_format=torch.channels_last))
    optimizer, started = _optimizer(trained), time.monotonic()
    for step, batch in zip(range(steps), DataLoader(drawings, BATCH, num_workers=1, prefetch_factor=4), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = _rate(step, steps)
        loss = trained(*batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        optimizer.step()
        model.logit_scale.data.clamp_(0, math.log(100))
        if (step + 1) % 50 == 0:
            sys.stdout.write(
                f"step {step + 1} of {steps}, loss {loss.item():.3f}, {time.monotonic() - started:.0f} s\n"
            )
            sys.stdout.flush()
    state = {key: value.half() if value.is_floating_point() else value for key, value in model.state_dict().items()}
    write_config(folder)
    save_file({key: value.contiguous() for key, value in state.items()}, folder / WEIGHTS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.clip.train", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the model is written")
    parser.add_argument("--steps", type=int, default=1300, help=f"batches of {BATCH} drawings")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    train(arguments.folder, arguments.steps, arguments.seed)
