"""How the language model's endpoint behaves: well by default, or like a bad or an old one."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, Field, ValidationError, model_validator

from sandbox.errors import BadBehavior

Answers = Literal["schema", "json", "text", "ignore"]


class Fault(StrEnum):
    """What may go wrong with one request: a 429, a 500, half an answer, a refusal, or a long wait."""

    BUSY = "busy"
    BROKEN = "broken"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    HUNG = "hung"


class ChatBehavior(BaseModel, frozen=True, extra="forbid", strict=True, allow_inf_nan=False):
    """Shares of requests that fail, and which response formats the endpoint knows.

    `answers`: "schema" takes any response format; "json" refuses a JSON schema; "text" refuses
    JSON too; "ignore" takes any and heeds none. The last two answer in chatty text around a fence.
    """

    busy: float = Field(0, ge=0, le=1, description="Share of requests answered with 429")
    broken: float = Field(0, ge=0, le=1, description="Share of requests answered with 500")
    truncated: float = Field(0, ge=0, le=1, description="Share of requests whose answer ends within its JSON")
    refused: float = Field(0, ge=0, le=1, description="Share of requests answered with a refusal")
    retry_after: float = Field(1, ge=0, description="Seconds that a 429 asks the client to wait")
    hangs: int = Field(0, ge=0, description="Requests in all that wait before they are answered")
    hang_from: int = Field(100, ge=0, description="Well-formed requests that come before the first one that waits")
    hang_seconds: float = Field(60, ge=0, description="Seconds that such a request waits")
    answers: Answers = Field("schema", description="Response formats it knows")

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        if sum(self.shares.values()) > 1 + 1e-9:  # 0.7 + 0.2 + 0.1 is more than 1 by a rounding
            raise ValueError("busy, broken, truncated and refused together are more than 1")
        return self

    @property
    def shares(self) -> dict[Fault, float]:
        """The share of requests that each fault drawn by chance hits."""
        return {
            Fault.BUSY: self.busy,
            Fault.BROKEN: self.broken,
            Fault.TRUNCATED: self.truncated,
            Fault.REFUSED: self.refused,
        }

    @property
    def chatty(self) -> bool:
        """Whether the JSON comes in a fence between two sentences."""
        return self.answers in {"text", "ignore"}

    def accepts(self, response_format: str) -> bool:
        """Whether a request for this type of response format is answered."""
        known = {"json": {"text", "json_object"}, "text": {"text"}}
        return self.answers not in known or response_format in known[self.answers]


def read_behavior(text: str) -> ChatBehavior:
    """The behavior that a JSON object of its fields describes; BadBehavior names the field that is wrong."""
    try:
        return ChatBehavior.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"{step}: " for step in first["loc"])
        raise BadBehavior(f'--chat: {where}{first["msg"]}; give an object such as {{"busy": 0.1}}') from error
