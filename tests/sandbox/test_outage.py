import http.client
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from sandbox.ledger import Kind
from sandbox.outage import Outage, Service
from sandbox.process import SandboxProcess, running


def _status(url: str) -> tuple[int, str | None]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", url.partition(parts.netloc)[2])
        answer = connection.getresponse()
        return answer.status, answer.getheader("Retry-After")
    finally:
        connection.close()


def _urls(sandbox: SandboxProcess) -> dict[Service, str]:
    """One address of each service that answers well."""
    good = next(row for row in sandbox.ledger() if row.kind is Kind.GOOD)
    return {Service.SEARCH: f"{sandbox.base_url}/v1/images/?q={quote(good.neighbor)}", Service.HOSTS: good.url}


@pytest.mark.parametrize(("down", "up"), [(Service.SEARCH, Service.HOSTS), (Service.HOSTS, Service.SEARCH)])
def test_what_is_down_answers_with_the_error_and_the_rest_as_ever(folder: Path, down: Service, up: Service) -> None:
    """Requests that meet the error are counted; ended by hand, the service is as it was."""
    with running(folder) as sandbox:
        urls = _urls(sandbox)
        sandbox.fail(down, seconds=600, retry_after=2)
        assert (_status(urls[down]), _status(urls[up])[0]) == ((503, "2"), 200)
        sandbox.fail(down, seconds=600, status=500)
        assert _status(urls[down]) == (500, None)
        sandbox.fail(down, seconds=0)
        assert _status(urls[down]) == (200, None)
        assert sandbox.requests().urls[urls[down]] == 3
        assert not any("outage" in url for url in sandbox.requests().urls)


def test_an_outage_lasts_from_the_first_request_that_it_meets() -> None:
    """So that a client which is still starting meets it, and it ends by itself."""
    outage = Outage(seconds=5, status=503, retry_after=None)
    assert [outage.meets(now) for now in (100, 104.9, 105, 200)] == [True, True, False, False]
