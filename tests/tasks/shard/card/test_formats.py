"""A card's readers find pictures of every format that may have been packed as it was found."""

import dataclasses
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
import webdataset

from storage.shards import Sample, pack
from tasks.shard.card.croissant import croissant
from tasks.shard.card.readme import readme
from tasks.shard.config import ShardConfig
from tests.tasks.shard.card.facts import facts
from tests.vision.scenes import encoded, scene
from vision.decode import FORMATS
from vision.resize import resize


@pytest.mark.parametrize("mode", ["none", "keep_ratio"])
def test_the_lines_of_code_on_the_card_open_every_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Of pictures packed as they were found, AVIF among them, each is a picture to who runs the lines."""
    config = ShardConfig.model_validate({"resize_mode": mode})
    held = [resize(encoded(scene(at, 48, 40), kind), config.size) for at, kind in enumerate(FORMATS)]
    samples = [Sample(f"{at:020d}", extension, data, at, {}) for at, (data, extension) in enumerate(held)]
    (tmp_path / "shard-000000.tar").write_bytes(pack(samples).tar)
    monkeypatch.chdir(tmp_path)
    card = readme(dataclasses.replace(facts(tars=["shard-000000.tar"]), resized=config)).decode()
    lines = "    import webdataset" + card.split("    import webdataset")[1].split("\n\n")[0]
    read: dict[str, Any] = {}
    exec(textwrap.dedent(lines), read)  # noqa: S102  # what the card tells a reader to run
    assert isinstance(read["pictures"], webdataset.WebDataset)
    assert [(picture.size, picture.mode, label) for picture, label, _ in read["pictures"]] == [
        ((48, 40), "RGB", at) for at in range(len(FORMATS))
    ]


def test_croissant_names_every_format_of_pictures_packed_as_they_were_found() -> None:
    """So that its readers find them all."""
    held = dataclasses.replace(facts(), resized=ShardConfig(resize_mode="none"))
    files = json.loads(croissant(held, "a", "b"))["distribution"][-1]
    found = {f"*.{resize(encoded(scene(1, 48, 40), kind), held.resized.size)[1]}" for kind in FORMATS}
    assert found == set(files["includes"])
