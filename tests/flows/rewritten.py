"""The tiny world's recipe over a sandbox of a test's own."""

from pathlib import Path
from typing import Any

import yaml

from sandbox.process import SandboxProcess
from tests.flows.conftest import World

Sections = dict[str, Any]


def sections_over(world: World, sandbox: SandboxProcess) -> Sections:
    """The recipe's sections, asking this sandbox."""
    sections: Sections = yaml.safe_load(world.recipe_path.read_text())
    sections["neighbors"]["provider"]["base_url"] = sandbox.api_url
    sections["crawl"]["sources"][0]["base_url"] = sandbox.base_url
    return sections


def written(sections: Sections, path: Path) -> Path:
    """The path, with the recipe in it."""
    path.write_text(yaml.safe_dump(sections))
    return path
