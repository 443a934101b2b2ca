"""Whether what went wrong with one request may pass."""

import openai

from tasks.neighbors.llm.endpoint import never_sent, out_of_credit
from tasks.retry_after import pause_of

_PATIENCE = 120.0  # seconds; an endpoint that wants a longer pause is asked again in the next run


def may_pass(error: Exception, reached: bool) -> bool | float:
    """Whether a later request may bring what this one did not; as a number, after how many seconds.

    `reached` says that the endpoint has answered before.
    """
    if isinstance(error, openai.APIStatusError):
        if out_of_credit(error) or (error.status_code not in (408, 409, 429) and error.status_code < 500):
            return False
        pause = pause_of(error.status_code, error.response.headers.get("Retry-After", ""))
        return True if pause is None else pause <= _PATIENCE and pause
    # An address where nothing ever answered is a wrong one; one that did answer is coming back.
    lost = isinstance(error, openai.APIConnectionError) and (reached or not never_sent(error))
    return lost or isinstance(error, TimeoutError)
