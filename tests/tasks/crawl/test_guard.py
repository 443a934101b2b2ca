"""Addresses that may be asked, however they are written."""

import pytest

from storage.records import FetchReason
from tasks.crawl.guard import Guard, Refused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b:1::a00:1", "::ffff:0:10.0.0.1", "192.0.0.9", "5f00::1", "3fff::1",
        "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_blocked(address: str) -> None:
    """Private, link-local, shared, multicast, and IPv4 ones hidden in IPv6."""
    assert not Guard().allows(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused) as caught:
        Guard().check(f"http://{host}/a.jpg")
    assert caught.value.reason is FetchReason.BLOCKED_ADDRESS


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_public_addresses_are_allowed(address: str) -> None:
    """In IPv4, in IPv6, and in IPv4 by way of IPv6."""
    assert Guard().allows(address)


def test_a_network_of_the_recipe_is_allowed_and_no_more() -> None:
    """An entry opens its own addresses alone."""
    guard = Guard(["127.0.0.0/24", "::1/128"])
    assert guard.allows("127.0.0.9")
    assert guard.allows("::1")
    assert guard.allows("::ffff:127.0.0.9")
    assert not guard.allows("127.0.1.1")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/a.jpg", "data:image/png;base64,AAAA", "javascript:alert(1)",
        "http://", "http:///a.jpg", "//example.org/a.jpg", "a.jpg", "", "http://[::1/a.jpg", "http://example.org:x/",
        "http://cdn..example.com/a.jpg", "http://.com/", f"http://{'a' * 64}.com/", "http://127.1/", "http://0x7f.1/",
        "http://example.org:22/", "http://example.org:25/a.jpg", "http://example.org:6379/", "http://example.org:0/",
        "http://[::1%25]/a.jpg", "http://[::ffff:127.0.0.1%25]/", "http://[::ffff:7f00:1%]/", "http://[fe80::1%25eth0]/",
        "http://2130706433/", "http://0177.0.0.1/", "http://user:secret@example.org/a.jpg", "http://user@example.org/a.jpg",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_urls(url: str) -> None:
    """Other schemes, missing hosts, malformed ones and credentials are refused before anything is opened."""
    with pytest.raises(Refused) as caught:
        Guard().check(url)
    assert caught.value.reason is FetchReason.BAD_URL
