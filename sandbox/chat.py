"""The language model's endpoint: OpenAI's chat completions, as far as a naming client needs them.

The last user message must be JSON, {"class": "golden delicious", "count": 10, "avoid": [...]};
the answer's content is JSON, {"neighbors": [{"name", "relation", "queries", "why"}, ...]}. The
world's ChatBehavior says how the endpoint deviates from that.
"""

import asyncio

from aiohttp import web

from sandbox.chat_answer import body, completion_tokens, say
from sandbox.chat_behavior import Fault
from sandbox.chat_faults import pick
from sandbox.chat_request import BadRequest, Question, parse
from sandbox.world import WORLD, World


def _error(
    status: int, message: str, kind: str, param: str | None = None, headers: dict[str, str] | None = None
) -> web.Response:
    error = {"message": message, "type": kind, "param": param, "code": None}
    return web.json_response({"error": error}, status=status, headers=headers)


def _understand(world: World, data: bytes) -> Question:
    question = parse(data)
    if not world.chat.accepts(question.response_format):
        kind = question.response_format
        raise BadRequest(f"response_format type {kind} is not supported by this model.", "response_format")
    return question


async def _hang(world: World) -> None:
    """Wait as long as a hanging request does; an end of the server ends that too."""
    try:
        async with asyncio.timeout(world.chat.hang_seconds):
            await world.closing.wait()
    except TimeoutError:
        return
    raise web.HTTPServiceUnavailable


async def _answer(world: World, question: Question, fault: Fault | None, times: int) -> web.Response:
    """Answer with 200; the tokens are charged before a wait that the client may not sit out."""
    said = say(world, question, fault, times)
    world.meter.charge(question.prompt_tokens, completion_tokens(said))
    if fault is Fault.HUNG:
        await _hang(world)
    world.meter.answer(question.text)
    return web.json_response(body(world, question, said))


async def _reply(world: World, question: Question) -> web.Response:
    """The next answer to a question, or the error that its fault is."""
    times = world.meter.times(question.text)
    fault = pick(world.chat, world.meter, world.seed, question.text, times)
    world.meter.ask(question.text, fault)
    if fault is Fault.BUSY:
        wait = {"Retry-After": f"{world.chat.retry_after:g}"}
        return _error(429, "Rate limit reached for requests.", "rate_limit_error", headers=wait)
    if fault is Fault.BROKEN:
        return _error(500, "The server had an error while processing your request.", "server_error")
    return await _answer(world, question, fault, times)


async def complete(request: web.Request) -> web.Response:
    """Answer a chat completion request; whatever breaks the contract above is a 400 of OpenAI's shape."""
    world = request.app[WORLD]
    world.meter.requests += 1
    try:
        question = _understand(world, await request.read())
    except BadRequest as bad:
        return _error(400, str(bad), "invalid_request_error", bad.param)
    return await _reply(world, question)
