"""A chat completion request, as far as a naming client's matters."""

from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

from sandbox.meter import tokens
from sandbox.namer import Asked


class Part(BaseModel):
    """One part of a message's content; other kinds than text are refused."""

    type: str = Field(pattern="^text$")
    text: str


class Message(BaseModel):
    """One message of the conversation."""

    role: str
    content: str | list[Part]

    @property
    def text(self) -> str:
        """The whole text of the message."""
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


class ResponseFormat(BaseModel):
    """The form that an answer shall have; a schema is accepted and not read."""

    type: str = "text"


class Completion(BaseModel):
    """The fields of a chat completion request that matter here; others are accepted and ignored."""

    model: str
    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    response_format: ResponseFormat | None = None


class Prompt(BaseModel, extra="forbid"):
    """What the last user message must hold."""

    name: str = Field(alias="class", pattern=r"\S")
    definition: str = ""
    taxonomy: str = ""
    count: int = Field(ge=1, le=200)
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One request, understood: `text` is its last user message, `response_format` the type it asks for."""

    model: str
    text: str
    asked: Asked
    response_format: str
    prompt_tokens: int


class BadRequest(Exception):
    """The request is not one that this model answers; `param` is the field at fault, where it is one."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def _completion(body: bytes) -> Completion:
    try:
        completion = Completion.model_validate_json(body)
    except ValidationError as error:
        raise BadRequest(f"This is no chat completion request: {error.errors()[0]['msg']}.") from error
    if completion.stream:
        raise BadRequest("Streaming is not supported by this model.")
    return completion


def _asked(prompt: str) -> Asked:
    try:
        parsed = Prompt.model_validate_json(prompt)
    except ValidationError as error:
        raise BadRequest(
            'The last user message must be JSON such as {"class": "golden delicious", "count": 10, "avoid": []}: '
            f"{error.errors()[0]['msg']}."
        ) from error
    return Asked(parsed.name, parsed.count, parsed.avoid)


def parse(body: bytes) -> Question:
    """The question that a request's body asks; BadRequest where it asks none."""
    completion = _completion(body)
    said = [message.text for message in completion.messages if message.role == "user"]
    if not said:
        raise BadRequest("There is no message with the role 'user'.")
    wanted = completion.response_format.type if completion.response_format else "text"
    cost = sum(tokens(message.text) for message in completion.messages)
    return Question(completion.model, said[-1], _asked(said[-1]), wanted, cost)
