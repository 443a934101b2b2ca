"""The direction of imports, and file names that Prefect's loader cannot trip over."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("flows", "tasks", "training", "vision", "storage", "sandbox", "benchmarks")
MAY_IMPORT = {
    "storage": {"storage"},
    "vision": {"vision", "storage"},
    "training": {"training", "vision", "storage"},
    "tasks": {"tasks", "vision", "storage"},
    "flows": {"flows", "tasks", "training", "vision", "storage"},
    "sandbox": {"sandbox", "storage", "tasks"},  # of tasks the long-tail rule alone, held below
    "benchmarks": set(OURS),
}
SHARED_BY_STAGES = {"tasks.partition", "tasks.progress", "tasks.retry_after", "tasks.shown"}
PYTHON = [path for package in OURS for path in sorted((ROOT / package).rglob("*.py"))]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> set[str]:
    """The modules that a file names, at its top level or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path} uses a relative import"
            found.add(node.module)
    return found


def _stage(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("path", PYTHON, ids=_module)
def test_imports_keep_their_direction(path: Path) -> None:
    """No package imports one that stands above it."""
    package = path.relative_to(ROOT).parts[0]
    ours = {name for name in _imports(path) if name.split(".")[0] in OURS}
    wrong = {name for name in ours if name.split(".")[0] not in MAY_IMPORT[package]}
    assert not wrong, f"{_module(path)} must not import {sorted(wrong)}"


@pytest.mark.parametrize("path", [p for p in PYTHON if p.parts[len(ROOT.parts)] == "tasks"], ids=_module)
def test_stages_do_not_import_each_other(path: Path) -> None:
    """What two stages share lies in vision/ or storage/."""
    mine = _stage(_module(path))
    others = {name for name in _imports(path) if name.startswith("tasks.") and _stage(name) != mine}
    assert others <= SHARED_BY_STAGES, f"{_module(path)} must not import {sorted(others)}"


@pytest.mark.parametrize("path", PYTHON, ids=_module)
def test_only_flows_and_task_files_import_prefect(path: Path) -> None:
    """The core runs without an orchestrator."""
    module = _module(path)
    above = ("flows", "benchmarks.rerunning")  # the latter measures what Prefect costs
    allowed = module.startswith(above) or module in ("tasks.partition", "tasks.shown") or module.endswith(".task")
    assert allowed or not any(name.split(".")[0] == "prefect" for name in _imports(path))


@pytest.mark.parametrize("path", PYTHON, ids=_module)
def test_only_vision_and_training_import_torch(path: Path) -> None:
    """The heavy libraries stand behind two packages, and behind the training of the sandbox's own model."""
    heavy = {"torch", "torchvision", "timm", "open_clip"}
    if not any(name.split(".")[0] in heavy for name in _imports(path)):
        return
    allowed = ("vision.", "training.", "sandbox.clip.", "benchmarks.losses.", "benchmarks.feeders.")
    assert _module(path).startswith(allowed), _module(path)


def test_serving_a_sandbox_never_pays_for_torch() -> None:
    """The model that it trains is none that it serves with."""
    code = "import sandbox.__main__, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_worker_that_crawls_never_pays_for_torch() -> None:
    """Importing every flow, as a worker does, loads no torch."""
    code = "import flows.pipeline, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_sandbox_takes_only_the_records_and_the_long_tail_rule() -> None:
    """The truth that curation is scored by does not come from the code that is scored."""
    allowed = {"storage.records", "tasks.targets.long_tail"}
    for path in (ROOT / "sandbox").rglob("*.py"):
        foreign = {name for name in _imports(path) if name.split(".")[0] in {"storage", "tasks"}}
        assert foreign <= allowed, f"{_module(path)} imports {sorted(foreign - allowed)}"


def test_the_product_never_imports_the_sandbox_or_the_benchmarks() -> None:
    """A real run knows nothing of the world that tests it."""
    for path in PYTHON:
        if path.relative_to(ROOT).parts[0] not in {"sandbox", "benchmarks"}:
            assert not {n for n in _imports(path) if n.split(".")[0] in {"sandbox", "benchmarks"}}, path


def test_no_flow_file_is_named_like_a_package_or_a_standard_module() -> None:
    """Prefect puts flows/ first on the path when it loads a flow by file, so such a name would shadow."""
    taken = set(OURS) | set(sys.stdlib_module_names) | {"tests", "recipes"}
    assert not {path.stem for path in (ROOT / "flows").glob("*.py")} & taken


@pytest.mark.parametrize("path", sorted((ROOT / "tasks").rglob("task.py")), ids=_module)
def test_task_files_are_thin(path: Path) -> None:
    """What Prefect sees of a stage is a few lines around plain functions."""
    assert len([line for line in path.read_text().splitlines() if line.strip()]) <= 80
