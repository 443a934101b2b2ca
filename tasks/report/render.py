"""The report as one static page: no script, no network, every text from strangers escaped."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tasks.report.charts import chart
from tasks.report.page import GROUPS, Report

_HERE = Path(__file__).parent


def _policy(css: str) -> str:
    """A Content-Security-Policy that lets in this style sheet and inlined pictures, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render(report: Report) -> str:
    """The page as HTML; the same report is the same text."""
    css = (_HERE / "page.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("page.html.j2")
    return page.render(report=report, groups=GROUPS, css=css, policy=_policy(css), chart=chart(report))
