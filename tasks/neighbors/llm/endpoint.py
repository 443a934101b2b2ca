"""The connection to an OpenAI-compatible endpoint, and what stops the stage when it fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from storage.errors import BadInput, Unreachable
from tasks.neighbors.llm.config import LanguageModel


def _api_key(model: LanguageModel) -> str:
    if model.key_variable is None:
        return "none"  # the client insists on a key; such an endpoint reads none
    key = os.environ.get(model.key_variable, "").strip()
    if key and key.isascii() and key.isprintable():
        return key
    kind = "API key that can be sent: it holds a strange character" if key else "API key"
    raise BadInput(
        f"the environment variable {model.key_variable} holds no {kind}",
        "export it, name another one in `neighbors.provider.key_variable`, or set that to null if the endpoint needs "
        "no key",
    )


def connect(model: LanguageModel) -> openai.AsyncOpenAI:
    """A client for the recipe's endpoint; every request of it is one attempt."""
    return openai.AsyncOpenAI(
        api_key=_api_key(model), base_url=model.base_url, timeout=model.pace.timeout, max_retries=0
    )


@contextmanager
def stage_errors(model: LanguageModel, reached: bool) -> Iterator[None]:
    """Turn what would fail for every class alike into an error that names its field and its mend.

    `reached` says that the endpoint has answered before: a 403 is then about one question.
    """
    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        if reached and error.status_code == 403:
            raise
        raise BadInput(
            f"{model.base_url} refuses the API key in {model.key_variable}: {error.message}",
            "put a valid key in that environment variable, or name another in `neighbors.provider.key_variable`",
        ) from error
    except openai.NotFoundError as error:
        raise BadInput(
            f"{model.base_url} does not know the model {model.model!r}: {error.message}",
            "correct `neighbors.provider.model`, or `neighbors.provider.base_url`, which often ends in /v1",
        ) from error
    except openai.APIStatusError as error:
        if not out_of_credit(error):
            raise
        raise BadInput(
            f"the account behind {model.key_variable} has no credit left: {error.message}",
            "add credit; answers given so far are held, and the next run asks for the rest alone",
        ) from error
    except openai.APIConnectionError as error:
        if not never_sent(error):
            raise
        raise Unreachable(
            f"nothing answers at {model.base_url} (`neighbors.provider.base_url`): {error.__cause__}",
            "correct it or start the endpoint; if this recipe uses the sandbox, start it: "
            "python -m sandbox --corpus ... --root ...",
        ) from error


def out_of_credit(error: openai.APIStatusError) -> bool:
    """Whether the account has nothing left to pay with, which no waiting mends."""
    return error.status_code == 402 or error.code == "insufficient_quota"


def never_sent(error: openai.APIError) -> bool:
    """Whether a request failed before the endpoint could see it."""
    return isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout))
