"""How training went, as a chart in the Prefect UI: validation accuracy and loss over the steps of every arm."""

import base64
import io
from collections.abc import Sequence

from flows.showing.markdown import plain, table
from flows.showing.publish import publish_page
from storage.manifest import read_rows
from storage.records import Accuracy, StageRef
from tasks.report.page import Curve
from tasks.report.training import curves


def _drawn(accuracies: Sequence[Curve], losses: Sequence[Curve]) -> bytes:
    """A PNG of both beside one another; white, so that it reads in a dark UI as well."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # half a second, where something was trained alone
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.6), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for number, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True)):
        steps, shares = zip(*accuracy.points, strict=True) if accuracy.points else ((), ())
        left.plot(steps, [100 * share for share in shares], f"C{number}o-", markersize=3, label=accuracy.arm)
        right.plot(*(zip(*loss.points, strict=True) if loss.points else ((), ())), f"C{number}-", linewidth=1)
    left.set(title="validation accuracy, %", xlabel="step")
    right.set(title="loss", xlabel="step")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=110)
    return sink.getvalue()


def curve_page(train: StageRef) -> str:
    """The chart, and below it the best of every arm."""
    arms = list(dict.fromkeys(row.arm for row in read_rows(train, Accuracy)))
    accuracies, losses = curves(train, arms), curves(train, arms, of="loss")
    chart = base64.b64encode(_drawn(accuracies, losses)).decode()
    best = [(one.arm, *max(one.points, key=lambda point: point[1])) for one in accuracies if one.points]
    rows = [(plain(arm), f"{100 * accuracy:.1f}", f"{step:,}") for arm, step, accuracy in best]
    below = table(("arm", "best on validation, %", "at step"), rows)
    return f"![training curve](data:image/png;base64,{chart})\n\n{below}"


def show_curve(owner: str, train: StageRef) -> None:
    """Publish the curve of a train stage that was sealed just now."""
    page = curve_page(train)
    publish_page(owner, "training-curve", page, "Accuracy on validation, by which a checkpoint is chosen, and the loss")
