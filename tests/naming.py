"""Whether something of this project goes by a name: True, False, or None where the name is of nothing of ours.

Nothing is imported for it but the recipe: symbols are read off the source.
"""

import ast
import re
import typing
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from flows.recipe import Recipe
from tests.markdown_blocks import PROJECT

PRODUCT = ("flows", "tasks", "training", "vision", "storage", "sandbox", "benchmarks")
PACKAGES = (*PRODUCT, "docs", "tests")
FOLDERS = (*PACKAGES, "recipes")
CODE = (".py", ".js", ".j2", ".yaml")

_DOTTED = re.compile(r"([A-Za-z]\w*(?:\.\w+)+)(?:\(.*\))?")
_ANY = re.compile(r"<[^>]*>|\bNAME\b|\.\.\.")
"""Stands for any name in a path."""


def is_file(said: str) -> bool | None:
    """Of a path below one of our folders, or the bare name of a file of Python."""
    if " " in said or said.startswith("-"):
        return None
    if said.endswith(".py") and "/" not in said:
        return any(any(PROJECT.joinpath(folder).rglob(said)) for folder in FOLDERS)
    if "/" not in said or (said.partition("/")[0] not in FOLDERS and not said.endswith(".py")):
        return None
    return any(PROJECT.glob(_ANY.sub("*", said).rstrip("/")))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _names(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    """What a module or class defines at its own level, by name."""
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
        elif isinstance(node, ast.Assign):
            named = [each for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            yield from ((each.id, node) for each in named)


def _holds(body: list[ast.stmt], steps: list[str]) -> bool:
    """Whether these statements define the first step, and it the next one."""
    if not steps:
        return True
    node = dict(_names(body)).get(steps[0])
    return node is not None and (len(steps) == 1 or (isinstance(node, ast.ClassDef) and _holds(node.body, steps[1:])))


@cache
def _classes() -> dict[str, list[ast.ClassDef]]:
    """Every class of the product, by its name."""
    found: dict[str, list[ast.ClassDef]] = {}
    for package in PRODUCT:
        for path in (PROJECT / package).rglob("*.py"):
            for node in _tree(path).body:
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(node)
    return found


def _in_module(steps: list[str]) -> bool:
    """Of the longest module that the steps begin with, the rest."""
    for cut in range(len(steps), 0, -1):
        place = PROJECT.joinpath(*steps[:cut])
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if path.is_file():
                return _holds(_tree(path).body, steps[cut:])
    return PROJECT.joinpath(*steps).is_dir()


def is_symbol(said: str) -> bool | None:
    """Of `package.module.symbol`, or `Class.member` where the product has such a class."""
    found = _DOTTED.fullmatch(said)
    steps = found[1].split(".") if found else [""]
    if steps[0] in PACKAGES:
        return _in_module(steps)
    if steps[0] in _classes():
        return any(_holds(each.body, steps[1:]) for each in _classes()[steps[0]])
    return None


def _models(hint: object) -> Iterator[type[BaseModel]]:
    """The sections inside a field's type."""
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        yield hint
    for inner in typing.get_args(hint):
        yield from _models(inner)


def _has_field(models: list[type[BaseModel]], steps: list[str]) -> bool:
    if not steps:
        return True
    fields = [model.model_fields[steps[0]] for model in models if steps[0] in model.model_fields]
    within = [model for field in fields for model in _models(field.annotation)]
    return bool(fields) and _has_field(within, steps[1:])


def is_field(said: str) -> bool | None:
    """Of `section.field` in a recipe."""
    found = _DOTTED.fullmatch(said)
    steps = found[1].split(".") if found else [""]
    return _has_field([Recipe], steps) if steps[0] in Recipe.model_fields else None


@cache
def _words() -> frozenset[str]:
    folders = (*PRODUCT, "recipes")
    paths = (path for folder in folders for path in (PROJECT / folder).rglob("*") if path.suffix in CODE)
    others = (PROJECT / "Makefile", PROJECT / ".ci/run")
    return frozenset(word for path in (*paths, *others) for word in re.findall(r"\w+", path.read_text()))


def is_word(word: str) -> bool:
    """Whether it stands anywhere in our code or recipes."""
    return word in _words() or PROJECT.joinpath(word).exists()
