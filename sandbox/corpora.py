"""The corpora that there are, by name."""

from collections.abc import Callable
from pathlib import Path

from sandbox.corpus import Corpus
from sandbox.herbarium.corpus import load_herbarium
from sandbox.photographs import load_photographs

CORPORA = ("herbarium", "photographs")


def load_corpus(
    name: str, root: Path, seed: int, taxonomy: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> Corpus:
    """A corpus in its folder; `say` is told what takes time. `taxonomy` is photographs' own, ROOT/split.json else."""
    if name == "herbarium":
        return load_herbarium(root, seed, say)
    return load_photographs(root, taxonomy or root / "split.json", seed)
