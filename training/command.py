"""What every command of training's does with an error of ours, and with Ctrl-C."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from storage.errors import ExtrapolationError


@contextmanager
def explained(interrupted: str) -> Iterator[None]:
    """Exit with 1 and an error's own words where one of ours leaves the block, with 130 and `interrupted` on Ctrl-C."""
    try:
        yield
    except ExtrapolationError as error:
        said = f"{type(error).__name__}\n{error}"
        Console(stderr=True).print(said, markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write(f"\ninterrupted: {interrupted}\n")
        sys.exit(130)
