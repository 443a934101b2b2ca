"""The sets that a corpus of known truth gives the yardstick: the oracle's, and the control arms' pictures."""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.controls import oracle, with_controls
from benchmarks.worlds import World
from flows.recipe import load_recipe
from sandbox.corpus import Original, Pools
from sandbox.ledger import Kind, Truth
from sandbox.taxonomy import Group, Taxonomy
from storage.manifest import open_stage
from storage.records import Neighbor, Relation, Split, Stage, StageRef
from training.data import Examples, Indices, Picture, TrainingSet, as_edges

TAXONOMY = Taxonomy((Group("fruit", ("pink lady", "lemon"), ("lime", "mango")),), ("chair", "car"), {})


@dataclass(frozen=True)
class Drawn:
    """A corpus whose every picture is a square of its key's own gray."""

    taxonomy: Taxonomy
    pools: Pools

    def picture(self, key: str) -> bytes:
        """A PNG."""
        sink = io.BytesIO()
        Image.new("L", (80, 80), sum(key.encode()) % 256).save(sink, "PNG")
        return sink.getvalue()


def world(good: Sequence[Original], off_topic: Sequence[Original] = ()) -> World:
    """A world that serves these, each at one address."""
    served = [
        Truth(f"http://{one.key}", one.name, one.name, Kind.GOOD, one.key, None, (), None) for one in good
    ]  # fmt: skip
    failing = Truth("http://x", "mango", "mango", Kind.FAILING, "mango9", Split.TEST, (), None)
    corpus = Drawn(TAXONOMY, Pools({}, tuple(off_topic), {}))
    return World(load_recipe("recipes/demo.yaml"), [*served, failing], corpus)


def data() -> TrainingSet:
    """Two targets, of pictures, without auxiliaries."""
    inputs = np.empty(2, dtype=object)
    inputs[:] = [Picture("a.png", "a"), Picture("b.png", "b")]
    labels: Indices = np.array([0, 1])
    held = Examples(inputs, labels)
    return TrainingSet(("Pink-Lady", "Lemon"), (), as_edges([]), held, held, held, Examples(inputs[:0], labels[:0]))


def named(root: Path, names: Sequence[tuple[str, tuple[int, ...]]]) -> StageRef:
    """A finished neighbors stage."""
    folder = open_stage(str(root), Stage.NEIGHBORS, 1, None)
    rows = [
        Neighbor(name, parents, Relation.SIBLING, (name,), "", None, "", "model", "prompt") for name, parents in names
    ]  # fmt: skip
    files = [folder.write_rows("all", rows, Neighbor)]
    return folder.seal([folder.seal_part("all", files, Counter(), 0.0)], len(names), 0.0)


def test_the_oracle_follows_names_however_they_are_written(tmp_path: Path) -> None:
    """In the plural, in capitals, or twice: each class has all the targets that any name of it was given for."""
    at = world([Original("lime1", "lime"), Original("lime2", "lime"), Original("mango1", "mango")])
    neighbors = named(tmp_path, [("fresh Limes", (1,)), ("LIME", (0,)), ("mangoes", (0,)), ("quince", (0,))])
    found = oracle(data(), at, neighbors, tmp_path)
    assert found.auxiliaries == ("lime", "mango")
    assert found.edges.tolist() == [[0, 0], [0, 1], [1, 0]]
    assert found.auxiliary.labels.tolist() == [0, 0, 1]
    assert all(Path(picture.uri).is_file() for picture in found.auxiliary.inputs)


def test_a_class_that_no_name_asks_for_is_not_the_oracle_s(tmp_path: Path) -> None:
    """It would have no parent."""
    at = world([Original("lime1", "lime"), Original("mango1", "mango")])
    assert oracle(data(), at, named(tmp_path, [("mango", (1,))]), tmp_path).auxiliaries == ("mango",)


def test_the_tail_s_left_overs_are_spare_and_strangers_are_unrelated(tmp_path: Path) -> None:
    """What a target's class has left keeps its label; other things are labeled among themselves."""
    pool = [Original("lemon7", "lemon"), Original("car1", "car"), Original("chair1", "chair"), Original("car2", "car")]
    found = with_controls(data(), world([], pool), tmp_path)
    assert found.spare.labels.tolist() == [1]
    assert found.unrelated.labels.tolist() == [0, 1, 0]
    assert len({picture.digest for picture in found.unrelated.inputs}) == 3
