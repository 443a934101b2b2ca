"""Which finished stage a recipe produced last: a small pointer a stage, so that nothing is listed."""

import json
from dataclasses import asdict

from storage import filesystem
from storage.errors import BadInput
from storage.records import Stage, StageRef

FOLDER = "latest"
"""Below a data root: one folder a recipe."""


def _uri(root: str, recipe: str, name: str) -> str:
    return filesystem.join(root, FOLDER, recipe, f"{name}.json")


def remember(root: str, recipe: str, name: str, ref: StageRef) -> None:
    """Point at a finished stage; `name` tells two runs of one stage apart ("embed-targets")."""
    filesystem.write_bytes(_uri(root, recipe, name), json.dumps(asdict(ref)).encode())


def is_remembered(root: str, recipe: str, name: str) -> bool:
    """Whether the recipe ever finished this stage."""
    return filesystem.exists(_uri(root, recipe, name))


def recall(root: str, recipe: str, name: str) -> StageRef:
    """The stage that `remember` pointed at last."""
    try:
        data = json.loads(filesystem.read_bytes(_uri(root, recipe, name)))
    except FileNotFoundError as error:
        raise BadInput(
            f"recipe {recipe} has no finished {name} stage under {root}",
            f"run python -m flows.pipeline recipes/{recipe}.yaml --until {name.partition('-')[0]}",
        ) from error
    uri = filesystem.join(root, data["stage"], data["key"])  # the root may have moved
    return StageRef(**{**data, "stage": Stage(data["stage"]), "uri": uri, "reused": True})
