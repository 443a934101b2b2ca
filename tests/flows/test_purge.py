"""Take-downs from the command line, and what the pipeline does after one."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from flows.pipeline import extrapolate
from flows.purge import main
from storage.manifest import open_stage, read_rows
from storage.picture_writer import PictureWriter
from storage.pictures import PictureStore
from storage.records import Candidate, Crawled, Decision, FetchReason, ShardEntry, Stage, StageRef
from tests.flows.conftest import World
from tests.storage.purged_root import digest, files, origin, picture, places, run, store, url

RECIPE = "recipes/demo.yaml"


@pytest.fixture
def root(tmp_path: Path) -> str:
    """A data root with every stage of a small run."""
    run(str(tmp_path))
    return str(tmp_path)


def purge(monkeypatch: pytest.MonkeyPatch, root: str, *arguments: str) -> int:
    """The exit code of the command."""
    monkeypatch.setattr(sys, "argv", ["purge", RECIPE, "--data-root", root, *arguments])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_it_says_what_goes_and_what_must_be_made_again(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The URLs, copies included; the stages, the shards by name, the command, and the models that stay."""
    store(root, {"g": "a"})
    assert purge(monkeypatch, root, "--url", url("a")) == 0
    said = capsys.readouterr().out
    assert f"taken down: {url('a')}" in said
    assert f"taken down, the same picture: {url('g')}" in said
    assert all(stage in said for stage in ("crawl", "embed", "select", "shard", "report"))
    assert "shard-x-00-of-02.tar" in said
    assert "shard-x-01-of-02.tar" not in said
    assert f"python -m flows.pipeline {RECIPE} --data-root {root}" in said
    assert "trained on it, and kept:" in said
    assert not places(root, "a")


def test_it_says_what_stays_written_and_which_file_of_a_pool_holds_it(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What sources offered names it, and a pool's own file is its owner's."""
    pooled = replace(origin("a"), url="file:///pool/0.tar#a.jpg")
    with PictureWriter(PictureStore(root)) as writer:
        writer.add(picture("a"), 4, 3, "JPEG", pooled)
    offer = Candidate(url("a"), "lime", "lime", 0, "openverse", "", "", "by", "", "")
    open_stage(root, Stage.CRAWL, 1, None).write_rows("search", [offer], Candidate)
    assert purge(monkeypatch, root, "--url", url("a")) == 0
    said = capsys.readouterr().out
    assert f"own pool holds it, and is kept; no run takes it from there again: {pooled.url}" in said
    assert "its URL, title or creator, and no picture, stay in what the crawl was offered:" in said
    [table] = [line.split(": ")[-1] for line in said.splitlines() if line.startswith("its URL")]
    assert Path(table).name == "search.Candidate.parquet"


def test_what_was_only_offered_is_said_to_be_no_more(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It matched, and nothing goes."""
    offer = Candidate(url("x"), "lime", "lime", 0, "openverse", "", "", "by", "", "")
    open_stage(root, Stage.CRAWL, 1, None).write_rows("search", [offer], Candidate)
    assert purge(monkeypatch, root, "--url", url("x")) == 0
    said = capsys.readouterr().out
    assert "it was offered, and no picture of it is held" in said
    assert "picture store:" not in said


def test_what_goes_on_suspicion_is_said(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing names the digest, and a tar without its index may hold it: no match, and no silence."""
    Path(root, "pictures", "killed.tar").write_bytes(picture("x"))
    assert purge(monkeypatch, root, "--digest", digest("x")) == 1
    said = capsys.readouterr().out
    assert "matches" in said
    assert "what cannot say that it does not hold it goes all the same:" in said
    assert "1 files that no index names go" in said


def test_a_dry_run_says_the_same_and_changes_nothing(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line for line, but for the first and the last."""
    before = files(root)
    assert purge(monkeypatch, root, "--creator", "EVE", "--dry-run") == 0
    dry = capsys.readouterr().out.splitlines()
    assert files(root) == before
    assert purge(monkeypatch, root, "--creator", "EVE") == 0
    wet = capsys.readouterr().out.splitlines()
    assert dry[1:] == wet[: len(dry) - 1]
    assert "dry run" in dry[0]


def test_once_more_is_no_error_and_says_so(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever asks twice is told that it was done."""
    purge(monkeypatch, root, "--digest", digest("d"))
    capsys.readouterr()
    assert purge(monkeypatch, root, "--digest", digest("d")) == 0
    assert "it was taken down before" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--url", "https://elsewhere.example/"), 1, "matches"),
        (("--digest", "beef"), 1, "is no SHA-256"),
        (("--creator", "  "), 1, "names no picture"),
        ((), 2, "say what to take down"),
    ],
)
def test_what_cannot_be_taken_down_is_said(
    root: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    """Nothing matched, or the request names nothing."""
    assert purge(monkeypatch, root, *arguments) == code
    told = capsys.readouterr()
    assert said in told.out + told.err


def test_it_needs_neither_prefect_nor_torch() -> None:
    """A take-down must not wait for a server."""
    code = "import flows.purge, sys; sys.exit(bool({'prefect', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _attempts(ref: StageRef) -> set[str]:
    return {path.name for path in Path(ref.uri).iterdir() if path.is_dir() and path.name != "parts"}


def test_the_pipeline_goes_on_without_it(
    prefect_server: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run says of its URLs that they were taken down, and judges every other picture anew.

    Verdicts may differ: the picture was itself a measure of its class, and near a bound that counts.
    """
    recipe = world.recipe(tmp_path)
    before = {ref.stage: ref for ref in extrapolate(recipe, Stage.SHARD)}
    fetched = {row.digest for row in read_rows(before[Stage.CRAWL], Crawled) if row.digest}
    gone = min(row.digest for row in read_rows(before[Stage.SHARD], ShardEntry))
    assert purge(monkeypatch, str(tmp_path), "--digest", gone) == 0
    after = {ref.stage: ref for ref in extrapolate(recipe, Stage.SHARD)}
    rows = [row for row in read_rows(after[Stage.CRAWL], Crawled) if row.reason is FetchReason.TAKEN_DOWN]
    assert rows
    assert not any(row.digest for row in rows)
    judged = list(read_rows(after[Stage.SELECT], Decision))
    assert {row.digest for row in judged} == fetched - {gone}
    packed = {row.digest for row in read_rows(after[Stage.SHARD], ShardEntry)}
    assert packed == {row.digest for row in judged if row.reason is None}
    assert after[Stage.CRAWL].uri == before[Stage.CRAWL].uri
    assert {ref.stage for ref in after.values() if ref.reused} >= {Stage.TARGETS, Stage.NEIGHBORS}
    assert len(_attempts(after[Stage.CRAWL])) == 2
