"""What the stage writes, of a crawl, of targets and of a catalog."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file

from sandbox.herbarium.drawing import draw_picture
from sandbox.herbarium.flora import draw_flora
from storage.errors import BadInput, DamagedStore
from storage.manifest import Part, StageFolder, open_stage, read_manifest, read_rows, read_table
from storage.records import (
    Cataloged,
    ClipEmbedded,
    Embedded,
    Named,
    Scored,
    Split,
    Stage,
    StageRef,
    TargetClass,
    TargetPicture,
    Unreadable,
)
from storage.tables import vectors_of
from tasks.embed.config import EmbedConfig, HashConfig
from tasks.embed.models import load_models
from tasks.embed.task import NAMES, embed_names, embed_pictures, has_names, models_content
from tasks.partition import part_names
from tests.vision.scenes import encoded, scene
from vision.encoders import EncoderConfig, load_encoder
from vision.texts import encode_texts
from vision.vectors import Vectors

MODEL = Path(__file__).parents[3] / "sandbox" / "clip" / "model"
CLIP = EncoderConfig(
    kind="open_clip", name="herbarium", checkpoint=str(MODEL), image_size=64, mean=(0.5,) * 3, std=(0.5,) * 3
)
SPECIES = [species for genus in draw_flora(0) for species in genus.targets][:4]


@pytest.fixture(scope="module")
def resnet(tmp_path_factory: pytest.TempPathFactory) -> EncoderConfig:
    """A small encoder that reads no names."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "test_resnet.safetensors"
    save_file(timm.create_model("test_resnet", num_classes=0).state_dict(), path)
    return EncoderConfig(kind="timm", name="test_resnet", checkpoint=str(path), image_size=64)


@pytest.fixture
def targets(tmp_path: Path) -> StageRef:
    """A data set of drawn flowers, two pictures a species, one of them in two splits."""
    rng = np.random.default_rng(0)
    rows = []
    for label, species in enumerate(SPECIES):
        for number in range(2):
            path = tmp_path / f"{label}-{number}.png"
            path.write_bytes(encoded(draw_picture(species, rng), "PNG"))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            rows.append(TargetPicture(path.name, Split.TRAIN, label, digest, str(path)))
    rows.append(replace(rows[0], key="again", split=Split.VAL))
    classes = [TargetClass(label, species.name, 2, 0, 0) for label, species in enumerate(SPECIES)]
    folder = open_stage(str(tmp_path / "root"), Stage.TARGETS, 1, "targets")
    files = [folder.write_rows("read", rows, TargetPicture), folder.write_rows("read", classes, TargetClass)]
    return folder.seal([Part("read", tuple(files), {})], len(rows), 0)


def _embedded(root: Path, config: HashConfig, given: StageRef, parts: int = 2) -> StageRef:
    """The stage as its flow makes it, without Prefect."""
    folder = open_stage(str(root), Stage.EMBED, 1, config, pictures=given, encoder=models_content(config))
    done = [_part(embed_pictures, folder, part, config, given) for part in part_names("embed", parts)]
    if has_names(config, given):
        done.append(_part(embed_names, folder, NAMES, config, given))
    return folder.seal(done, sum(part.tally.get("embedded", 0) for part in done), 0)


def _part(task: object, folder: StageFolder, part: str, config: HashConfig, given: StageRef) -> Part:
    made: Part = task.fn(folder, part, config, given)  # type: ignore[attr-defined]  # a Prefect task
    return made


def _kinds(ref: StageRef) -> set[str]:
    return {file.kind for part in read_manifest(ref.uri).parts for file in part.files}


def test_without_a_clip_there_are_vectors_alone(resnet: EncoderConfig, targets: StageRef, tmp_path: Path) -> None:
    """Each digest once, with the vector of its picture; no names, no scores."""
    ref = _embedded(tmp_path, EmbedConfig(encoder=resnet), targets)
    assert _kinds(ref) == {"Embedded", "Unreadable"}
    vectors = Vectors.of_stage(ref)
    assert sorted(vectors.places) == sorted({row.digest for row in read_rows(targets, TargetPicture)})
    assert vectors.matrix.shape == (8, load_encoder(resnet).dim)


def test_a_clip_of_its_own_writes_its_vectors_beside(resnet: EncoderConfig, targets: StageRef, tmp_path: Path) -> None:
    """In the order of the encoder's, as the clip alone gives them; names by their captions; scores of each picture."""
    config = EmbedConfig.model_validate(
        {
            "encoder": resnet.model_dump(),
            "clip": CLIP.model_dump(),
            "captions": ["a {}", "a drawing of a {}"],
            "scorers": [{"kind": "prompts", "name": "house", "positive": ["a house"], "negative": ["a rose"]}],
        }
    )
    ref = _embedded(tmp_path, config, targets)
    assert _kinds(ref) == {"Embedded", "Unreadable", "ClipEmbedded", "Scored", "Named"}
    digests = [row.digest for row in read_rows(ref, Embedded)]
    assert [row.digest for row in read_rows(ref, ClipEmbedded)] == digests
    alone = Vectors.of_stage(_embedded(tmp_path, EmbedConfig(encoder=CLIP), targets))
    assert np.allclose(vectors_of(read_table(ref, ClipEmbedded.__name__)), alone.of(digests).matrix, atol=1e-5)
    scores = read_rows(ref, Scored)
    assert [(row.digest, row.scorer) for row in scores] == [(digest, "house") for digest in digests]
    assert max(row.score for row in scores) < 0.5


def test_a_clip_that_is_the_encoder_looks_once(targets: StageRef, tmp_path: Path) -> None:
    """No second table; the names are those of the classes, in the space of the pictures."""
    ref = _embedded(tmp_path, EmbedConfig(encoder=CLIP, clip=CLIP, captions=("{}",)), targets)
    assert _kinds(ref) == {"Embedded", "Unreadable", "Named"}
    names = [row.name for row in read_rows(ref, Named)]
    assert names == [species.name for species in SPECIES]
    vectors = vectors_of(read_table(ref, Named.__name__))
    assert np.allclose(vectors, encode_texts(names, CLIP, "cpu"), atol=1e-5)
    pictures = Vectors.of_stage(ref)
    labels = {row.digest: row.label for row in read_rows(targets, TargetPicture)}
    nearest = (pictures.matrix @ vectors.T).argmax(1)
    assert np.mean(nearest == [labels[digest] for digest in pictures.digests]) > 0.7


def test_content_counts_every_model(resnet: EncoderConfig, tmp_path: Path) -> None:
    """The encoder, the clip and the head of a scorer, each by its bytes."""
    heads = []
    for seed in range(2):
        torch.manual_seed(seed)
        heads.append(str(tmp_path / f"{seed}.safetensors"))
        save_file(torch.nn.Linear(128, 1).state_dict(), heads[-1])
    scored = [{"kind": "linear", "name": "aesthetic", "checkpoint": head} for head in heads]
    base = {"encoder": resnet.model_dump()}
    configs = [base, {"encoder": CLIP.model_dump()}] + [
        {**base, "clip": CLIP.model_dump(), "scorers": scorers} for scorers in ([], scored[:1], scored[1:])
    ]
    assert len({models_content(EmbedConfig.model_validate(config)) for config in configs}) == len(configs)
    assert models_content(HashConfig()) == "none"


def test_a_clip_is_the_encoder_by_its_weights_and_not_by_their_place(tmp_path: Path) -> None:
    """What has one key writes one set of tables."""
    moved = CLIP.model_copy(update={"checkpoint": str(shutil.copytree(MODEL, tmp_path / "moved"))})
    licensed = CLIP.model_copy(update={"license": "mit"})
    other = CLIP.model_copy(update={"checkpoint": str(shutil.copytree(MODEL, tmp_path / "other"))})
    (tmp_path / "other" / "open_clip_config.json").write_text("{}")
    seconds = [EmbedConfig(encoder=CLIP, clip=clip).second for clip in (CLIP, moved, licensed, other, None)]
    assert seconds == [None, None, None, other, None]


def test_other_weights_at_the_same_path_are_loaded(tmp_path: Path) -> None:
    """A process that lives on when a checkpoint is replaced does not go on with the old one."""
    path = tmp_path / "weights.safetensors"
    config = EmbedConfig(encoder=EncoderConfig(kind="timm", name="test_resnet", checkpoint=str(path), image_size=64))
    vectors = []
    for seed in range(2):
        torch.manual_seed(seed)
        save_file(timm.create_model("test_resnet", num_classes=0).state_dict(), path)
        vectors.append(load_models(config).encoders[0].encode([scene(0)]))
        assert load_models(config) is load_models(config, models_content(config))
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)


def test_a_download_is_told_of(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it starts: which repository, and how not to wait where there is no network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    tagged = EncoderConfig(kind="timm", name="vit_small_patch14_dinov2", pretrained="lvd142m")
    with caplog.at_level("INFO", "tasks"), pytest.raises(BadInput):
        load_models(EmbedConfig(encoder=tagged))
    assert "fetching timm/vit_small_patch14_dinov2.lvd142m from the hub" in caplog.text
    assert "HF_HUB_OFFLINE=1" in caplog.text


@pytest.fixture
def catalog(tmp_path: Path) -> StageRef:
    """Pictures in one file behind one another, as in a tar; one of them twice, one of them none."""
    datas = [encoded(scene(seed)) for seed in range(3)] + [b"<html>"]
    path, at, rows = tmp_path / "many.bin", 512, []
    path.write_bytes(b"\0" * 512 + b"".join(datas))
    for number, data in enumerate(datas):
        rows.append(Cataloged(f"{number}.jpg", hashlib.sha256(data).hexdigest(), str(path), at, len(data)))
        at += len(data)
    rows.append(replace(rows[0], key="again.jpg"))
    folder = open_stage(str(tmp_path / "root"), Stage.CATALOG, 1, "catalog")
    return folder.seal([Part("list", (folder.write_rows("list", rows, Cataloged),), {})], len(rows), 0)


@pytest.mark.parametrize("hashes", [True, False])
def test_a_catalog_is_read_by_offset(resnet: EncoderConfig, catalog: StageRef, tmp_path: Path, hashes: bool) -> None:
    """Each digest once, from its place in its file; what is no picture is a row; a catalog has no names."""
    config = HashConfig() if hashes else EmbedConfig(encoder=resnet, clip=CLIP)
    ref = _embedded(tmp_path, config, catalog)
    assert _kinds(ref) == {"Embedded", "Unreadable"} | (set() if hashes else {"ClipEmbedded"})
    vectors = Vectors.of_stage(ref)
    rows = read_rows(catalog, Cataloged)
    assert sorted(vectors.places) == sorted({row.digest for row in rows[:3]})
    assert [row.digest for row in read_rows(ref, Unreadable)] == [rows[3].digest]
    assert vectors.matrix.shape == (3, 0 if hashes else load_encoder(resnet).dim)


@pytest.mark.parametrize("change", ["other bytes", "gone", "a folder", "below a file"])
def test_a_file_that_has_changed_since_is_named(catalog: StageRef, tmp_path: Path, change: str) -> None:
    """Vectors of other bytes than those that were listed are never written."""
    path = tmp_path / "many.bin"
    if change == "gone":
        path.unlink()
    elif change == "a folder":
        path.unlink()
        path.mkdir()
    elif change == "below a file":
        rows = [replace(row, path=f"{path}/inner.bin") for row in read_rows(catalog, Cataloged)]
        folder = open_stage(str(tmp_path / "root"), Stage.CATALOG, 1, "below")
        catalog = folder.seal([Part("list", (folder.write_rows("list", rows, Cataloged),), {})], len(rows), 0)
    else:
        path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(DamagedStore, match=r"many\.bin.* has changed since it was listed"):
        _embedded(tmp_path, HashConfig(), catalog)
