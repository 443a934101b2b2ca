"""What an exported classifier needs to know beside its weights: its classes, and how a picture is brought to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from storage.errors import BadInput, DamagedStore
from vision.inputs import Input

PREPROCESS, GRAPH = "preprocess.json", "model.onnx"
"""The files of an exported folder that predicting reads."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The names of the classes, in the order of the logits, and the input; larger pictures are not decoded."""

    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    input: Input
    max_pixels: Annotated[int, Field(ge=1)]


_FORMAT = TypeAdapter(Prepared)


def write_prepared(folder: Path, prepared: Prepared) -> None:
    """Write it into a folder, as JSON."""
    (folder / PREPROCESS).write_bytes(_FORMAT.dump_json(prepared, indent=2))


def read_prepared(folder: Path) -> Prepared:
    """What `write_prepared` wrote; BadInput where there is no export, DamagedStore where the file is anything else."""
    again = "python -m training.export RECIPE --out FOLDER writes it"
    for name in (PREPROCESS, GRAPH):
        if not (folder / name).is_file():
            raise BadInput(f"{folder} holds no exported classifier: there is no {name} in it", again)
    try:
        return _FORMAT.validate_json((folder / PREPROCESS).read_bytes())
    except ValidationError as error:
        raise DamagedStore(f"{folder / PREPROCESS} is not what was exported: {error}", again) from error
