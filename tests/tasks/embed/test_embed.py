import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError
from safetensors.torch import save_file

from storage.errors import TooMuchLost
from storage.fingerprint import fingerprint
from storage.records import Unreadable
from tasks.embed.config import EmbedConfig, HashConfig
from tasks.embed.embed import Seen, embed
from tasks.embed.models import Models
from tasks.embed.unreadable import check_unreadable
from tests.vision.scenes import encoded, scene
from vision.decode import decode
from vision.encoders import Encoder, EncoderConfig, load_encoder
from vision.hashes import SIDE, gray_thumbnail, perceptual_hashes

FILES = [encoded(scene(seed), kind) for seed, kind in enumerate(("JPEG", "PNG", "WEBP", "JPEG", "BMP", "JPEG"))]
BYTES = {hashlib.sha256(data).hexdigest(): data for data in FILES}
DIGESTS = list(BYTES)
BROKEN = {"html": b"<html>", "cut": FILES[0][:-300]}


def _read(digest: str) -> bytes:
    return (BYTES | BROKEN)[digest]


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


@pytest.fixture(scope="module")
def whole(config: EmbedConfig, encoder: Encoder) -> Seen:
    """All pictures embedded at once."""
    return embed(DIGESTS, _read, config, Models((encoder,)))


def test_row_i_belongs_to_digest_i(config: EmbedConfig, encoder: Encoder, whole: Seen) -> None:
    """Rows come in the order of the digests, each with the vector that its picture alone would get."""
    assert [row.digest for row in whole.rows] == DIGESTS
    assert not whole.unreadable
    assert np.allclose(np.linalg.norm(whole.vectors.matrix, axis=1), 1, atol=1e-6)
    for place, digest in enumerate(DIGESTS):
        alone = embed([digest], _read, config, Models((encoder,)))
        assert alone.rows == [whole.rows[place]]
        assert np.allclose(alone.vectors.matrix[0], whole.vectors.matrix[place], atol=1e-5)


@given(
    order=st.lists(st.sampled_from([*DIGESTS, *BROKEN]), unique=True, max_size=8),
    size=st.integers(1, 5),
    workers=st.integers(1, 4),
)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_neither_batches_nor_threads_change_anything(
    config: EmbedConfig, encoder: Encoder, whole: Seen, order: list[str], size: int, workers: int
) -> None:
    """Whatever the order, the batch size and the number of threads: a picture has its own row, vector or reason."""
    changed = config.model_copy(update={"batch_size": size, "workers": workers})
    seen = embed(order, _read, changed, Models((encoder,)))
    readable = [digest for digest in order if digest in BYTES]
    assert seen.rows == [whole.rows[whole.vectors.places[digest]] for digest in readable]
    assert np.allclose(seen.vectors.matrix, whole.vectors.of(readable).matrix, atol=1e-5)
    assert [row.digest for row in seen.unreadable] == [digest for digest in order if digest in BROKEN]


def test_rows_hold_thumbnail_and_hashes_of_the_picture(whole: Seen) -> None:
    """What a row holds is what vision/ computes from the decoded picture."""
    thumbnail = gray_thumbnail(scene(1))
    assert np.array_equal(whole.vectors.thumbnails[:][1], thumbnail)
    assert (whole.rows[1].phash, whole.rows[1].phash_flipped) == perceptual_hashes(thumbnail)
    assert whole.vectors.thumbnails.shape == (len(FILES), SIDE, SIDE)


def test_unreadable_pictures_are_rows_with_a_reason(config: EmbedConfig, encoder: Encoder) -> None:
    """What cannot be decoded is left out of the vectors and kept as a row that says why."""
    seen = embed([DIGESTS[0], "html", DIGESTS[1], "cut"], _read, config, Models((encoder,)))
    assert [row.digest for row in seen.rows] == DIGESTS[:2]
    assert [(row.digest, row.detail.partition(":")[0]) for row in seen.unreadable] == [
        ("html", "not_a_picture"),
        ("cut", "truncated"),
    ]


def test_nothing_to_embed_gives_an_empty_matrix(config: EmbedConfig, encoder: Encoder) -> None:
    """An empty partition has vectors of the right dimension, none of them."""
    seen = embed([], _read, config, Models((encoder,)))
    assert seen.vectors.matrix.shape == (0, encoder.dim)
    assert seen.vectors.hashes.shape == (0, 8)
    assert (seen.rows, seen.unreadable, seen.scores) == ([], [], [])


class _Overflowing(torch.nn.Module):
    """Means of the colors, without bound for a picture that is white, as half precision may bring forth."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        means = pictures.mean((2, 3))
        return torch.where((means > 0.99).all(1, keepdim=True), torch.inf, means)


def test_a_vector_that_is_not_finite_is_a_row_with_a_reason(config: EmbedConfig, encoder: Encoder) -> None:
    """Its picture is left out of every table, and all others keep their own vectors."""
    white = encoded(Image.new("RGB", (90, 80), "white"), "PNG")
    wild = replace(encoder, backbone=_Overflowing(), dim=3)
    order = [DIGESTS[0], "white", DIGESTS[1]]
    scorers = (("first", lambda vectors: vectors[:, 0].astype(np.float64)),)
    seen = embed(order, (BYTES | {"white": white}).__getitem__, config, Models((encoder, wild), scorers))
    assert [row.digest for row in seen.rows] == [row.digest for row in seen.scores] == DIGESTS[:2]
    assert seen.unreadable == [Unreadable("white", "an encoder gives no finite vector")]
    assert [matrix.shape for matrix in seen.matrices] == [(2, encoder.dim), (2, 3)]
    assert np.isfinite(np.concatenate(seen.matrices, axis=1)).all()
    assert np.allclose(seen.matrices[0][1], encoder.encode([decode(FILES[1], 10**8)])[0], atol=1e-5)


def test_what_a_reader_raises_stops_the_stage(config: EmbedConfig, encoder: Encoder) -> None:
    """A store that lacks a picture is no unreadable picture; threads go back to all cores whatever happens."""
    before = torch.get_num_threads()
    with pytest.raises(KeyError, match="lost"):
        embed([*DIGESTS, "lost"], _read, config, Models((encoder,)))
    assert torch.get_num_threads() == before


def test_a_picture_is_read_once_for_all_encoders(config: EmbedConfig, encoder: Encoder) -> None:
    """Two encoders and the hashes see the same decoded picture, and progress hears of each once."""
    asked: list[str] = []
    told: list[int] = []
    lock = threading.Lock()

    def read(digest: str) -> bytes:
        with lock:
            asked.append(digest)
        return _read(digest)

    small = load_encoder(config.encoder.model_copy(update={"image_size": 32, "options": {"img_size": 32}}))
    seen = embed([*DIGESTS, "cut"], read, config, Models((encoder, small)), told.append)
    assert sorted(asked) == sorted([*DIGESTS, "cut"])
    assert sum(told) == len(asked)
    assert [matrix.shape[0] for matrix in seen.matrices] == [len(FILES)] * 2
    alone = small.encode([decode(data, 10**8) for data in FILES])
    assert np.allclose(seen.matrices[1], alone, atol=1e-5)


def test_hashes_alone_need_no_encoder(whole: Seen) -> None:
    """Without an encoder the rows are the same but for what a scaled decode rounds, and the matrix has no columns."""
    seen = embed([*DIGESTS, "html"], _read, HashConfig(), Models())
    assert [row.digest for row in seen.rows] == DIGESTS
    assert seen.vectors.matrix.shape == (len(FILES), 0)
    assert [row.digest for row in seen.unreadable] == ["html"]
    apart = np.abs(seen.vectors.thumbnails[:].astype(int) - whole.vectors.thumbnails[:].astype(int))
    assert apart.mean() < 2


def test_a_large_jpeg_has_nearly_the_vector_of_its_whole_decode(config: EmbedConfig, encoder: Encoder) -> None:
    """It is decoded at a fraction of its size, which the vector hardly tells."""
    picture = scene(9, 1600, 1200)
    data = encoded(picture, quality=95)
    seen = embed(["large"], lambda _: data, config, Models((encoder,)))
    (exact,) = encoder.encode([Image.fromarray(np.asarray(picture))])
    assert float(seen.vectors.matrix[0] @ exact) > 0.999


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
    """Batch size, threads, device and the checkpoint's path leave the key alone; the pixel budget does not."""
    moved = config.encoder.model_copy(update={"checkpoint": str(Path("/elsewhere/weights")), "compile": True})
    pace = {"batch_size": 256, "workers": 9, "device": "cuda", "where": "deployment"}
    assert fingerprint(config) == fingerprint(config.model_copy(update={**pace, "encoder": moved}))
    assert fingerprint(config) != fingerprint(config.model_copy(update={"max_pixels": 10}))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"scorers": [{"kind": "prompts", "name": "unsafe"}]}, "set clip to an open_clip model"),
        ({"clip": {"kind": "timm", "name": "test_vit"}}, "test_vit of timm reads no names"),
        ({"captions": ["a photo"]}, "has no {} for the name"),
        ({"device": "gpu"}, "device"),
        (
            {
                "clip": {"kind": "open_clip", "name": "ViT-B-32"},
                "scorers": [{"kind": "prompts", "name": "unsafe"}, {"kind": "prompts", "name": "unsafe"}],
            },
            "two have the same name",
        ),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(fields: dict[str, object], says: str) -> None:
    """The field and what is wrong with it, before anything is loaded."""
    with pytest.raises(ValidationError, match=says):
        EmbedConfig.model_validate({"encoder": {"kind": "timm", "name": "test_vit"}, **fields})
