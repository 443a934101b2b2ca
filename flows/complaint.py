"""How an error that stops a command is told to who started it."""

from rich.console import Console

from storage.errors import ExtrapolationError


def complain(error: ExtrapolationError) -> None:
    """Say on standard error what went wrong and what mends it."""
    console = Console(stderr=True)
    console.print(f"[bold red]{type(error).__name__}[/]", highlight=False)
    console.print(str(error), markup=False, highlight=False, soft_wrap=True)
