"""The pictures of the README and of docs/monitoring.md, taken from the real pages, in the project's folder.

    python -m docs.screenshots                 all of them
    python -m docs.screenshots --report        the README's two alone, of the demo that ran last (make demo)

The first starts a Prefect server of its own and runs the demo on it (minutes); everything but the pictures goes to a
temporary folder. Both need Chromium.
"""

import argparse
import io
import sys
import tempfile
from pathlib import Path

import yaml
from PIL import Image
from playwright.sync_api import Page

from flows.recipe import load_recipe
from storage.latest import recall
from storage.manifest import read_manifest
from storage.records import Stage
from tests.browser.chromium import visit
from tests.browser.finished import Finished, finished
from tests.browser.forms import field, opened
from tests.flows.postgres import free_port

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1280, 900
LARGEST = 150_000
"""Bytes of a picture."""

SETTLING = 3000
"""Milliseconds that a page has for its graph and its pictures."""


def _take(page: Page, name: str, height: int = HEIGHT, into: Path = HERE) -> None:
    """Save what the page shows, in as many colors as the size allows."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.wait_for_timeout(SETTLING)
    shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colors in (256, 128, 64, 32):
        out = io.BytesIO()
        shown.quantize(colors, dither=Image.Dither.NONE).save(out, "png", optimize=True)
        if out.tell() < LARGEST:
            break
    (into / f"{name}.png").write_bytes(out.getvalue())
    sys.stdout.write(f"{name}.png: {out.tell():,} bytes, {colors} colors\n")


def _artifact(ran: Finished, key: str) -> str:
    [found] = [one["id"] for one in ran.listed("artifacts") if one["key"] == key]
    return f"{ran.ui}/artifacts/artifact/{found}"


def _recipe(folder: Path, port: int) -> str:
    """The demo on a port of its own, so that a demo that is under way is left alone."""
    web = f"http://127.0.0.1:{port}"
    changed = {
        "base": str(HERE.parent / "recipes" / "demo.yaml"),
        "targets": {"root": str(folder / "herbarium")},
        "neighbors": {"provider": {"kind": "openai", "base_url": f"{web}/v1"}},
        "crawl": {"sources": [{"kind": "openverse", "base_url": web, "pause_seconds": 0}]},
    }
    path = folder / "demo.yaml"
    path.write_text(yaml.safe_dump(changed))
    return str(path)


def report_page(data_root: str, recipe: str) -> Path:
    """The page to open of a recipe's newest training report; BadInput where it has none."""
    written = recall(data_root, recipe, Stage.REPORT)
    [page] = [file for part in read_manifest(written.uri).parts for file in part.files if file.kind == "report"]
    return Path(written.uri, page.name).resolve()


def take_report(page: Path, into: Path = HERE) -> None:
    """The first screens of two views of a report, in light colors, as report-overview.png and report-pictures.png."""
    with visit(WIDTH, HEIGHT) as seen:
        for view in ("overview", "pictures"):
            seen.page.goto(f"{page.as_uri()}#{view}")
            _take(seen.page, f"report-{view}", into=into)


def _take_all(ran: Finished) -> None:
    take_report(report_page(ran.data_root, "demo"))
    with visit(WIDTH, HEIGHT) as seen:
        seen.page.goto(f"{ran.page('extrapolate demo')}?tab=SubflowRuns")
        _take(seen.page, "monitoring-run")
        seen.page.goto(_artifact(ran, "demo-contact-sheet"))
        _take(seen.page, "monitoring-contact-sheet")
        opened(seen.page, ran.form("pipeline"))
        field(seen.page, "Recipe").get_by_role("textbox").fill("recipes/demo.yaml")  # not the temporary one
        _take(seen.page, "monitoring-form", 1000)


def main() -> None:
    """Run the demo and take all pictures, or take those of the report of one that has run."""
    parser = argparse.ArgumentParser(
        prog="python -m docs.screenshots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="the report's alone, of the demo that ran last")
    if parser.parse_args().report:
        demo = load_recipe("recipes/demo.yaml")
        take_report(report_page(demo.data_root, demo.name))
        return
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        sandbox = [sys.executable, "-m", "sandbox", "--corpus", "herbarium", "--root", str(folder / "herbarium")]
        beside = [*sandbox, "--port", str(port), "--"]
        with finished(folder, _recipe(folder, port), ["pipeline"], beside) as ran:
            _take_all(ran)


if __name__ == "__main__":
    main()
