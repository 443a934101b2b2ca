"""The base of every section of a recipe: frozen, and strict about names it does not know."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One section of a recipe; an unknown field is an error, not a shrug."""

    # Defaults are validated, so that 10 is 10.0 in a key whether it was left out, stated, or sent as JSON.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
