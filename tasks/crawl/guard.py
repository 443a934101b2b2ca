"""Where a crawler may connect to: public http(s) addresses, and what the recipe names besides.

The addresses that are checked are the very ones that are connected to, so a name that
resolves differently a moment later gains nothing, nor does a host that is written as no reader
of ours understands: every socket is opened by `Guard.open_socket`.
"""

import ipaddress
import socket
from collections.abc import Iterable

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from storage.records import FetchReason

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")  # the deprecated way to write an IPv4 address in IPv6
_NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in ("64:ff9b:1::/48", "::ffff:0:0:0/96", "192.0.0.0/24", "5f00::/16", "3fff::/20", "2001::/32")
]
"""Local translation, protocol assignments, segment routing, documentation, Teredo: not told by every Python."""

_WEB_PORTS = frozenset({80, 443})
_FIRST_USER_PORT = 1024
_OTHERS_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 2375, 2376, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667,
     6668, 6669, 6679, 6697, 9042, 9092, 9200, 10080, 11211, 27017}
)  # fmt: skip
"""Of services that a web crawler must not be made to knock on: those browsers block, and data stores."""


_UNANSWERED = frozenset({FetchReason.BAD_URL, FetchReason.BLOCKED_ADDRESS, FetchReason.CONNECTION, FetchReason.TIMEOUT})


class Refused(Exception):
    """A URL brings no picture; `detail` holds nothing that differs between two runs.

    `passing` says that a later try may end otherwise.
    """

    def __init__(self, reason: FetchReason, detail: str = "", passing: bool = False) -> None:
        super().__init__(reason, detail, passing)
        self.reason = reason
        self.detail = detail
        self.passing = passing

    @property
    def answered(self) -> bool:
        """Whether the host has answered all the same."""
        return self.reason not in _UNANSWERED


class BlockedAddress(OSError):
    """What would be connected to is not public."""


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries, or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class Guard:
    """Says which URLs and addresses may be asked; `networks` are let through beside the public ones."""

    def __init__(self, networks: Iterable[str] = ()) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]
        self._known: set[str] = set()

    def allows(self, address: str) -> bool:
        """Whether this IP address is public or let through by name."""
        written = ipaddress.ip_address(address)
        plain = _plain(written)
        if any(written in network or plain in network for network in self._networks):
            return True
        if any(written in network or plain in network for network in _NOT_PUBLIC):
            return False
        local = isinstance(plain, ipaddress.IPv6Address) and plain.is_site_local
        return plain.is_global and not plain.is_multicast and not local

    def check(self, url: str) -> URL:
        """The URL, where it may be asked; raises Refused(BAD_URL or BLOCKED_ADDRESS)."""
        try:
            parsed = URL(url)
            host, port = parsed.host, parsed.port
        except ValueError as error:
            raise Refused(FetchReason.BAD_URL, "malformed") from error
        if parsed.scheme not in ("http", "https"):
            raise Refused(FetchReason.BAD_URL, "neither http nor https")
        if not host or not port:
            raise Refused(FetchReason.BAD_URL, "no host")
        if (port < _FIRST_USER_PORT and port not in _WEB_PORTS) or port in _OTHERS_PORTS:
            raise Refused(FetchReason.BAD_URL, f"port {port}")
        if parsed.user is not None or parsed.password is not None:
            raise Refused(FetchReason.BAD_URL, "credentials in the URL")
        if host not in self._known:
            self._check_host(host)
            self._known.add(host)
        return parsed

    def open_socket(self, found: AddrInfoType) -> socket.socket:
        """A socket for an address as `socket.getaddrinfo` tells it; BlockedAddress where it may not be asked."""
        family, kind, protocol, _, address = found
        if not _is_address(address[0]) or not self.allows(address[0]):
            raise BlockedAddress("the address is not public")
        return socket.socket(family, kind, protocol)

    def _check_host(self, host: str) -> None:
        if _is_malformed(host):
            raise Refused(FetchReason.BAD_URL, "malformed host")
        # aiohttp resolves names alone: an address in the URL never reaches the resolver below.
        if _is_address(host) and not self.allows(host):
            raise Refused(FetchReason.BLOCKED_ADDRESS, host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_malformed(host: str) -> bool:
    """Whether no name server can know the host, or a system call would read it as an address that we do not."""
    if ":" in host or "%" in host:  # an address in brackets; none that is public has a zone behind it
        return "%" in host or not _is_address(host)
    try:
        host.encode("idna")
    except UnicodeError:
        return True
    last = host.rstrip(".").rpartition(".")[2].lower()
    return (last.isdigit() or last.startswith("0x")) and not _is_address(host)


class GuardedResolver(AbstractResolver):
    """Resolves a name once, and fails where any of its addresses may not be asked."""

    def __init__(self, guard: Guard, inner: AbstractResolver | None = None) -> None:
        self._guard = guard
        self._inner = inner or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host; BlockedAddress where one of them is not public."""
        found = await self._inner.resolve(host, port, family)
        if not all(self._guard.allows(result["host"]) for result in found):
            raise BlockedAddress(f"{host} has an address that is not public")
        return found

    async def close(self) -> None:
        """Give back what the inner resolver holds."""
        await self._inner.close()
