"""The served web: what is behind its URLs, over http and https, and what its log says."""

import http.client
import json
import shutil
import ssl
import urllib.error
import urllib.request
from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from benchmarks.web.certificate import issue
from benchmarks.web.kinds import HOSTS, NETWORK, OBTAINABLE, RETRY_AFTER, ROUGH, Kind, number_of, rough, urls
from benchmarks.web.ours import crawl
from benchmarks.web.outputs import read_outputs
from benchmarks.web.peer import SIDE
from benchmarks.web.pictures import draw, path_of
from benchmarks.web.serving import serving
from benchmarks.web.site import GRACE, Site, Throttle
from storage.pictures import digest_of

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="the openssl program is missing")


def _get(url: str, context: ssl.SSLContext | None = None) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=20, context=context) as response:  # noqa: S310  # a web of our own
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("count", [300, 2000])
def test_a_rough_web_has_its_shares_of_faults_and_the_same_ones_again(count: int) -> None:
    """Every fault is there as often as its share says, and the rest is good."""
    kinds = rough(count)
    found = Counter(kinds)
    assert kinds == rough(count)
    assert found.total() == count
    assert all(abs(found[kind] - share * count) <= 1 for kind, share in ROUGH.items())
    assert sum(found[kind] for kind in OBTAINABLE) > 0.8 * count


def test_urls_are_spread_over_hosts_of_one_network_and_name_their_number() -> None:
    """Fifty hosts, all let in by one network, and the number comes back from the URL."""
    assert len(set(HOSTS)) == 50
    assert all(ip_address(host) in ip_network(NETWORK) for host in HOSTS)
    assert [number_of(url) for url in urls("http", 80, 120)] == list(range(120))


def test_a_busy_url_throttles_its_host_and_then_is_good() -> None:
    """Requests in the pause are answered 429 and count, but for those that were under way; another host is free."""
    site = Site([Kind.BUSY, Kind.GOOD])
    host, other = HOSTS[:2]
    first = site.throttled(host, "/0.jpg")
    assert first is not None
    assert f"Retry-After: {RETRY_AFTER}".encode() in first
    assert site.throttled(host, "/1.jpg") is not None
    assert site.throttled(other, "/1.jpg") is None
    assert [seen.within_retry_after for seen in site.log] == [False, False]
    pause = site.throttles[host]
    site.throttles[host] = Throttle(pause.sent - 2 * GRACE, pause.ends)
    assert site.throttled(host, "/robots.txt") is not None
    assert site.log[-1].within_retry_after
    site.throttles[host] = Throttle(pause.sent - RETRY_AFTER, pause.ends - RETRY_AFTER)
    assert site.throttled(host, "/0.jpg") is None


def test_each_kind_answers_as_it_is_called(tmp_path: Path) -> None:
    """A real client over loopback gets pictures, faults and robots.txt, and the log has every request."""
    kinds = [Kind.GOOD, Kind.MISSING, Kind.BUSY, Kind.TRUNCATED]
    draw(tmp_path / "pictures", len(kinds))
    with serving(tmp_path / "pictures", kinds, 0) as web:
        good, missing, busy, truncated = web.urls
        assert _get(good) == (200, path_of(tmp_path / "pictures", 0).read_bytes())
        assert _get(missing)[0] == 404
        assert _get(busy)[0] == 429
        with pytest.raises(http.client.IncompleteRead):
            _get(truncated)
        assert b"Disallow: /private/" in _get(good.replace("/0.jpg", "/robots.txt"))[1]
    log = web.ended()
    assert [(seen.path, seen.status) for seen in log.requests] == [
        ("/0.jpg", 200), ("/1.jpg", 404), ("/2.jpg", 429), ("/3.jpg", 200), ("/robots.txt", 200),
    ]  # fmt: skip
    assert list(log.served(kinds)) == [0]
    assert log.first == log.requests[0].at


def test_a_connection_is_kept_alive(tmp_path: Path) -> None:
    """Two requests go over one connection."""
    draw(tmp_path / "pictures", 1)
    with serving(tmp_path / "pictures", [Kind.GOOD], 0) as web:
        host = web.urls[0].split("/")[2]
        connection = http.client.HTTPConnection(host, timeout=20)
        for _ in range(2):
            connection.request("GET", "/0.jpg")
            assert len(connection.getresponse().read()) == path_of(tmp_path / "pictures", 0).stat().st_size
        connection.close()


@pytest.mark.parametrize("originals", [False, True])
def test_ours_packs_the_same_pictures_whether_or_not_originals_are_kept(originals: bool, tmp_path: Path) -> None:
    """The store holds what came, or what was made of it; the tars hold a shorter side of 256 pixels."""
    draw(tmp_path / "pictures", 2)
    sent = {digest_of(path_of(tmp_path / "pictures", number).read_bytes()) for number in range(2)}
    with serving(tmp_path / "pictures", [Kind.GOOD] * 2, 0) as web:
        rows = crawl(web.urls, tmp_path / "out", originals=originals)
    assert ({row.digest for row in rows} == sent) == originals
    packed = read_outputs(tmp_path / "out" / "tars")
    assert sorted(packed) == [0, 1]
    assert all(min(one.open().size) == SIDE for one in packed.values())


@needs_openssl
def test_https_is_trusted_with_the_bundle_and_with_nothing_less(tmp_path: Path) -> None:
    """Every host has the certificate, its authority stands beside the system's, and nobody else trusts it."""
    (tmp_path / "tls").mkdir()
    certificate = issue(tmp_path / "tls", HOSTS)
    draw(tmp_path / "pictures", 2)
    trusting = ssl.create_default_context(cafile=str(certificate.bundle))
    assert len(trusting.get_ca_certs()) > 10
    with serving(tmp_path / "pictures", [Kind.GOOD] * 2, 0, certificate) as web:
        assert [_get(url, trusting)[0] for url in web.urls] == [200, 200]
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            _get(web.urls[0], ssl.create_default_context())


def test_what_the_log_says_survives_json() -> None:
    """Kinds are written as JSON for the server and read back as they were."""
    assert [Kind(kind) for kind in json.loads(json.dumps(list(Kind)))] == list(Kind)
