"""A run's report as a folder of static files: a page, its scripts and styles, data, and pictures in chunks."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from storage.manifest import File, StageFolder
from tasks.report.gather import Gathered
from tasks.report.page import GROUPS
from tasks.report.site.accuracies import drawn
from tasks.report.site.histograms import Histogram, histograms
from tasks.report.site.nearness import least_margin
from tasks.report.site.pictures import found, in_chunks, whole
from tasks.report.site.scripts import columns, script

HERE = Path(__file__).parent

STYLES = ("static/page.css", "static/views.css")

SCRIPTS = (
    "vendor/echarts.min.js", "static/site.js", "static/parts.js", "static/charts.js", "static/marks.js",
    "static/cards.js", "static/pictures.js", "static/neighbors.js", "static/graph.js", "static/thresholds.js",
    "static/training.js", "static/lineage.js", "static/start.js",
)  # fmt: skip
"""In the order in which they are loaded; the data come before the last."""

LICENSES = (
    "vendor/LICENSE-echarts", "vendor/NOTICE-echarts", "vendor/LICENSE-d3", "vendor/LICENSE-zrender",
    "vendor/LICENSE-tslib",
)  # fmt: skip

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"
"""The page may run and be styled by the files beside it alone, and may ask for nothing; 'self' holds for files too."""


def render(gathered: Gathered) -> str:
    """The page as HTML, every text from strangers escaped; the same report is the same text."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "page"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("index.html.j2").render(
        report=gathered.report, training=gathered.report.training, groups=GROUPS, policy=POLICY,
        styles=[Path(one).name for one in STYLES], scripts=[Path(one).name for one in SCRIPTS],
    )  # fmt: skip


def _data(gathered: Gathered) -> Iterator[tuple[str, bytes]]:
    """The scripts that stand beside the page from the start."""
    report = gathered.report
    run = {
        "name": report.title, "shown": report.shown, "judged": report.kept + report.dropped,
        "least_margin": least_margin(gathered.rows.limits),
        "marks": [{"key": mark.key, "neighbor": mark.neighbor} for mark in gathered.marks],
    }  # fmt: skip
    yield "run", script("run", run)
    yield "names", script("names", gathered.names.data())
    yield "pictures", script("pictures", found(gathered.shown, gathered.rows))
    yield "histograms", script("histograms", columns(histograms(gathered.decisions), Histogram))
    if report.training:
        yield "training", script("training", drawn(report.training, gathered.classes))


def _portraits(gathered: Gathered) -> Iterator[list[str]]:
    """A training picture of every target class in the order of the names, by chunks."""
    return in_chunks(gathered.rows.album.portrait, gathered.labels)


def _files(gathered: Gathered) -> Iterator[tuple[str, bytes]]:
    for asset in (*STYLES, *SCRIPTS, *LICENSES):
        yield f"assets/{Path(asset).name}", (HERE / asset).read_bytes()
    for name, data in _data(gathered):
        yield f"data/{name}.js", data
    for number, cards in enumerate(in_chunks(partial(whole, gathered.rows), gathered.shown)):
        yield f"pictures/{number:05d}.js", script(f"pictures/{number:05d}", cards)
    for number, images in enumerate(_portraits(gathered)):
        yield f"targets/{number:05d}.js", script(f"targets/{number:05d}", images)


def write_site(folder: StageFolder, gathered: Gathered) -> list[File]:
    """Write the site below `curation/` or `training/`; the page to open comes first of its files, and is written last.

    All of it is volatile: it shows how long the stages took, which is no part of what they found.
    """
    top = gathered.report.kind
    beside = [folder.write_file(f"{top}/{name}", "site", data, volatile=True) for name, data in _files(gathered)]
    page = folder.write_file(f"{top}/index.html", "report", render(gathered).encode(), volatile=True)
    return [page, *beside]
