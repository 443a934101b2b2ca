"""A tiny world that the whole pipeline runs on: drawn pictures, a sandbox web, a small encoder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import safetensors.torch
import timm
import torch
import yaml
from prefect.settings import (
    PREFECT_API_SERVICES_EVENT_PERSISTER_ENABLED,
    PREFECT_API_SERVICES_FOREMAN_ENABLED,
    PREFECT_API_SERVICES_LATE_RUNS_ENABLED,
    PREFECT_API_SERVICES_SCHEDULER_ENABLED,
    PREFECT_API_SERVICES_TASK_RUN_RECORDER_ENABLED,
    PREFECT_API_SERVICES_TRIGGERS_ENABLED,
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)
from prefect.testing.utilities import prefect_test_harness

from flows.pipeline import extrapolate
from flows.recipe import Recipe, load_recipe
from sandbox.process import SandboxProcess, running
from storage.records import Stage, StageRef
from tests.corpora import make_grocery_like
from tests.flows.postgres import lacking

ENCODER = "mobilenetv3_small_050"


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a real Prefect server without the services that no test looks at."""
    off = {
        PREFECT_API_SERVICES_EVENT_PERSISTER_ENABLED: False,
        PREFECT_API_SERVICES_FOREMAN_ENABLED: False,
        PREFECT_API_SERVICES_LATE_RUNS_ENABLED: False,
        PREFECT_API_SERVICES_SCHEDULER_ENABLED: False,
        PREFECT_API_SERVICES_TASK_RUN_RECORDER_ENABLED: False,
        PREFECT_API_SERVICES_TRIGGERS_ENABLED: False,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        PREFECT_LOGGING_TO_API_ENABLED: False,
    }
    with temporary_settings(updates=off), prefect_test_harness(server_startup_timeout=120):
        yield str(PREFECT_API_URL.value())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which database the end-to-end test's server had."""
    if any("test_end_to_end" in report.nodeid for report in terminalreporter.getreports("passed")):
        why = lacking()
        terminalreporter.write_line(f"the end-to-end server's database: {f'SQLite: {why}' if why else 'PostgreSQL'}")


@dataclass(frozen=True, slots=True)
class World:
    """A data set, a web and a recipe over both."""

    recipe_path: Path
    sandbox: SandboxProcess
    grocery: Path

    def recipe(self, root: Path) -> Recipe:
        """The recipe with a data root of the test's own."""
        return load_recipe(str(self.recipe_path), str(root))


def _recipe(grocery: Path, checkpoint: Path, sandbox: SandboxProcess, classes: list[str]) -> dict[str, object]:
    return {
        "name": "tiny",
        "targets": {
            "root": str(grocery), "train": "train.txt", "val": "val.txt", "test": "test.txt",
            "class_names": "classes.csv", "classes": classes,
            "long_tail": {"most": 40, "imbalance": 20, "least": 2, "spare_to_val": 5, "seed": 0},
        },
        "neighbors": {
            "provider": {"kind": "openai", "base_url": sandbox.api_url, "model": "sandbox", "key_variable": None},
            "allocation": {"per_class": 10, "least": 10, "most": 10},
        },
        "crawl": {
            "contact": "mailto:test@example.org", "allow_networks": ["127.0.0.0/8"], "rounds": 1, "per_category": 240,
            "sources": [{"kind": "openverse", "base_url": sandbox.base_url, "pause_seconds": 0}],
            "limits": {"deadline_seconds": 2, "min_side": 32}, "pace": {"segment_seconds": 0.2},
        },
        "embed": {
            "encoder": {"kind": "timm", "name": ENCODER, "checkpoint": str(checkpoint), "image_size": 64},
        },
        "select": {"min_similarity": 0.0},
        "shard": {"resize_mode": "keep_ratio", "image_size": 64, "per_shard": 32},
        "train": {
            "steps": 30, "hidden": 16, "batch_size": 16, "evaluate_every": 10,
            "shots": {"many_from": 10, "few_below": 5},
        },
    }  # fmt: skip


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The tiny world, its sandbox running."""
    folder = tmp_path_factory.mktemp("world")
    grocery = make_grocery_like(folder / "grocery", groups=3, per_class=24)
    torch.manual_seed(0)
    encoder = timm.create_model(ENCODER, pretrained=False, num_classes=0)
    safetensors.torch.save_file(encoder.state_dict(), folder / "encoder.safetensors")
    split = yaml.safe_load((grocery / "split.json").read_text())
    classes = [name for group in split["groups"].values() for name in group["targets"]]
    with running(grocery, hosts=8) as sandbox:
        path = folder / "tiny.yaml"
        path.write_text(yaml.safe_dump(_recipe(grocery, folder / "encoder.safetensors", sandbox, classes)))
        yield World(path, sandbox, grocery)


@pytest.fixture(scope="module")
def recipe(world: World, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """The tiny recipe with a data root that the tests of one file share."""
    return world.recipe(tmp_path_factory.mktemp("root"))


@pytest.fixture(scope="module")
def refs(prefect_server: str, recipe: Recipe) -> dict[Stage, StageRef]:
    """A run of that recipe up to its shards."""
    return {ref.stage: ref for ref in extrapolate(recipe, Stage.SHARD)}
