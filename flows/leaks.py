"""Copies of one data set's pictures among another's, a check for any two: say an evaluation set in a training set.

    python -m flows.leaks A B [--recipe recipes/NAME.yaml] [--out leaks.html]

Exits with 0 where no picture of B has a copy in A, with 1 where one has, with 2 where that could not be told.
"""

from dataclasses import dataclass
from pathlib import Path

from prefect import flow

from flows.collecting import collect, total
from flows.earlier import earlier
from flows.heartbeats import beating
from flows.parameters import Again, DataRoot, DataSetA, DataSetB, GivenEncoder, HowCompared, MaxUnreadable
from flows.showing.markdown import plain
from flows.showing.publish import publish_table
from flows.stage import ONE_BY_ONE, found, resumable, seal
from storage.manifest import open_stage, read_rows
from storage.records import CopyKind, Leak, Stage, StageRef
from tasks.embed.config import HashConfig
from tasks.select.compare.config import CompareConfig
from tasks.select.compare.task import VERSION, Refs, compare

LISTED = 100
"""Pairs that the artifact in the Prefect UI lists."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whom the stages of a check belong to."""

    data_root: str
    name: str = Stage.LEAKS


@flow(
    name="compare",
    flow_run_name="compare {names[0]} with {names[1]}",
    task_runner=ONE_BY_ONE,
    validate_parameters=False,
)
@beating
def _compare(
    check: Check, names: tuple[str, str], config: CompareConfig, a: Refs, b: Refs | None, refresh: bool
) -> StageRef:
    """Find the copies, the duplicates in `a` without `b`; `names` are shown on the page, so they are in the key."""
    others = {"b": b[0], "b_vectors": b[1]} if b else {}
    asked = open_stage(
        check.data_root, Stage.LEAKS, VERSION, config, refresh=refresh,
        a=a[0], a_vectors=a[1], **others, names="\n".join(names),
    )  # fmt: skip
    folder = resumable(asked)
    if whole := found(check, Stage.LEAKS, folder):
        return whole
    parts = collect(Stage.LEAKS, [compare.submit(folder, "compare", config, names, a, b)])
    ref = seal(check, Stage.LEAKS, folder, parts, sum(total(parts, kind) for kind in CopyKind))
    publish_table(
        check.name, "pairs",
        [{"score": round(row.score, 3), "a": plain(row.a), "b": plain(row.b)} for row in read_rows(ref, Leak)[:LISTED]],
        f"copies of b, {plain(names[1])}, in a, {plain(names[0])}: the first {LISTED} of {ref.count:,} pairs",
    )  # fmt: skip
    return ref


@flow(name="leaks", flow_run_name="leaks {a} {b}")
def leaks(
    a: DataSetA,
    b: DataSetB,
    recipe: GivenEncoder = None,
    data_root: DataRoot = "runs/leaks",
    config: HowCompared = None,
    max_unreadable: MaxUnreadable = 0.01,
    refresh: Again = False,
) -> list[StageRef]:
    """Find copies of `b`'s pictures in `a`; the last of the stages holds them.

    Each is a folder, a .tar, or a list of paths. Without a recipe hashes alone nominate pairs; with one, the encoder of
    its `embed` section does too. Where both lead to one place, its duplicates are found.
    """
    check, embed = Check(data_root), recipe.embed if recipe else HashConfig(max_unreadable=max_unreadable)
    places = Path(a).resolve(), Path(b).resolve()
    ours, *theirs = done = earlier(check, list(dict.fromkeys(map(str, places))), embed, refresh)
    names = places[0].name, places[1].name
    told = _compare(check, names, config or CompareConfig(), ours, theirs[0] if theirs else None, refresh)
    return [*(ref for refs in done for ref in refs), told]


if __name__ == "__main__":
    from flows.leak_terminal import main

    main(leaks)
