"""The base of every section of a recipe: frozen, and strict about names it does not know."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One section of a recipe; an unknown field is an error, not a shrug."""

    model_config = ConfigDict(extra="forbid", frozen=True)
