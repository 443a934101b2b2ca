"""Asking a bad endpoint for a thousand classes: each accounted for, once, within the budget.

    python -m benchmarks.asking [--quick]

The sandbox's endpoint fails by design: 10% are 429, 5% are 500, 5% are cut off, 2% refused, and
one request hangs for a minute. For every shape of endpoint the run is killed in the middle and
started again; a last run has half the budget that it needs. All counts are the endpoint's own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from sandbox.chat_behavior import ChatBehavior
from sandbox.meter import Bill, digest
from sandbox.process import SandboxProcess, running
from storage.records import TargetClass
from tasks.neighbors.llm.answer import render
from tasks.neighbors.llm.budget import Usage
from tasks.neighbors.llm.config import Budget, LanguageModel, Pace, Prices
from tasks.neighbors.llm.generate import generate
from tasks.neighbors.llm.store import Given, Store

SHAPES = ("schema", "json", "text", "ignore")
PER_CLASS = 8
PRICES = Prices(prompt=0.4, completion=1.6)
CONCURRENCY = 16
WORDS = (
    "copper", "willow", "granite", "velvet", "harbor", "lantern", "meadow", "cobalt", "juniper", "saddle",
    "barrel", "thistle", "anchor", "walnut", "marble", "feather", "cinder", "orchard", "ribbon", "tundra",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the classes of one run, and what the endpoint and we say that it cost."""

    classes: int
    answered: int
    reasons: dict[str, int]
    tokens_billed: int
    tokens_counted: int
    budget_tokens: int
    money_billed: float
    budget_money: float
    requests: int
    seconds: float
    held_at_kill: int = 0
    asked_again: int = 0
    repeated: int = 0


def classes_of(count: int) -> list[TargetClass]:
    """Made-up classes, one like the other in size."""
    named = (f"{first} {second} {third}" for first in WORDS for second in WORDS for third in ("gate", "lamp", "stone"))
    return [
        TargetClass(label, name, 1 + label % 50, 0, 0)
        for label, (name, _) in enumerate(zip(named, range(count), strict=False))
    ]


def _model(url: str, tokens: int, timeout: float) -> LanguageModel:
    money = Usage(tokens, 0).cost(PRICES) * 4  # as much as the tokens cost if all were answers
    return LanguageModel(
        base_url=url, model="sandbox", key_variable=None, prices=PRICES, budget=Budget(tokens=tokens, money=money),
        pace=Pace(concurrency=CONCURRENCY, timeout=timeout),
    )  # fmt: skip


def ask(root: Path, model: LanguageModel, count: int) -> None:
    """What the killed process runs: ask, and write what came of it."""
    classes = classes_of(count)
    found = generate(classes, {target.label: PER_CLASS for target in classes}, model, "", Store(str(root)))
    told = {
        "answered": len({proposal.parent for proposal in found.proposals}),
        "reasons": Counter(str(row.reason) for row in found.unanswered),
        "tokens": found.tokens,
    }
    (root / "outcome.json").write_text(json.dumps(told))


def _start(root: Path, model: LanguageModel, count: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "benchmarks.asking", "--child", str(root), model.model_dump_json(), str(count)]
    return subprocess.Popen(command)  # noqa: S603  # this very program


def _held(root: Path) -> list[Given]:
    return [Given.model_validate_json(path.read_text()) for path in root.glob("answers/*/*.json")]


def _answers(bill: Bill, given: Given) -> int:
    return bill.questions.get(digest(render(given.question)), 0)


def _kill_midway(root: Path, model: LanguageModel, count: int) -> list[Given]:
    """Start asking and kill the process when half of the answers are held; what is held then."""
    process = _start(root, model, count)
    while process.poll() is None and sum(1 for _ in root.glob("answers/*/*.json")) < count // 2:
        time.sleep(0.02)
    process.kill()
    process.wait()
    return _held(root)


def run(sandbox: SandboxProcess, root: Path, count: int, tokens: int, timeout: float, kill: bool) -> Outcome:
    """One run to its end, killed once on its way where `kill` says so."""
    model, start = _model(sandbox.api_url, tokens, timeout), time.monotonic()
    held = _kill_midway(root, model, count) if kill else []
    time.sleep(1 if kill else 0)  # until the endpoint has let go of what was under way
    before = sandbox.bill()
    if _start(root, model, count).wait() != 0:
        raise SystemExit("asking failed; its error stands above")
    after, told = sandbox.bill(), json.loads((root / "outcome.json").read_text())
    known = {given.question.name for given in held}
    lost = [given for given in _held(root) if given.question.name not in known and _answers(before, given)]
    usage = Usage(after.prompt_tokens, after.completion_tokens)
    return Outcome(
        count, told["answered"], told["reasons"], usage.tokens, told["tokens"], tokens,
        round(usage.cost(PRICES), 4), round(model.budget.money or 0, 4), after.requests,
        round(time.monotonic() - start, 1), len(held),
        sum(_answers(after, given) > _answers(before, given) for given in held), len(lost),
    )  # fmt: skip


def _line(name: str, one: Outcome) -> str:
    accounted = one.answered + sum(one.reasons.values())
    return (
        f"{name:14} {accounted}/{one.classes} accounted, {one.answered} answered, {one.reasons}; "
        f"billed {one.tokens_billed:,} of {one.budget_tokens:,} tokens and {one.money_billed} of {one.budget_money}; "
        f"killed with {one.held_at_kill} held, {one.asked_again} of them asked again, {one.repeated} repeated; "
        f"{one.requests} requests, {one.seconds} s"
    )


def main() -> None:
    """Print a line a run, and last one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asking")
    parser.add_argument("--quick", action="store_true", help="200 classes, and a hang of five seconds")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        root, model, count = arguments.child
        ask(Path(root), LanguageModel.model_validate_json(model), int(count))
        return
    count, hang = (200, 5.0) if arguments.quick else (1000, 60.0)
    out = {}
    with tempfile.TemporaryDirectory() as work:
        for name in (*SHAPES, "half budget"):
            shape, half = ("schema", True) if name == "half budget" else (name, False)
            chat = ChatBehavior.model_validate(
                {"busy": 0.1, "broken": 0.05, "truncated": 0.05, "refused": 0.02, "hangs": 1, "hang_seconds": hang,
                 "answers": shape}
            )  # fmt: skip
            root = Path(work, name.replace(" ", "-"))
            root.mkdir()
            tokens = count * (600 if half else 6000)
            with running(Path(work, "flowers"), corpus="herbarium", chat=chat) as sandbox:
                out[name] = run(sandbox, root, count, tokens, hang / 2, kill=not half)
            print(_line(name, out[name]), flush=True)
    print(json.dumps({name: asdict(one) for name, one in out.items()}))


if __name__ == "__main__":
    main()
