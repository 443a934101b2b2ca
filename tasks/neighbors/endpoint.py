"""The connection to an OpenAI-compatible endpoint, and what stops the stage when it fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import openai

from storage.errors import BadInput, Unreachable
from tasks.neighbors.config import NeighborsConfig


def _api_key(config: NeighborsConfig) -> str:
    if config.key_variable is None:
        return "none"  # the client insists on a key; such an endpoint reads none
    if key := os.environ.get(config.key_variable, "").strip():
        return key
    raise BadInput(
        f"the environment variable {config.key_variable} holds no API key",
        "export it, name another one in `neighbors.key_variable`, or set that to null if the endpoint needs no key",
    )


def connect(config: NeighborsConfig) -> openai.AsyncOpenAI:
    """A client for the recipe's endpoint; it retries 429, 5xx and lost connections, honoring Retry-After."""
    return openai.AsyncOpenAI(
        api_key=_api_key(config), base_url=config.base_url, timeout=config.timeout, max_retries=config.retries
    )


@contextmanager
def stage_errors(config: NeighborsConfig) -> Iterator[None]:
    """Turn what would fail for every class alike into an error that names its field and its mend."""
    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise BadInput(
            f"{config.base_url} refuses the API key in {config.key_variable}: {error.message}",
            "put a valid key in that environment variable, or name another in `neighbors.key_variable`",
        ) from error
    except openai.NotFoundError as error:
        raise BadInput(
            f"{config.base_url} does not know the model {config.model!r}: {error.message}",
            "correct `neighbors.model`, or `neighbors.base_url`, which often ends in /v1",
        ) from error
    except openai.APIConnectionError as error:
        if not isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout)):
            raise
        raise Unreachable(
            f"nothing answers at {config.base_url} (`neighbors.base_url`): {error.__cause__}",
            "correct it or start the endpoint; if this recipe uses the sandbox, start it: "
            "python -m sandbox --corpus ... --root ...",
        ) from error
