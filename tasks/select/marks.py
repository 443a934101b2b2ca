"""The file of marks that a report's page downloads: pictures and neighbors that a person has rejected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from storage import filesystem
from storage.errors import BadInput
from storage.fingerprint import fingerprint
from storage.records import Neighbor

FIELD = "select.overrides"
_STRICT = ConfigDict(extra="forbid", frozen=True)
_Key = Annotated[str, Field(pattern=r"^[0-9a-f]{20}$")]


class _Picture(BaseModel):
    model_config = _STRICT

    key: _Key
    neighbor: str


class _File(BaseModel):
    """The file as the page writes it; `run` is the recipe whose page it was."""

    model_config = _STRICT

    version: Literal[1]
    run: str
    pictures: tuple[_Picture, ...] = ()
    neighbors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """Pictures, by key and neighbor, and neighbors that a person has rejected; each once, in order."""

    pictures: tuple[tuple[str, str], ...] = ()
    neighbors: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """What of them a key is made of; the same for a file without marks as for none."""
        return fingerprint(self.pictures, self.neighbors) if self.pictures or self.neighbors else "none"


NO_MARKS = Marks()


def _complaint(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
        + (f" (given: {each['input']!r})" if each["type"] not in ("missing", "extra_forbidden", "json_invalid") else "")
        for each in error.errors()
    )


def read_marks(path: str | None, run: str) -> Marks:
    """The marks of the file at `path`, for the recipe called `run`; none where there is no path.

    Raises BadInput where it cannot be read, is not such a file, or was made on the page of another recipe.
    """
    if path is None:
        return NO_MARKS
    try:
        held = _File.model_validate_json(filesystem.read_bytes(path))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
        raise BadInput(
            f"{FIELD}: {path} cannot be read: {error}", "give the path of the file that the report's page downloads"
        ) from error
    except ValidationError as error:
        raise BadInput(
            f"{FIELD}: {path} is not a file of marks: {_complaint(error)}",
            "mend these fields, or download the file from the report's page again",
        ) from error
    if held.run != run:
        raise BadInput(
            f"{FIELD}: the marks in {path} were made on the report of {held.run!r}, and this recipe is {run!r}",
            f"take the file that its own report's page downloads, or write {run!r} in the file's field run",
        )
    return Marks(tuple(sorted({(row.key, row.neighbor) for row in held.pictures})), tuple(sorted({*held.neighbors})))


def require_known(marks: Marks, neighbors: Sequence[Neighbor]) -> None:
    """Refuse the mark of a neighbor that nobody ever proposed: it is misspelt, and would do nothing."""
    known = {row.name for row in neighbors}
    unknown = [name for name in marks.neighbors if name not in known]
    if unknown:
        raise BadInput(
            f"{FIELD}: there is no neighbor {', '.join(map(repr, unknown))}",
            "take it out of the file's field neighbors, or spell it as the report does",
        )
