"""A recipe against a sandbox web of one seed: what every benchmark over known truth starts from."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.truth import Curation, curation
from flows.recipe import Recipe, load_recipe
from sandbox.corpora import load_corpus
from sandbox.corpus import Corpus
from sandbox.ledger import Truth
from sandbox.process import SandboxProcess, running
from storage.manifest import read_rows
from storage.records import Crawled, Decision, Stage, StageRef
from tasks.targets.long_tail import LongTail
from training.recipe import Finished

PORT = 8766
"""Fixed, so that URLs, and with them keys and the order of pictures, are the same in every run."""

RECIPES = {"herbarium": "recipes/demo.yaml", "photographs": "recipes/grocery.yaml"}
"""The recipe of every corpus."""

SHARED = Path(__file__).parents[2] / "shared" / "data" / "grocery"


@dataclass(frozen=True, slots=True)
class World:
    """A running sandbox, a recipe against it, the truth about every URL, and the originals behind them."""

    recipe: Recipe
    ledger: Sequence[Truth]
    corpus: Corpus


def _recipe(recipe: Recipe, sandbox: SandboxProcess, root: Path, seed: int) -> Recipe:
    source = recipe.crawl.sources[0].model_copy(update={"base_url": sandbox.base_url})
    targets: dict[str, object] = {"root": str(root)}
    if recipe.targets.long_tail:
        targets["long_tail"] = LongTail(seed=seed)  # the sandbox's web is laid out by the same rule
    return recipe.model_copy(
        update={
            "targets": recipe.targets.model_copy(update=targets),
            "neighbors": recipe.neighbors.model_copy(
                update={"provider": recipe.neighbors.provider.model_copy(update={"base_url": sandbox.api_url})}
            ),
            "crawl": recipe.crawl.model_copy(update={"sources": (source,)}),
            "train": recipe.train.model_copy(update={"seed": seed}),
        }
    )


@contextmanager
def world(corpus: str, work: Path, seed: int, photographs: Path | None = None, port: int = PORT) -> Iterator[World]:
    """The corpus's recipe with one seed for web, tail and training; everything is written below `work`."""
    root = work / f"flowers-{seed}"
    if corpus == "photographs":
        root = photographs or Path(os.environ.get("GROCERY_ROOT", SHARED))
        os.environ["GROCERY_ROOT"] = str(root)
    recipe = load_recipe(RECIPES[corpus], str(work / f"{corpus}-{seed}"))
    with running(root, corpus=corpus, seed=seed, port=port) as sandbox:
        yield World(_recipe(recipe, sandbox, root, seed), sandbox.ledger(), load_corpus(corpus, root, seed))


def score(ledger: Sequence[Truth], crawl: StageRef, select: StageRef) -> Curation:
    """What the kept pictures are worth by the ledger."""
    kept = {row.key for row in read_rows(select, Decision) if row.reason is None}
    return curation(ledger, ((row.url, row.neighbor) for row in read_rows(crawl, Crawled) if row.key in kept))


def finished(done: Sequence[StageRef]) -> Finished:
    """What a pipeline that ran up to its shards has made for training."""
    newest = {ref.stage: ref for ref in done}  # the embedded candidates come after the embedded targets
    of_targets = next(ref for ref in done if ref.stage is Stage.EMBED)
    return Finished(newest[Stage.TARGETS], of_targets, newest[Stage.SHARD], newest[Stage.EMBED])
