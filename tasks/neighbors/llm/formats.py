"""How an endpoint is asked to answer in JSON: by a schema where it can, else in JSON mode, else in words."""

import re
from dataclasses import dataclass
from typing import Literal

import openai
from openai import Omit, omit
from openai.types.chat.completion_create_params import ResponseFormat

from tasks.neighbors.llm.answer import Answer

Format = Literal["schema", "json", "text"]
_NEXT: dict[Format, Format] = {"schema": "json", "json": "text"}
_ABOUT_FORMAT = re.compile(
    r"response.?format|json.?schema|json.?object|structured.?output|guided|grammar", re.IGNORECASE
)


@dataclass(slots=True)
class Ladder:
    """The best format that the endpoint is not known to refuse; all requests share it."""

    format: Format
    fixed: bool

    def step_down(self, tried: Format, error: openai.APIError) -> bool:
        """Whether a request that failed in this way can be sent again, in a format that asks less."""
        refused = isinstance(error, (openai.BadRequestError, openai.UnprocessableEntityError))
        if self.fixed or not refused or tried not in _NEXT or not _ABOUT_FORMAT.search(error.message):
            return False
        if self.format == tried:  # else another request has stepped down already
            self.format = _NEXT[tried]
        return True


def ladder(answers: Literal["auto"] | Format) -> Ladder:
    """The ladder of a recipe's choice; without "auto" it has one rung."""
    return Ladder("schema", False) if answers == "auto" else Ladder(answers, True)


def response_format(form: Format) -> ResponseFormat | Omit:
    """The format in the form of the chat-completions protocol; text goes without saying."""
    if form == "schema":
        return {
            "type": "json_schema",
            "json_schema": {"name": "neighbors", "strict": True, "schema": Answer.model_json_schema()},
        }
    return {"type": "json_object"} if form == "json" else omit
