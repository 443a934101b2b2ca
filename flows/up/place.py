"""Where the server is to answer, and whether it can."""

import socket
from dataclasses import dataclass
from typing import Self

import httpx
from prefect.settings import PREFECT_SERVER_API_HOST, PREFECT_SERVER_API_PORT

from storage.errors import BadInput

EVERYWHERE = "0.0.0.0"  # noqa: S104  # compared with, not bound to
"""The host that a server may listen on, and nobody can ask."""

ELSEWHERE = "or set PREFECT_SERVER_API_PORT to a free port, and PREFECT_HOME to a folder of its own"


@dataclass(frozen=True, slots=True)
class Place:
    """The address that the server listens on."""

    host: str
    port: int

    @classmethod
    def of_settings(cls) -> Self:
        """Where Prefect's own settings put it: 127.0.0.1:4200 where they say nothing."""
        return cls(PREFECT_SERVER_API_HOST.value(), PREFECT_SERVER_API_PORT.value())

    @property
    def ui(self) -> str:
        """The address to open in a browser on this machine."""
        return f"http://{'127.0.0.1' if self.host == EVERYWHERE else self.host}:{self.port}"

    @property
    def api(self) -> str:
        """The address that PREFECT_API_URL takes."""
        return f"{self.ui}/api"

    def answers(self) -> bool:
        """Whether a Prefect server is there and well."""
        try:
            return httpx.get(f"{self.api}/health", timeout=5).text == "true"
        except httpx.HTTPError:
            return False

    def require_free(self) -> None:
        """Raise BadInput where something listens there already, or nothing can."""
        if ":" in self.host:
            raise BadInput(
                f"PREFECT_SERVER_API_HOST is {self.host}, and Prefect's addresses are not made for IPv6",
                f"set it to an IPv4 address or a name: {EVERYWHERE} for every network of this machine",
            )
        if self.answers():
            raise BadInput(
                f"a Prefect server answers at {self.ui} already",
                f"end it and start again, {ELSEWHERE}; or use that one, as the head of prefect.yaml says",
            )
        try:
            socket.create_server((self.host, self.port)).close()
        except OSError as error:
            raise BadInput(
                f"the Prefect server cannot listen on {self.host}:{self.port}: {error.strerror}",
                f"end what uses it (ss -ltnp 'sport = :{self.port}'), {ELSEWHERE}",
            ) from error
