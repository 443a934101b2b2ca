"""What the recipe says about naming neighbor categories."""

from typing import Annotated, Literal

from pydantic import Field

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from tasks.neighbors.allocation import Allocation
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.providers.chance import ChanceNames
from tasks.neighbors.providers.dictionary import WordNetNames
from tasks.neighbors.providers.listed import ListedNames
from vision.config import EncoderConfig

Provider = Annotated[LanguageModel | WordNetNames | ListedNames | ChanceNames, Field(discriminator="kind")]
"""Who names the neighbors, told apart by `kind`."""


class TextCheck(Section):
    """A look at names with the text tower of a CLIP model; the cosines depend on the model."""

    encoder: EncoderConfig = Field(description="An open_clip model; its picture side is not used here")
    alias_above: float = Field(0.97, ge=-1, le=1, description="Cosine to a target's name that makes an alias")
    unrelated_below: float = Field(
        -1.0, ge=-1, le=1, description="Cosine to its own target's name under which a name is unrelated"
    )
    device: str = Field("auto", description="cpu, cuda, cuda:1, or auto", json_schema_extra=NOT_IN_KEY)


class VetConfig(Section):
    """Which proposed names are kept."""

    hyponyms: Literal["drop", "keep"] = Field(
        "drop", description="Kinds of the target itself ('golden delicious' of 'apple'): its pictures, mislabelled"
    )
    dictionary: str | None = Field(
        "auto",
        description="Folder of a WordNet dictionary; auto: where Debian's wordnet-base puts it, if it is there; "
        "null: none",
        json_schema_extra=NOT_IN_KEY,
    )
    text: TextCheck | None = Field(None, description="Check by a CLIP model's text tower; null: none")


class NeighborsConfig(Section):
    """Who names neighbor categories, how many, and which names are kept."""

    provider: Provider = Field(default_factory=LanguageModel, description="Who names the neighbors")
    allocation: Allocation = Field(default_factory=Allocation, description="How many names each class gets")
    vet: VetConfig = Field(default_factory=VetConfig, description="Which names are kept")
    as_of: str = Field(
        "", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Date (YYYY-MM-DD); another one asks the model again"
    )
    most_unanswered: float = Field(
        0.1,
        ge=0,
        le=1,
        json_schema_extra=NOT_IN_KEY,
        description="Share of the classes that may stay without an answer before the stage fails",
    )
    review: bool = Field(
        False,
        description="Wait in the Prefect UI until someone has looked at the names",
        json_schema_extra=NOT_IN_KEY,
    )
