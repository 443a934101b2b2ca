"""The PostgreSQL server that tests start for themselves."""

import httpx
import pytest

from tests.flows.postgres import lacking, postgres
from tests.flows.server import server
from tests.processes import have_ended, named_with


@pytest.mark.slow  # lays out a database and starts a Prefect server
@pytest.mark.skipif(bool(lacking()), reason=lacking() or "-")
def test_a_prefect_server_keeps_its_runs_in_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one server was told, another on the same database knows; nothing of it is left running."""
    folder = tmp_path_factory.mktemp("server")
    with postgres() as database:
        [process] = named_with(f"port={database.rpartition(':')[2].partition('/')[0]}")
        with server(folder / "one", database) as api:
            assert httpx.post(f"{api}/flows/", json={"name": "kept"}).status_code == 201
        with server(folder / "other", database) as api:
            assert [flow["name"] for flow in httpx.post(f"{api}/flows/filter", json={}).json()] == ["kept"]
    assert have_ended(process)
