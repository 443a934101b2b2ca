"""What is wrong with the endpoint as a whole stops the stage, and says what mends it."""

import socket
import time
from pathlib import Path

import pytest
import stamina
from aiohttp import web

from storage.errors import BadInput, Unreachable
from tasks.neighbors.llm.config import LanguageModel, Pace
from tasks.neighbors.llm.generate import generate
from tasks.neighbors.llm.store import Store
from tests.tasks.neighbors.llm.asking import FRUITS, GOOD, parrot, propose, things
from tests.tasks.neighbors.llm.endpoint import Endpoint, Prepared, completion, error, serve


def test_the_key_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read from the environment variable that the recipe names."""
    monkeypatch.setenv("PARROT_KEY", " polly \n")
    with serve(lambda _: completion(GOOD)) as endpoint:
        propose(endpoint, tmp_path, key_variable="PARROT_KEY")
    assert endpoint.keys == ["polly", "polly"]


def test_a_missing_key_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the variable; the mend names the field."""
    monkeypatch.delenv("PARROT_KEY", raising=False)
    with pytest.raises(BadInput, match="PARROT_KEY holds no API key") as missing:
        generate(FRUITS, {0: 1, 1: 1}, LanguageModel(key_variable="PARROT_KEY"), "", Store(str(tmp_path)))
    assert "neighbors.provider.key_variable" in missing.value.mend


@pytest.mark.parametrize("key", ["pölly", "pol\nly", "“polly”"])
def test_a_key_that_no_header_can_carry_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """Pasted quotes or a line break inside are a wrong key, not a lost connection."""
    monkeypatch.setenv("PARROT_KEY", key)
    with pytest.raises(BadInput, match="PARROT_KEY holds no API key that can be sent"):
        propose(Endpoint("http://127.0.0.1:9/v1"), tmp_path, key_variable="PARROT_KEY")


@pytest.mark.parametrize(
    ("status", "problem", "mend"),
    [
        (401, "refuses the API key in OPENAI_API_KEY", "neighbors.provider.key_variable"),
        (403, "refuses the API key", "neighbors.provider.key_variable"),
        (404, "does not know the model 'parrot'", "neighbors.provider.model"),
    ],
)
def test_what_fails_for_all_classes_stops_the_stage(
    tmp_path: Path, status: int, problem: str, mend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key or model is one named error, not a row for every class."""
    monkeypatch.setenv("OPENAI_API_KEY", "wrong")
    with serve(lambda _: error(status, "no")) as endpoint, pytest.raises(BadInput, match=problem) as stopped:
        propose(endpoint, tmp_path, key_variable="OPENAI_API_KEY")
    assert mend in stopped.value.mend


def test_an_empty_account_stops_the_stage(tmp_path: Path) -> None:
    """A 429 for want of credit is not waited for, and answers given before it are held."""
    rest = [completion(GOOD)]
    with serve(lambda _: rest.pop() if rest else error(429, "no credit", "insufficient_quota", "0.05")) as endpoint:
        with pytest.raises(BadInput, match=r"has no credit left: .*no credit") as stopped:
            propose(endpoint, tmp_path, pace=Pace(retries=5, concurrency=1))
        assert len(endpoint.requests) == 2
        assert "answers given so far are held" in stopped.value.mend
        rest += [completion(GOOD)]
        proposed = propose(endpoint, tmp_path)
    assert [spend.stored for spend in proposed.spend] == [False, True]


def test_a_bill_that_is_not_paid_stops_the_stage(tmp_path: Path) -> None:
    """402 says the same as an empty account; no class is tried twice."""
    with serve(lambda _: error(402, "pay first")) as endpoint, pytest.raises(BadInput, match="no credit left"):
        propose(endpoint, tmp_path, things(9), pace=Pace(retries=5, concurrency=1))
    assert len(endpoint.requests) <= 2


@pytest.mark.parametrize(
    "page",
    [
        lambda: web.Response(text="<html>Welcome</html>", content_type="text/html"),
        lambda: web.Response(),
        lambda: web.json_response(["Welcome"]),
        lambda: web.json_response("Welcome"),
    ],
    ids=["page", "nothing", "list", "text"],
)
def test_a_page_in_place_of_an_endpoint_is_named(tmp_path: Path, page: Prepared) -> None:
    """An address that serves other things is a wrong base_url."""
    with serve(lambda _: page()) as endpoint, pytest.raises(BadInput, match="chat-completions protocol") as stopped:
        propose(endpoint, tmp_path)
    assert "neighbors.provider.base_url" in stopped.value.mend


def test_a_page_in_between_is_no_wrong_address(tmp_path: Path) -> None:
    """Where answers came before, a page from some proxy costs its own question one more try."""
    replies = [
        completion(GOOD),
        web.Response(text="<html>Back soon</html>", content_type="text/html"),
        completion(GOOD),
    ]
    with serve(lambda _: replies.pop(0)) as endpoint:
        proposed = propose(endpoint, tmp_path, pace=Pace(retries=0, concurrency=1))
    assert len(proposed.proposals) == 2


def test_nothing_at_the_address_is_unreachable(tmp_path: Path) -> None:
    """The error comes at once and names the field, and the mend the sandbox, which people forget to start."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    model, start = parrot(f"http://127.0.0.1:{port}/v1", pace=Pace(retries=6)), time.monotonic()
    with stamina.set_testing(False), pytest.raises(Unreachable, match=r"neighbors\.provider\.base_url") as stopped:
        generate(FRUITS, {0: 1, 1: 1}, model, "", Store(str(tmp_path)))
    assert time.monotonic() - start < 20  # the retries would take half a minute
    assert "python -m sandbox" in stopped.value.mend
