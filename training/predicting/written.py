"""Answers as rows of CSV or lines of JSON."""

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol, TextIO

from storage.filesystem import PARTIAL
from training.predicting.answers import Answer

Format = Literal["csv", "jsonl"]


class Write(Protocol):
    """Writes one answer."""

    def __call__(self, answer: Answer, /) -> None:
        """Append it."""


def columns(top: int) -> list[str]:
    """Of CSV: the best class first, and the next ones numbered from 2."""
    further = [name for place in range(2, top + 1) for name in (f"class_{place}", f"probability_{place}")]
    return ["path", "class", "probability", *further, "error"]


def _csv(sink: TextIO, top: int) -> Write:
    rows = csv.writer(sink, lineterminator="\n")
    rows.writerow(columns(top))

    def write(answer: Answer) -> None:
        cells = [cell for one in answer.likely for cell in (one.name, f"{one.probability:.6f}")]
        rows.writerow([answer.path, *cells, *[""] * (2 * (top - len(answer.likely))), answer.error])

    return write


def _jsonl(sink: TextIO) -> Write:
    def write(answer: Answer) -> None:
        best = answer.likely[0] if answer.likely else None
        line = {
            "path": answer.path,
            "class": best.name if best else None,
            "probability": best.probability if best else None,
            "top": [{"class": one.name, "probability": one.probability} for one in answer.likely],
            "error": answer.error or None,
        }
        sink.write(json.dumps(line) + "\n")  # in ASCII, so that a name of any bytes can be written

    return write


@contextmanager
def _appearing(path: Path) -> Iterator[TextIO]:
    """A file that has its name only when it is whole; bytes of names that are no UTF-8 are written as escapes."""
    partial = path.with_name(path.name + PARTIAL)
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as sink:
            yield sink
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_all(answers: Iterable[Answer], sink: TextIO, wanted: Format, top: int) -> tuple[int, int]:
    """Write answers as they come; how many there were, and how many of them are errors."""
    write, count, failed = _csv(sink, top) if wanted == "csv" else _jsonl(sink), 0, 0
    for answer in answers:
        write(answer)
        count, failed = count + 1, failed + bool(answer.error)
    return count, failed


def write_file(answers: Iterable[Answer], path: Path, top: int) -> tuple[int, int]:
    """The same to a file, whose ending says the format."""
    with _appearing(path) as sink:
        return write_all(answers, sink, "jsonl" if path.suffix == ".jsonl" else "csv", top)
