"""The folder that is taken away: the model in each form that it can have, how to feed it, and its card."""

from dataclasses import dataclass
from pathlib import Path

from training.exporting.card import card_of, render
from training.exporting.faithful import expected
from training.exporting.files import CARD
from training.exporting.folder import appearing
from training.exporting.graph import write_graph
from training.exporting.learned import Learned
from training.exporting.network import handed_out
from training.exporting.plain import NotPlain, as_timm, write_timm
from training.pictures import MAX_PIXELS
from training.predicting.prepared import GRAPH, Prepared, write_prepared
from vision.inputs import input_of


@dataclass(frozen=True, slots=True)
class Export:
    """What was written where; `plain` says why there is no timm model, where there is none."""

    folder: Path
    classes: int
    plain: NotPlain | None


def export(learned: Learned, out: Path) -> Export:
    """Write the folder, all of it or nothing; raises Unfaithful where a form would give other logits than training."""
    classes, shape = learned.data.classes, input_of(learned.encoder)
    with appearing(out) as folder:
        told, network = expected(learned), handed_out(learned)
        model = as_timm(network, learned)
        made = model if isinstance(model, NotPlain) else None
        if not isinstance(model, NotPlain):
            write_timm(model, classes, learned.encoder, told, folder)
        write_graph(network, told, folder / GRAPH)
        (folder / CARD).write_text(render(card_of(learned, made)), encoding="utf-8")
        write_prepared(folder, Prepared(classes, shape, MAX_PIXELS))
    return Export(out, len(classes), made)
