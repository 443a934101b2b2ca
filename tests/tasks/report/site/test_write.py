"""One static site: whole, quiet, the same every time, and safe with hostile text."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.manifest import File, open_stage
from storage.records import Accuracy, DropReason, ShardEntry, Split, Stage
from tasks.report.config import ReportConfig
from tasks.report.gather import Gathered, gather
from tasks.report.site.pictures import CHUNK
from tasks.report.site.write import render, write_site
from tests.tasks.report.site.html import Page
from tests.tasks.report.stages import PICTURES, Tables, crawled, decision, finish

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp"
BANNED = r"innerHTML|outerHTML|AdjacentHTML|document\.write|\beval\(|Function\(|fetch\(|XMLHttp|import\(|import "


def _gathered(root: Path, text: str = "A lime", trained: bool = True, pictures: int = 2) -> Gathered:
    fields = {"title": text, "creator": text, "license": text, "license_url": "https://l.example/1"}
    rows = [crawled(1, **fields), *(crawled(number, "d-broken", **fields) for number in range(2, pictures + 1))]
    accuracy = [
        Accuracy(arm, "all", share, 3, split)
        for arm, share in (("targets_only", 0.5), ("silenced", 0.6124))
        for split in (Split.VAL, Split.TEST)
    ]
    decisions = [decision(rows[0]), *(decision(row, DropReason.LEAK) for row in rows[1:])]
    packed = [ShardEntry(decisions[0].key, "d-green", "lime", 512, 100, "a/shard-000000.tar")]
    tables = Tables(rows, decisions, accuracy if trained else (), packed=packed)
    return gather(text, finish(str(root), tables), PICTURES.__getitem__, ReportConfig(thumbnail=32, note=text))


def _write(root: Path, gathered: Gathered) -> tuple[Path, list[File]]:
    folder = open_stage(str(root), Stage.REPORT, 1, None)
    return Path(folder.uri), write_site(folder, gathered)


def _data(path: Path) -> Any:
    """What a script hands to the page."""
    text = path.read_text()
    return json.loads("[" + text.partition("site.take(")[2].rpartition(");")[0] + "]")[1]


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Gathered:
    """A whole run."""
    return _gathered(tmp_path_factory.mktemp("run"))


def test_the_page_to_open_is_the_one_report_among_the_files(gathered: Gathered, tmp_path: Path) -> None:
    """It stands first and on top; everything is volatile, and lies where the page asks for it."""
    top, files = _write(tmp_path, gathered)
    attempt = files[0].name.partition("/")[0]
    assert files[0].name == f"{attempt}/training/index.html"
    assert [file.kind for file in files] == ["report", *["site"] * (len(files) - 1)]
    assert {file.content for file in files} == {""}
    page = Page((top / files[0].name).read_text())
    asked = [str(each.get("src") or each.get("href")) for tag in ("script", "link") for each in page.all(tag)]
    beside = {file.name.removeprefix(f"{attempt}/training/") for file in files}
    assert {name for name in asked if name != "data:,"} <= beside


def test_the_same_run_is_the_same_site(gathered: Gathered, tmp_path: Path) -> None:
    """Same input, same bytes."""
    both = [_write(tmp_path / name, gathered) for name in ("one", "two")]
    held = [[(top / file.name).read_bytes() for file in files] for top, files in both]
    assert held[0] == held[1]


def test_before_training_the_site_is_the_curations(tmp_path: Path) -> None:
    """It has a folder of its own, and no view and no data of a training."""
    top, files = _write(tmp_path / "out", _gathered(tmp_path, trained=False))
    assert files[0].name.endswith("/curation/index.html")
    assert not any("data/training.js" in file.name for file in files)
    page = Page((top / files[0].name).read_text())
    views = [str(view["id"]) for view in page.all("div") if view.get("class") == "view"]
    assert views == [f"view-{name}" for name in ("overview", "neighbors", "pictures", "thresholds", "lineage")]


def test_the_page_tells_the_run(gathered: Gathered) -> None:
    """Counts, reasons, accuracy and the gain are there without any script."""
    text = " ".join(Page(render(gathered)).text.split())
    for words in ("50.0 → 61.2", "+11.2", "1,234", "is target 1", "A lime"):
        assert words in text


def test_the_policy_lets_in_files_beside_the_page_alone(gathered: Gathered) -> None:
    """No inlined script or style, nothing from elsewhere, and no handler in the HTML."""
    page = Page(render(gathered))
    (policy,) = [
        str(meta["content"]) for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert all("src" in attributes for attributes in page.all("script"))
    assert not page.all("style")
    assert not any("style" in held or any(name.startswith("on") for name in held) for _, held in page.elements)


def test_no_script_of_ours_makes_html_of_text() -> None:
    """Nor runs any, nor asks for anything but the scripts beside it."""
    folder = Path(__file__).parents[4] / "tasks/report/site/static"
    scripts = sorted(folder.glob("*.js"))
    assert scripts
    for path in scripts:
        text = path.read_text()
        assert text.startswith('"use strict";'), path
        assert re.search(BANNED, text) is None, path


@settings(max_examples=25, deadline=None)
@given(
    text=st.sampled_from([HOSTILE, "{{ 7 * 7 }}", "</bdi></style><script>", "&lt;b&gt;", "' onload='x"])
    | st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=30)
)
def test_text_from_strangers_stays_text(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A title, note or license adds no element and no attribute to the page, and is shown as it is."""
    calm = Page(render(_gathered(tmp_path_factory.mktemp("calm"))))
    hostile = Page(render(_gathered(tmp_path_factory.mktemp("hostile"), text)))
    assert [(tag, sorted(attributes)) for tag, attributes in hostile.elements] == [
        (tag, sorted(attributes)) for tag, attributes in calm.elements
    ]
    assert text in hostile.text


def test_pictures_lie_in_chunks_in_the_order_of_the_columns(tmp_path: Path) -> None:
    """Every picture once, its card at the place that the page computes from its own."""
    gathered = _gathered(tmp_path, pictures=CHUNK + 3)
    top, files = _write(tmp_path / "out", gathered)
    site = (top / files[0].name).parent
    held = _data(site / "data/pictures.js")
    assert len(held["columns"]["key"]) == CHUNK + 3
    assert held["chunk"] == CHUNK
    cards = [card for number in range(2) for card in _data(site / f"pictures/{number:05d}.js")]
    assert [len(_data(site / f"pictures/{number:05d}.js")) for number in range(2)] == [CHUNK, 3]
    for key, card in zip(held["columns"]["key"], cards, strict=True):
        assert gathered.rows.crawled[key, "lime"].url == card["url"]
    assert (cards[0]["shard"], cards[0]["offset"], cards[0]["query"]) == ("a/shard-000000.tar", 512, "lime fruit")
    assert [card["shard"] for card in cards[1:]] == [""] * (CHUNK + 2)


def test_a_site_of_fewer_pictures_says_so(tmp_path: Path) -> None:
    """The recipe bounds what it holds; what was judged is counted all the same."""
    rows = [crawled(number) for number in range(8)]
    refs = finish(str(tmp_path), Tables(rows, [decision(row) for row in rows]))
    few = gather("few", refs, PICTURES.__getitem__, ReportConfig(pictures=3, thumbnail=32))
    top, files = _write(tmp_path / "out", few)
    site = (top / files[0].name).parent
    assert len(_data(site / "data/pictures.js")["columns"]["key"]) == 3
    assert {name: _data(site / "data/run.js")[name] for name in ("shown", "judged")} == {"shown": 3, "judged": 8}
    assert sum(_data(site / "data/histograms.js")["kept"][0]) == 8


def test_a_report_on_nothing_is_a_site(tmp_path: Path) -> None:
    """Before anything has run the page says so."""
    top, files = _write(tmp_path, gather("nothing", [], PICTURES.__getitem__, ReportConfig()))
    text = Page((top / files[0].name).read_text()).text
    assert "No stage has run" in text
    assert "No picture has been kept" in text
