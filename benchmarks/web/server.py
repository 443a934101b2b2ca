"""The served web in a process of its own, pinned to one core.

It prints its port when it answers and, when it is told to end, its log as one line of JSON.
"""

import argparse
import asyncio
import json
import os
import signal
import ssl
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.web.answering import Connection
from benchmarks.web.bomb import bomb
from benchmarks.web.kinds import HOSTS, Kind
from benchmarks.web.pictures import path_of
from benchmarks.web.site import Site, answer

_BACKLOG = 1024


def _tls(chain: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if not chain:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context


async def _listen(site: Site, folder: Path, tls: ssl.SSLContext | None) -> int:
    """Answer at every host under one port; which."""
    loop, port = asyncio.get_running_loop(), 0
    bodies = [answer("200 OK", "image/jpeg", path_of(folder, n).read_bytes()) for n in range(len(site.kinds))]
    huge = answer("200 OK", "image/png", bomb()) if Kind.BOMB in site.kinds else b""
    for host in HOSTS:
        server = await loop.create_server(lambda: Connection(site, bodies, huge), host, port, ssl=tls, backlog=_BACKLOG)
        port = server.sockets[0].getsockname()[1]
    return port


async def _serve(kinds: Sequence[Kind], folder: Path, tls: ssl.SSLContext | None) -> None:
    done, site = asyncio.Event(), Site(kinds)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    port = await _listen(site, folder, tls)
    print(port, flush=True)
    started = time.process_time()
    await done.wait()
    busy = time.process_time() - started
    print(json.dumps({"cpu_seconds": busy, "requests": [asdict(seen) for seen in site.log]}), flush=True)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web.server")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--kinds", type=Path, required=True, help="a JSON list, one kind a picture")
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--chain", type=Path)
    parser.add_argument("--key", type=Path)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {arguments.core})
    kinds = [Kind(kind) for kind in json.loads(arguments.kinds.read_text())]
    asyncio.run(_serve(kinds, arguments.pictures, _tls(arguments.chain, arguments.key)))


if __name__ == "__main__":
    main()
