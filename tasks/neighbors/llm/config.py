"""What the recipe says about the language model that names neighbors."""

from typing import Literal, Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section


class Prices(Section):
    """What a million tokens cost, in the currency of the budget."""

    prompt: float = Field(ge=0, description="A million tokens of questions")
    completion: float = Field(ge=0, description="A million tokens of answers")


class Budget(Section):
    """What all questions of one result may cost together; asking stops before it is passed."""

    tokens: int | None = Field(None, ge=1, description="Tokens of questions and answers; none: no bound")
    money: float | None = Field(None, gt=0, description="In the currency of the prices; none: no bound")


class Pace(Section):
    """How fast an endpoint is asked."""

    concurrency: int = Field(8, ge=1, le=256, description="Requests under way at once")
    requests_per_minute: int | None = Field(None, ge=1, description="Requests sent in a minute, retries too")
    tokens_per_minute: int | None = Field(None, ge=1, description="Tokens a minute, as expected before sending")
    timeout: float = Field(120, gt=0, description="Seconds that one request may take")
    patience: float = Field(
        300, gt=0,
        description="Seconds without any answer until an answered question is asked again, to see whether the endpoint "
        "is down; where none was ever answered, two classes' silence says so",
    )  # fmt: skip
    retries: int = Field(6, ge=0, le=20, description="Further attempts after 429, 5xx or a lost connection")


class LanguageModel(Section):
    """A language model behind an OpenAI-compatible endpoint."""

    kind: Literal["openai"] = Field("openai", description="The chat-completions protocol, whoever speaks it")
    base_url: str = Field("https://api.openai.com/v1", pattern=r"^https?://", description="Address of the endpoint")
    model: str = Field("gpt-4.1-mini", min_length=1, description="Model that is asked, as the endpoint names it")
    prompt: str = Field(
        "v1",
        min_length=1,
        description="Version of the prompt in tasks/neighbors/llm/prompts, or a folder with files of the same names",
        json_schema_extra=NOT_IN_KEY,
    )
    temperature: float | None = Field(0.7, ge=0, le=2, description="Sampling temperature; null: the model's own")
    seed: int | None = Field(0, description="Sampling seed, for endpoints that take one")
    max_tokens: int = Field(4000, ge=64, description="Longest answer, in tokens")
    answers: Literal["auto", "schema", "json", "text"] = Field(
        "auto",
        description="How answers are kept in form: JSON schema, JSON mode, or words alone; auto: the first that works",
        json_schema_extra=NOT_IN_KEY,
    )
    key_variable: str | None = Field(
        "OPENAI_API_KEY",
        description="Environment variable that holds the API key; null where the endpoint needs none",
        json_schema_extra=NOT_IN_KEY,
    )
    pace: Pace = Field(default_factory=Pace, description="How fast it is asked", json_schema_extra=NOT_IN_KEY)
    budget: Budget = Field(
        default_factory=Budget, description="What all questions may cost", json_schema_extra=NOT_IN_KEY
    )
    prices: Prices | None = Field(
        None, description="What tokens cost; null: money is not counted", json_schema_extra=NOT_IN_KEY
    )

    @model_validator(mode="after")
    def _money_needs_prices(self) -> Self:
        if self.budget.money is not None and self.prices is None:
            raise ValueError("a budget in money needs `prices`: what a million tokens of prompt and completion cost")
        return self
