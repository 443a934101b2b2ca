"""Every command that the documentation gives, read from its text."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from tests.markdown_blocks import PAGES, blocks, indented, inline

CHECKED = ("python", "torchrun", "make", "prefect")
"""The programs whose commands are tried, by `tests/test_commands.py`."""

LEFT_OUT = {
    "pip": "installs; the environment that the tests run in was installed in the same way",
    "npm": "installs, from a registry; only who builds the charts' library anew needs it",
    "npx": "builds that library, after npm has installed what it takes",
    "cp": "copies a file for npx",
    "export": "sets what later commands read, on hosts with servers, buckets and keys of their own",
    "mkdir": "of the tutorial, all of which tests/flows/test_tutorial.py runs",
    "cat": "as mkdir",
    "head": "as mkdir",
}
"""The programs whose commands are not tried by `tests/test_commands.py`, and why."""

_HEREDOC = re.compile(r"<<'(\w+)'\n.*?^\1$", re.DOTALL | re.MULTILINE)
_ASSIGNED = re.compile(r"[A-Z_]+=")
_ENDS = {">", "|", "&&", ";"}


@dataclass(frozen=True, slots=True)
class Command:
    """One command as a page gives it, without comment, redirection and what is set before it; a text may quote it."""

    page: str
    words: tuple[str, ...]
    quoted: bool = False

    def __str__(self) -> str:
        return f"{self.page.removeprefix('docs/')}: {shlex.join(self.words)}"

    @property
    def module(self) -> str:
        """Of `python -m MODULE`; empty for any other command."""
        return self.words[2] if self.words[:2] == ("python", "-m") and len(self.words) > 2 else ""


def _words(line: str) -> list[str]:
    """A line's words; what stands in brackets may be given, so it is."""
    words = [word.removeprefix("[") for word in shlex.split(line, comments=True)]
    words = [word if "[" in word else word.removesuffix("]") for word in words]
    while words and _ASSIGNED.match(words[0]):
        words = words[1:]
    end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
    return ["python" if word == ".venv/bin/python" else word for word in words[:end]]


def _of_line(page: str, line: str, quoted: bool = False) -> Iterator[Command]:
    """The command of a line, and the one that it runs in turn, behind `--`."""
    words = _words(line)
    if "--" in words:
        place = words.index("--")
        yield Command(page, tuple(words[:place]), quoted)
        words = words[place + 1 :]
    if words:
        yield Command(page, tuple(words), quoted)


def is_shell(block: str) -> bool:
    """Whether an indented block holds commands: its first word is a program's."""
    words = _words(block.partition("\n")[0].rstrip("\\"))
    return bool(words) and words[0] in {*CHECKED, *LEFT_OUT}


def _given(page: str) -> Iterator[Command]:
    for block in [*blocks(page, "sh"), *filter(is_shell, indented(page))]:
        for line in _HEREDOC.sub("", block).replace("\\\n", " ").splitlines():
            yield from _of_line(page, line)


def _quoted(page: str) -> Iterator[Command]:
    for code in inline(page):
        if " " in code and code.split()[0].removeprefix(".venv/bin/") in {*CHECKED, *LEFT_OUT}:
            yield from _of_line(page, code, quoted=True)


def commands() -> list[Command]:
    """All of them, each once a page."""
    return list(dict.fromkeys(each for page in PAGES for each in [*_given(page), *_quoted(page)]))
