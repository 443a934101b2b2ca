"""`python -m sandbox --corpus herbarium --root FOLDER`: serve a corpus until interrupted.

With `-- COMMAND ...` behind it, serve while that command runs, and end with its exit code.
"""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from sandbox.chat_behavior import read_behavior
from sandbox.corpora import CORPORA, load_corpus
from sandbox.errors import SandboxError
from sandbox.lifeline import end_with_starter
from sandbox.server import Settings, serve
from sandbox.world import World


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A small web on loopback with known truth.")
    parser.add_argument(
        "--corpus", choices=CORPORA, required=True, help="what the web shows: drawn flowers, or a folder"
    )
    parser.add_argument(
        "--root", type=Path, required=True,
        help="photographs: the folder, laid out as Grocery Store is; herbarium: where the data set is drawn to",
    )  # fmt: skip
    parser.add_argument("--taxonomy", type=Path, help="photographs' targets and neighbors (default: ROOT/split.json)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the web and of the long tail")
    parser.add_argument("--port", type=int, default=8765, help="port on every address; 0 takes a free one")
    parser.add_argument("--hosts", type=int, default=50, choices=range(1, 255), metavar="1-254", help="image hosts")
    parser.add_argument(
        "--chat", default="{}", metavar="JSON",
        help="how the language model misbehaves, an object of ChatBehavior's fields such as "
        '{"busy": 0.1, "answers": "json"} (sandbox/chat_behavior.py; default: not at all)',
    )  # fmt: skip
    parser.add_argument("--ready-file", type=Path, help="file to write the base address to, once all answer")
    parser.add_argument(
        "--end-with-starter", action="store_true", help="end when standard input does: a pipe of whoever starts it"
    )
    parser.add_argument("command", nargs="*", help="behind `--`: a command to serve while it runs")
    arguments = parser.parse_args()
    if arguments.taxonomy and arguments.corpus != "photographs":
        parser.error(f"--taxonomy is for photographs; the {arguments.corpus} has its own")
    return arguments


def _say(text: str) -> None:
    sys.stdout.write(f"sandbox: {text}\n")
    sys.stdout.flush()


def _announce(base_url: str, world: World, ready_file: Path | None) -> None:
    _say(f"ready at {base_url}, {len(world.by_url):,} URLs, seed {world.seed}")
    if ready_file:
        partial = ready_file.with_suffix(".partial")
        try:
            partial.write_text(base_url)
            os.replace(partial, ready_file)  # a reader sees the whole address or no file
        except OSError as error:
            raise SandboxError(f"cannot write {ready_file}: {error.strerror}; give another --ready-file") from error


def main() -> int:
    """Serve what the command line asks for; what cannot be done is said in one line."""
    arguments = _arguments()
    if arguments.end_with_starter:
        end_with_starter()
    try:
        settings = Settings(arguments.seed, arguments.port, arguments.hosts, read_behavior(arguments.chat))
        corpus = load_corpus(arguments.corpus, arguments.root, arguments.seed, arguments.taxonomy, _say)
        return asyncio.run(
            serve(corpus, settings, lambda url, world: _announce(url, world, arguments.ready_file), arguments.command)
        )
    except SandboxError as error:
        sys.exit(f"sandbox: {error}")
    except KeyboardInterrupt:  # while the corpus is read; later a signal ends the server
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
