"""The base of every section of a recipe: frozen, and strict about names it does not know."""

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from storage.section_schema import readable_section


class Section(BaseModel):
    """One section of a recipe; an unknown field is an error, not a shrug."""

    # Defaults are validated, so that 10 is 10.0 in a key whether it was left out, stated, or sent as JSON.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema that forms are drawn from."""
        shown = handler(schema)
        readable_section(handler.resolve_ref_schema(shown), cls.__name__)
        return shown
