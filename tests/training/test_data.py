"""What may be trained on, and what curation leaves of it."""

from dataclasses import replace

import numpy as np
import pytest

from storage.errors import BadInput
from tests.training.small import small_set
from training.data import Examples, Picture, check, content_digest, without_empty_auxiliaries


def test_auxiliaries_left_empty_are_removed() -> None:
    """The classes that stay close ranks, and their edges and labels follow them."""
    data = small_set(train=(4, 4, 4, 4), auxiliary=(2, 0, 3))
    held = without_empty_auxiliaries(data)
    assert held.auxiliaries == ("neighbor 0", "neighbor 2")
    assert held.edges.tolist() == [[0, 0], [1, 0], [2, 1], [3, 1]]
    assert held.auxiliary.labels.tolist() == [0, 0, 1, 1, 1]
    check(held)


def test_an_empty_auxiliary_is_refused_by_name() -> None:
    """Whoever forgets to remove it is told which one it is."""
    with pytest.raises(BadInput, match="auxiliary class 'neighbor 1' has no picture"):
        check(small_set(auxiliary=(2, 0)))


def test_an_orphan_auxiliary_is_refused_by_name() -> None:
    """Without a parent it has no anchor, and so no cap."""
    data = small_set()
    with pytest.raises(BadInput, match="auxiliary class 'neighbor 1' has no parent"):
        check(replace(data, edges=data.edges[data.edges[:, 1] == 0]))


def test_a_target_without_pictures_is_refused_by_name() -> None:
    """It could never be learned."""
    with pytest.raises(BadInput, match="target class 'target 2' has no readable training picture"):
        check(small_set(train=(3, 3, 0)))


def test_an_empty_validation_split_is_refused() -> None:
    """The checkpoint is never chosen on test."""
    data = small_set()
    with pytest.raises(BadInput, match="validation split is empty"):
        check(replace(data, val=Examples(data.val.inputs[:0], data.val.labels[:0])))


def test_the_digest_sees_labels_and_vectors() -> None:
    """A checkpoint is not taken up on other data."""
    data = small_set()
    relabeled = replace(data, train=replace(data.train, labels=data.train.labels[::-1].copy()))
    moved = replace(data, auxiliary=replace(data.auxiliary, inputs=np.negative(data.auxiliary.inputs)))
    assert len({content_digest(held) for held in (data, small_set(), relabeled, moved)}) == 3


def test_the_digest_sees_what_packed_the_pictures() -> None:
    """The same originals at another size are other inputs."""
    row = np.empty(1, dtype=object)

    def digest(packed: str) -> str:
        row[0] = Picture("shard.tar", "a", 0, 9, packed)
        return content_digest(replace(small_set(), auxiliary=Examples(row, np.zeros(1, dtype=np.int64))))

    assert digest("one") == digest("one") != digest("other")


def test_inputs_and_labels_are_as_many() -> None:
    """A label too few is an error where it happens."""
    with pytest.raises(ValueError, match="2 inputs for 1 labels"):
        Examples(np.zeros((2, 3), dtype=np.float32), np.zeros(1, dtype=np.int64))
