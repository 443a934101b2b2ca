"""One exported classifier that the tests of its files share."""

from pathlib import Path

import pytest

from tests.training.exporting.trained import export, finetuned, small


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a residual network of two arms, trained and exported to `out` below it."""
    root = tmp_path_factory.mktemp("exported")
    recipe = finetuned(root, small("test_resnet", root), arms=["targets_only", "silenced"])
    with pytest.MonkeyPatch.context() as monkeypatch:
        export(monkeypatch, recipe, "--out", str(root / "out"))
    return root
