"""The files of docs/deploy say what Prefect, systemd and this project understand."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import prefect.settings
import pytest
import yaml

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
SERVICES = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
UNITS = sorted(DEPLOY.glob("*.service"))


def _commands() -> list[str]:
    """Every command of Prefect's, or of a module of ours, in the files."""
    of_units = re.findall(r"^ExecStart=\S+/(prefect .*)$", "\n".join(each.read_text() for each in UNITS), re.MULTILINE)
    of_services = [shlex.join(each["command"]) if len(each["command"]) > 1 else each["command"][0]
                   for each in SERVICES.values() if "build" in each]  # fmt: skip
    parts = [part.strip() for command in [*of_services, *of_units] for part in command.split("&&")]
    return sorted({re.sub(r"%i", "cpu", part) for part in parts})


def test_every_setting_of_prefect_is_one() -> None:
    """A misspelt variable would be read by nobody, and nobody would say so."""
    named = set(re.findall(r"\bPREFECT_[A-Z_]+", "\n".join(path.read_text() for path in DEPLOY.iterdir())))
    assert [name for name in named if not hasattr(prefect.settings, name)] == []
    assert "PREFECT_SERVER_DATABASE_CONNECTION_URL" in named


@pytest.mark.parametrize("command", _commands())
def test_every_command_is_one(command: str) -> None:
    """Its program takes these words; with --help it does nothing but say so."""
    words = shlex.split(command)
    program = [sys.executable, *words[1:]] if words[0] == "python" else [sys.executable, "-m", *words]
    if words[0] == "python":
        assert Path(__file__).parents[1].joinpath(*words[2].split(".")).with_suffix(".py").is_file()
        return
    done = subprocess.run([*program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in words if word.startswith("--") and word != "--no-prompt")


def test_services_wait_for_services_that_are_there() -> None:
    """Whom one depends on, and the volumes that it names."""
    volumes = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["volumes"]
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        named = [each.partition(":")[0] for each in service.get("volumes", [])]
        assert {each for each in named if re.fullmatch(r"\w+", each)} <= set(volumes), name


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_the_units(unit: Path) -> None:
    """It knows every section and key; that the programs lie on another machine is all that it misses."""
    words = ["systemd-analyze", "verify", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # wherever it lies
    unknown = [line for line in done.stderr.splitlines() if unit.name in line and "is not executable" not in line]
    assert not unknown, done.stderr
