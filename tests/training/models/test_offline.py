"""A machine that cannot reach the hub: what it is told, for everything that a recipe may name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
ASKED: dict[str, tuple[dict[str, str], str]] = {
    "timm's tag": ({"kind": "timm", "name": "test_vit", "pretrained": "r160_in1k"}, "timm/test_vit.r160_in1k"),
    "open_clip's tag": (
        {"kind": "open_clip", "name": "RN50", "pretrained": "cc12m"},
        "timm/resnet50_clip.cc12m",
    ),
    "a repository for timm": ({"kind": "timm", "name": "hf-hub:someone/network"}, "someone/network"),
    "a repository for open_clip": ({"kind": "open_clip", "name": "hf-hub:someone/clip"}, "someone/clip"),
}
SCRIPT = """
import json, sys
from storage.errors import BadInput
from training.config import TrainConfig
from training.models.whole import WholeNetwork
from vision.config import EncoderConfig
for told in json.loads(sys.argv[1]):
    encoder = EncoderConfig.model_validate(told)
    try:
        WholeNetwork(encoder, ["a"], TrainConfig(mode="finetune", encoder=encoder, device="cpu"))
    except BadInput as error:
        print(json.dumps([error.problem, error.mend]))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """The problem and the mend of each, in a process that holds no weights and may ask nobody for them."""
    empty = str(tmp_path_factory.mktemp("cache"))
    env = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": empty, "TORCH_HOME": empty, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT, json.dumps([told for told, _ in ASKED.values()])]
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, check=True, timeout=120)
    return {name: tuple(json.loads(line)) for name, line in zip(ASKED, done.stdout.splitlines(), strict=True)}


@pytest.mark.parametrize("name", ASKED)
def test_training_says_what_to_fetch_and_what_to_set(name: str, answers: dict[str, tuple[str, str]]) -> None:
    """The encoder that failed, the very repository, the command, and the path that is set then."""
    (problem, mend), (told, repository) = answers[name], ASKED[name]
    assert problem.startswith(f"encoder: {told['kind']} gives no {told['name']}")
    assert f"run `hf download {repository} --local-dir FOLDER` on another" in mend
    assert "encoder.checkpoint to " in mend
    assert "HF_HUB_OFFLINE=1" in mend
