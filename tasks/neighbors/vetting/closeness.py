"""A look at vetted names with a text encoder: what means a target, and what means nothing like its own."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from storage.records import NameReason, Neighbor, Relation, TargetClass
from tasks.neighbors.config import TextCheck
from vision.encoders import encoder_digest
from vision.texts import encode_texts


def text_digest(check: TextCheck | None) -> str:
    """What the text encoder is made of; empty where none is asked."""
    return encoder_digest(check.encoder) if check else ""


def _verdict(row: Neighbor, target: TargetClass, nearest: float, own: float, check: TextCheck) -> Neighbor:
    """The row with its cosine, dropped where one of the recipe's bounds says so."""
    held = replace(row, closeness=round(own, 3))
    if nearest >= check.alias_above:
        bound = f"vet.text.alias_above = {check.alias_above:g}"
        return replace(held, reason=NameReason.IS_ALIAS, detail=f"cosine {nearest:.3f} to {target.name}, {bound}")
    if own < check.unrelated_below and row.relation is not Relation.UNRELATED:
        bound = f"vet.text.unrelated_below = {check.unrelated_below:g}"
        return replace(held, reason=NameReason.UNRELATED, detail=f"cosine {own:.3f} to its own target, {bound}")
    return held


def check_texts(rows: Sequence[Neighbor], classes: Sequence[TargetClass], check: TextCheck) -> list[Neighbor]:
    """The rows, the kept ones with their cosine to their nearest parent, or dropped for it."""
    kept = [row for row in rows if row.reason is None]
    if not kept:
        return list(rows)
    names = [row.name for row in kept] + [target.name for target in classes]
    vectors = encode_texts(names, check.encoder, check.device)
    cosines = vectors[: len(kept)] @ vectors[len(kept) :].T  # [kept, classes]
    column = {target.label: index for index, target in enumerate(classes)}
    judged = {}
    for row, line in zip(kept, cosines, strict=True):
        nearest = int(np.argmax(line))
        own = max(float(line[column[parent]]) for parent in row.parents)
        judged[row.name] = _verdict(row, classes[nearest], float(line[nearest]), own, check)
    return [judged[row.name] if row.reason is None else row for row in rows]
