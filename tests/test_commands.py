"""Every command of the documentation is one that its program takes, read from the text; nothing of it is run here.

`tests/flows/test_documented.py` runs those of the product on the tiny world, `tests/flows/test_tutorial.py` the whole
tutorial.
"""

import argparse
import ast
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence

import prefect.settings
import pytest

from tests.documented import CHECKED, LEFT_OUT, Command, commands, is_shell
from tests.markdown_blocks import PAGES, PROJECT, indented, inline

COMMANDS = commands()
PLACEHOLDER = "NAME"
"""A module called so stands for any."""

OURS = [each for each in COMMANDS if each.module and each.module != "pytest" and not each.module.endswith(PLACEHOLDER)]
MODULES = sorted({each.module for each in OURS})
pytestmark = pytest.mark.filterwarnings("ignore:.*found in sys.modules")  # of runpy

OPTION = re.compile(r"--[a-z][\w-]*")


def _of(program: str) -> list[Command]:
    return [each for each in COMMANDS if each.words[0] == program]


class _Understood(Exception):
    """The command line was read without complaint."""


@pytest.fixture
def reads_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reads its command line ends there."""
    read = argparse.ArgumentParser.parse_args

    def read_and_end(
        parser: argparse.ArgumentParser, args: Sequence[str] | None = None, namespace: None = None
    ) -> argparse.Namespace:
        read(parser, args, namespace)
        raise _Understood

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", read_and_end)


def _start(module: str, words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What `python -m MODULE WORDS...` does, in this process; what the module has imported stays for the next one."""
    monkeypatch.setattr(sys, "argv", [module, *words])
    runpy.run_module(module, run_name="__main__")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_how_it_is_used(
    module: str, reads_only: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its own name, and ends with 0."""
    with pytest.raises(SystemExit) as ended:
        _start(module, ["--help"], monkeypatch)
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m {module} ")


@pytest.mark.parametrize("command", [each for each in OURS if not each.quoted or each.words[3:]], ids=str)
def test_every_module_takes_what_it_is_given(
    command: Command, reads_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option is one of its own and has a value that it may have, and nothing that it needs is missing."""
    with pytest.raises(_Understood):
        _start(command.module, command.words[3:], monkeypatch)


def test_torchrun_takes_what_it_is_given(reads_only: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of its own before the module, and those of the module behind it."""
    from torch.distributed.run import get_args_parser

    for command in _of("torchrun"):
        given, rest = get_args_parser().parse_known_args(command.words[1:])
        assert (given.module, rest) == (True, []), command
        with pytest.raises(_Understood):
            _start(given.training_script, given.training_script_args, monkeypatch)


@pytest.mark.parametrize("command", _of("make"), ids=str)
def test_every_target_is_in_the_makefile(command: Command) -> None:
    """Make says what it would do for it."""
    make = str(shutil.which("make"))
    done = subprocess.run(
        [make, "--dry-run", *command.words[1:]], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "words", sorted({each.words for each in _of("prefect")}), ids=lambda words: " ".join(words)
)  # fmt: skip
def test_every_command_of_prefect_is_one(words: Sequence[str]) -> None:
    """Its help knows every option that the text gives."""
    done = subprocess.run([sys.executable, "-m", *words, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(filter(OPTION.fullmatch, words)) <= set(OPTION.findall(done.stdout))


def test_every_file_that_pytest_is_given_is_there() -> None:
    """What a page names of the tests can be run."""
    given = [word for each in COMMANDS if each.module == "pytest" for word in each.words if word.endswith(".py")]
    assert given
    assert all((PROJECT / path).is_file() for path in given)


def test_every_program_is_tried_or_left_out_for_a_reason() -> None:
    """None is left out that no page names any more."""
    named = {each.words[0] for each in COMMANDS}
    assert named <= {*CHECKED, *LEFT_OUT}
    assert set(LEFT_OUT) <= named


def test_every_indented_block_is_known_for_what_it_is() -> None:
    """Commands, a recipe's section, options of the pipeline, or Python: a command cannot hide as none of them."""
    others = [block for page in PAGES for block in indented(page) if not is_shell(block)]
    strange = [block for block in others if not re.match(r"\w+:( |\n)|--|import ", block)]
    assert not strange
    for block in others:
        if block.startswith("import "):
            ast.parse(block)


def _options() -> set[str]:
    """Every option that a command of ours takes, and those that pages give to others' programs."""
    ours = {
        found
        for package in ("flows", "training", "benchmarks", "sandbox", "docs")
        for path in (PROJECT / package).rglob("*.py")
        for found in re.findall(r'"(--[a-z][\w-]*)"', path.read_text())
    }
    return ours | {word for each in COMMANDS if not each.module for word in each.words if OPTION.fullmatch(word)}


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_quoted_alone_is_one(page: str) -> None:
    """In the text, and in lists of options."""
    listed = [line for block in indented(page) if block.startswith("--") for line in block.splitlines()]
    quoted = {found[0] for text in [*inline(page), *listed] if (found := OPTION.match(text))}
    assert quoted <= _options()


def test_every_setting_of_prefect_is_one() -> None:
    """A misspelt variable would be read by nobody, and nobody would say so."""
    named = {name for page in PAGES for name in re.findall(r"\bPREFECT_[A-Z_]+", (PROJECT / page).read_text())}
    assert [name for name in named if not hasattr(prefect.settings, name)] == []


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("flows.plan", ["recipes/demo.yaml", "--untill", "crawl"]),
        ("flows.leaks", ["ONE"]),
        ("flows.pipeline", ["recipes/demo.yaml", "--until", "crawling"]),
    ],
)
def test_a_command_that_is_none_would_be_told(
    module: str, words: list[str], reads_only: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself can fail: by an option, by what is missing, by a value."""
    with pytest.raises(SystemExit) as ended:
        _start(module, words, monkeypatch)
    assert ended.value.code == 2
