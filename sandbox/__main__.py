"""`python -m sandbox --corpus photographs --root FOLDER`: serve a corpus until interrupted."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from sandbox.corpus import BadCorpus, Corpus
from sandbox.photographs import load_photographs
from sandbox.server import Settings, serve
from sandbox.world import World


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A small web on loopback with known truth.")
    parser.add_argument("--corpus", choices=["photographs"], required=True, help="what the web shows")
    parser.add_argument("--root", type=Path, required=True, help="folder of photographs, laid out as Grocery Store is")
    parser.add_argument("--taxonomy", type=Path, help="groups of targets and neighbors (default: ROOT/split.json)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the web and of the long tail")
    parser.add_argument("--port", type=int, default=8765, help="port on every address; 0 takes a free one")
    parser.add_argument("--hosts", type=int, default=50, choices=range(1, 255), metavar="1-254", help="image hosts")
    parser.add_argument("--ready-file", type=Path, help="file to write the base address to, once all answer")
    return parser.parse_args()


def _load(arguments: argparse.Namespace) -> Corpus:
    taxonomy = arguments.taxonomy or arguments.root / "split.json"
    return load_photographs(arguments.root, taxonomy, arguments.seed)


def _announce(base_url: str, world: World, ready_file: Path | None) -> None:
    sys.stdout.write(f"sandbox ready at {base_url}: {len(world.by_url)} URLs, seed {world.seed}\n")
    sys.stdout.flush()
    if ready_file:
        partial = ready_file.with_suffix(".partial")
        partial.write_text(base_url)
        os.replace(partial, ready_file)  # a reader sees the whole address or no file


def main() -> None:
    """Serve what the command line asks for; a corpus or a port that cannot be used is said in one line."""
    arguments = _arguments()
    settings = Settings(arguments.seed, arguments.port, arguments.hosts)
    try:
        asyncio.run(serve(_load(arguments), settings, lambda url, world: _announce(url, world, arguments.ready_file)))
    except BadCorpus as error:
        sys.exit(f"sandbox: {error}")
    except OSError as error:
        sys.exit(f"sandbox: {error}; choose another --port, or end what holds this one")


if __name__ == "__main__":
    main()
