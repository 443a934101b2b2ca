"""Classify pictures with an exported classifier; needs no recipe, no torch and no GPU.

python -m training.predict FOLDER PATHS... [--out FILE.csv|FILE.jsonl] [--top 5]

Of a folder every picture below it is classified. What cannot be read is a row with a reason, and no failure.
"""

import argparse
import io
import os
import sys
from pathlib import Path

from storage.errors import BadInput, ExtrapolationError
from training.predicting.answers import answers, pictures
from training.predicting.classifier import open_classifier
from training.predicting.written import write_all, write_file

ENDINGS = (".csv", ".jsonl")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1, not {text!r}")
    return int(text)


def _file(text: str) -> Path:
    if not text.endswith(ENDINGS):
        raise argparse.ArgumentTypeError(f"a file that ends in {' or '.join(ENDINGS)}, not {text!r}")
    return Path(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.predict", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="what python -m training.export wrote")
    parser.add_argument("paths", nargs="+", help="pictures, and folders of pictures")
    parser.add_argument("--out", type=_file, help="a file of CSV or JSON lines, by its ending (default: CSV, printed)")
    parser.add_argument("--top", type=_at_least_one, default=5, help="classes told of each picture (default: 5)")
    return parser.parse_args()


def _predict(arguments: argparse.Namespace) -> None:
    classifier = open_classifier(arguments.folder)
    top = min(arguments.top, len(classifier.prepared.classes))
    told = answers(pictures(arguments.paths), classifier, top)
    if arguments.out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")  # a name may hold bytes that are no text
        count, failed = write_all(told, sys.stdout, "csv", top)
    else:
        try:
            count, failed = write_file(told, arguments.out, top)
        except OSError as error:
            raise BadInput(f"--out {arguments.out} cannot be written: {error.strerror}", "name another file") from error
    lost = f"; {failed:,} could not be read, their rows say why" if failed else ""
    sys.stderr.write(f"{count - failed:,} of {count:,} pictures classified{lost}\n")


def main() -> None:
    """Classify as the command line says; an error that stops it exits with 1, Ctrl-C with 130."""
    try:
        _predict(_arguments())
    except ExtrapolationError as error:
        sys.stderr.write(f"{type(error).__name__}\n{error}\n")
        sys.exit(1)
    except BrokenPipeError:  # who reads along has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: no file was written\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
