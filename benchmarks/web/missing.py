"""What the machine lacks for a benchmark, and how to get it."""


class Missing(Exception):
    """The benchmark cannot run here; its text says what is missing and what mends it."""


NOT_RUN = 2
"""The exit status of a benchmark that could not run, told apart from one that failed."""
