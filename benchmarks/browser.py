"""The system's Chromium: where it is, and what it must be told here."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")

FLAGS = ["--no-sandbox"] if os.geteuid() == 0 else []
"""Chromium's own sandbox does not run as root."""


def installed() -> str | None:
    """The path of the browser, None where there is none on PATH."""
    return next(filter(None, map(shutil.which, NAMES)), None)
