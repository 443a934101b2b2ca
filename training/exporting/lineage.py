"""Which finished stages a training goes back to, found by the content that each names as its input."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from storage import filesystem
from storage.errors import BadInput
from storage.manifest import MANIFEST, Manifest, read_manifest
from storage.records import PIPELINE, Stage, StageRef

Index = Mapping[str, Manifest]
"""The manifests of the finished stages of a data root, by their content; of several with one content the newest."""


@dataclass(frozen=True, slots=True)
class Link:
    """One stage of a lineage; `made_of` names its inputs that are stages, `count` is how many items it handed on."""

    stage: Stage
    made_of: tuple[Stage, ...]
    key: str
    content: str
    count: int
    created: str


def finished(root: str) -> Index:
    """What lies finished under a data root."""
    held = []
    for stage in PIPELINE:
        for key in filesystem.list_folders(filesystem.join(root, stage)):
            uri = filesystem.join(root, stage, key)
            if filesystem.exists(filesystem.join(uri, MANIFEST)):
                manifest = read_manifest(uri)
                held.append(replace(manifest, ref=replace(manifest.ref, uri=uri)))  # the root may have moved
    return {manifest.ref.content: manifest for manifest in sorted(held, key=lambda manifest: manifest.created)}


def stage_of(index: Index, content: str, name: str) -> StageRef:
    """The stage with this content; raises BadInput, naming what it was to the training, where it is gone."""
    if content in index:
        return index[content].ref
    raise BadInput(
        f"the {name} that the newest training was made of are gone: no finished stage has the content {content}",
        "run the pipeline again: it trains on what it finds",
    )


def lineage(index: Index, contents: Mapping[str, str]) -> tuple[Link, ...]:
    """All finished stages behind these inputs, each once, in the pipeline's order."""
    found: dict[str, Manifest] = {}
    left = list(contents.values())
    while left:
        content = left.pop()
        if content in index and content not in found:
            found[content] = index[content]
            left += index[content].inputs.values()
    links = [
        Link(
            manifest.ref.stage,
            tuple(index[given].ref.stage for given in manifest.inputs.values() if given in index),
            manifest.ref.key, manifest.ref.content, manifest.ref.count, manifest.created,
        )
        for manifest in found.values()
    ]  # fmt: skip
    return tuple(sorted(links, key=lambda link: (PIPELINE.index(link.stage), link.created, link.key)))
