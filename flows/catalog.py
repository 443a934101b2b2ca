"""The pictures of a data set that lies outside are listed, wherever and however they are packed."""

import logging
import re
from pathlib import Path

from prefect import flow

from flows.collecting import collect, total
from flows.heartbeats import beating
from flows.keys import catalog_folder
from flows.stage import SIDE_BY_SIDE, Run, found, resumable, seal
from storage.fingerprint import fingerprint
from storage.records import Stage, StageRef
from tasks.catalog.task import list_pictures
from tasks.partition import part_names

logger = logging.getLogger(__name__)


def outside_name(path: str) -> str:
    """What the stages of a data set are remembered by: its own name, and a digest that tells it from its namesakes."""
    root = Path(path).resolve()
    return "-".join([*re.findall(r"[a-z0-9]+", root.name.lower()), fingerprint(str(root))[:6]])


@flow(name="catalog", flow_run_name="catalog {path}", task_runner=SIDE_BY_SIDE, validate_parameters=False)
@beating
def catalog(run: Run, path: str, refresh: bool = False) -> StageRef:
    """List a folder, a .tar, a list file or a folder of tars; the key holds the content, and the places beside it.

    The rows say where the bytes lie, so after a move or a repacking they are listed anew; their content does not, so
    that nothing else runs again. Raises BadInput for what is not there, holds no picture, or is broken.
    """
    name = f"{Stage.CATALOG}-{outside_name(path)}"
    logger.info("%s: reading what is new in %s", name, Path(path).resolve())
    folder = resumable(catalog_folder(run.data_root, path, refresh))
    if whole := found(run, name, folder):
        return whole
    parts = collect(name, list_pictures.map(folder, part_names("list", 1), path))
    return seal(run, name, folder, parts, total(parts, "pictures"))
