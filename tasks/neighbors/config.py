"""What the recipe says about naming neighbor categories."""

from typing import Literal

from pydantic import Field

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section


class NeighborsConfig(Section):
    """A language model behind an OpenAI-compatible endpoint, and what it is asked."""

    provider: Literal["openai"] = Field("openai", description="Who names the neighbors")
    base_url: str = Field(
        "https://api.openai.com/v1", pattern=r"^https?://", description="Address of the OpenAI-compatible endpoint"
    )
    model: str = Field("gpt-4.1-mini", min_length=1, description="Model that is asked, as the endpoint names it")
    per_class: int = Field(8, ge=1, le=100, description="Names to ask for, for each target class")
    temperature: float = Field(0.7, ge=0, le=2, description="Sampling temperature")
    seed: int | None = Field(0, description="Sampling seed, for endpoints that take one")
    max_tokens: int = Field(4000, ge=64, description="Longest answer, in tokens")
    as_of: str = Field(
        "", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Date (YYYY-MM-DD); a later one asks the model again"
    )
    most_unanswered: float = Field(
        0.1,
        ge=0,
        le=1,
        json_schema_extra=NOT_IN_KEY,
        description="Share of the classes that may stay without an answer before the stage fails",
    )
    key_variable: str | None = Field(
        "OPENAI_API_KEY",
        description="Environment variable that holds the API key; null where the endpoint needs none",
        json_schema_extra=NOT_IN_KEY,
    )
    concurrency: int = Field(
        8, ge=1, le=256, description="Requests under way at once in one partition", json_schema_extra=NOT_IN_KEY
    )
    timeout: float = Field(120, gt=0, description="Seconds that one request may take", json_schema_extra=NOT_IN_KEY)
    retries: int = Field(
        4, ge=0, le=20, description="Further attempts after 429, 5xx or a lost connection", json_schema_extra=NOT_IN_KEY
    )
