import hashlib
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from storage.errors import TooMuchLost
from storage.fingerprint import fingerprint
from storage.records import Unreadable
from tasks.embed.config import EmbedConfig
from tasks.embed.embed import check_unreadable, embed
from tests.vision.scenes import encoded, scene
from vision.encoders import Encoder, EncoderConfig, load_encoder
from vision.hashes import SIDE, gray_thumbnail, perceptual_hashes

FILES = [encoded(scene(seed), kind) for seed, kind in enumerate(("JPEG", "PNG", "WEBP", "JPEG", "BMP", "JPEG"))]
ITEMS = [(hashlib.sha256(data).hexdigest(), data) for data in FILES]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> EmbedConfig:
    """A small encoder with weights on disk."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "test_vit.safetensors"
    save_file(timm.create_model("test_vit", num_classes=0, img_size=64).state_dict(), path)
    vit = EncoderConfig(kind="timm", name="test_vit", checkpoint=str(path), image_size=64, options={"img_size": 64})
    return EmbedConfig(encoder=vit)


@pytest.fixture(scope="module")
def encoder(config: EmbedConfig) -> Encoder:
    """The small encoder, loaded once."""
    return load_encoder(config.encoder)


def test_row_i_belongs_to_digest_i(config: EmbedConfig, encoder: Encoder) -> None:
    """Rows come in the order of the digests, each with the vector that its picture alone would get."""
    vectors, unreadable = embed(iter(ITEMS), config, encoder)
    assert [row.digest for row in vectors.rows] == [digest for digest, _ in ITEMS]
    assert not unreadable
    assert np.allclose(np.linalg.norm(vectors.matrix, axis=1), 1, atol=1e-6)
    for place, item in enumerate(ITEMS):
        alone, _ = embed([item], config, encoder)
        assert alone.rows == [vectors.rows[place]]
        assert np.allclose(alone.matrix[0], vectors.matrix[place], atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_batch_size_changes_nothing(config: EmbedConfig, encoder: Encoder, size: int) -> None:
    """The same rows and the same vectors whatever the batch size."""
    one, _ = embed(ITEMS, config, encoder)
    other, _ = embed(ITEMS, config.model_copy(update={"batch_size": size}), encoder)
    assert one.rows == other.rows
    assert np.allclose(one.matrix, other.matrix, atol=1e-5)


def test_rows_hold_thumbnail_and_hashes_of_the_picture(config: EmbedConfig, encoder: Encoder) -> None:
    """What a row holds is what vision/ computes from the decoded picture."""
    vectors, _ = embed([(ITEMS[1][0], ITEMS[1][1])], config, encoder)
    thumbnail = gray_thumbnail(scene(1))
    assert np.array_equal(vectors.thumbnails[0], thumbnail)
    assert (vectors.rows[0].phash, vectors.rows[0].phash_flipped) == perceptual_hashes(thumbnail)
    assert vectors.thumbnails.shape == (1, SIDE, SIDE)


def test_unreadable_pictures_are_rows_with_a_reason(config: EmbedConfig, encoder: Encoder) -> None:
    """What cannot be decoded is left out of the vectors and kept as a row that says why."""
    items = [ITEMS[0], ("html", b"<html>"), ITEMS[1], ("cut", FILES[0][:-300])]
    vectors, unreadable = embed(items, config, encoder)
    assert [row.digest for row in vectors.rows] == [ITEMS[0][0], ITEMS[1][0]]
    assert [(row.digest, row.detail.partition(":")[0]) for row in unreadable] == [
        ("html", "not_a_picture"),
        ("cut", "truncated"),
    ]


def test_nothing_to_embed_gives_an_empty_matrix(config: EmbedConfig, encoder: Encoder) -> None:
    """An empty partition has vectors of the right dimension, none of them."""
    vectors, unreadable = embed([], config, encoder)
    assert vectors.matrix.shape == (0, encoder.dim)
    assert vectors.hashes.shape == (0, 8)
    assert (list(vectors.rows), unreadable) == ([], [])


def test_too_many_unreadable_pictures_stop_the_stage(config: EmbedConfig) -> None:
    """Beyond the bound the error names the first files and the field; at the bound it is silent."""
    listed = [(f"d{i}", f"train/{i}.jpg") for i in range(100)]
    rows = [Unreadable(f"d{i}", "truncated: cut") for i in range(5)]
    check_unreadable(listed, rows[:1], config)
    with pytest.raises(TooMuchLost) as caught:
        check_unreadable(listed, rows, config)
    assert "5 of 100" in caught.value.problem
    assert "train/0.jpg (truncated: cut); train/1.jpg" in caught.value.problem
    assert "embed.max_unreadable" in caught.value.mend


def test_files_with_the_same_unreadable_bytes_all_count(config: EmbedConfig) -> None:
    """Ten copies of one broken file are ten lost pictures."""
    listed = [("broken", f"train/{i}.jpg") for i in range(10)] + [(f"d{i}", f"val/{i}.jpg") for i in range(90)]
    with pytest.raises(TooMuchLost, match="10 of 100"):
        check_unreadable(listed, [Unreadable("broken", "not_a_picture: ")], config)


def test_speed_and_place_are_not_in_the_key(config: EmbedConfig) -> None:
    """Batch size, device and the checkpoint's path leave the key alone; the pixel budget does not."""
    moved = config.encoder.model_copy(update={"checkpoint": str(Path("/elsewhere/weights"))})
    faster = config.model_copy(update={"batch_size": 256, "device": "cuda", "encoder": moved})
    assert fingerprint(config) == fingerprint(faster)
    assert fingerprint(config) != fingerprint(config.model_copy(update={"max_pixels": 10}))
