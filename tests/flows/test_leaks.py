"""The leak check between any two data sets: planted copies are found, whatever holds the pictures, and nothing else."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from html import unescape
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from rich.console import Console

from flows.leak_lines import show
from flows.leaks import leaks
from storage.errors import BadInput, TooMuchLost
from storage.filesystem import read_range
from storage.manifest import read_manifest, read_rows
from storage.pictures import digest_of
from storage.records import Cataloged, CopyKind, Embedded, Leak, Stage, StageRef
from tests.flows.conftest import World
from tests.vision.scenes import GROCERY, cropped, encoded, photographs, scene

PROJECT = Path(__file__).parents[2]
DONE: dict[str, Callable[[Image.Image], bytes]] = {
    "flip": lambda picture: encoded(ImageOps.mirror(picture), quality=95),
    "half": lambda picture: encoded(picture.resize((picture.width // 2, picture.height // 2))),
    "crop": lambda picture: encoded(cropped(picture, 0.08, 0.05, 0.02, 0.1)),
    "q30": lambda picture: encoded(picture, quality=30),
    "gray": lambda picture: encoded(picture.convert("L")),
}
Planted = set[tuple[str, str]]


def lay(root: Path, files: Mapping[str, bytes]) -> Path:
    """Files in a folder."""
    for key, data in files.items():
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(data)
    return root


def plant(pictures: Mapping[str, bytes], copied: list[str]) -> tuple[dict[str, bytes], Planted]:
    """Copies of these pictures in every form, and the pairs that are to be found."""
    files = {f"planted/{key}/same.jpg": pictures[key] for key in copied}
    for key in copied:
        picture = Image.open(io.BytesIO(pictures[key])).convert("RGB")
        files |= {f"planted/{key}/{how}.jpg": make(picture) for how, make in DONE.items()}
    return files, {(name, name.split("/")[1]) for name in files}


def check(a: Path, b: Path, root: Path) -> list[StageRef]:
    """The stages of a check by hashes alone."""
    return leaks(str(a), str(b), data_root=str(root))


def pairs(refs: list[StageRef]) -> Planted:
    """What the last stage found."""
    return {(row.a, row.b) for row in read_rows(refs[-1], Leak)}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Planted]:
    """A training and an evaluation set of drawn scenes, some of one in the other."""
    root = tmp_path_factory.mktemp("drawn")
    test = {f"{seed}.jpg": encoded(scene(seed), quality=95) for seed in range(10)}
    train = {f"own/{seed}.jpg": encoded(scene(seed)) for seed in range(20, 50)}
    planted, wanted = plant(test, ["1.jpg", "4.jpg", "8.jpg"])
    return lay(root / "train", {**train, **planted}), lay(root / "test", test), wanted


@pytest.fixture(scope="module")
def first(
    prefect_server: str, drawn: tuple[Path, Path, Planted], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[StageRef], Path]:
    """The check of the drawn sets, and the data root it was run in."""
    root = tmp_path_factory.mktemp("root")
    return check(drawn[0], drawn[1], root), root


def test_planted_copies_are_found_and_nothing_else(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted]
) -> None:
    """In every form; the stages come in order, and the last one counts the pairs."""
    refs, _ = first
    assert pairs(refs) == drawn[2]
    assert [ref.stage for ref in refs] == [Stage.CATALOG, Stage.EMBED, Stage.CATALOG, Stage.EMBED, Stage.LEAKS]
    assert refs[-1].count == len(drawn[2])
    same = {row.a for row in read_rows(refs[-1], Leak) if row.kind is CopyKind.SAME_BYTES}
    assert same == {a for a, _ in drawn[2] if a.endswith("/same.jpg")}


def test_a_second_run_executes_nothing(first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted]) -> None:
    """All is whole, and the references are the same."""
    again = check(drawn[0], drawn[1], first[1])
    assert again == first[0]
    assert all(ref.reused for ref in again)


def test_a_data_set_that_moved_is_only_listed_anew(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """Nothing is embedded or compared again, and the new catalog says where the bytes lie now."""
    moved = Path(shutil.copytree(drawn[0], tmp_path / "train"))
    refs = check(moved, drawn[1], first[1])
    assert [ref.stage for ref in refs if not ref.reused] == [Stage.CATALOG]
    assert {Path(row.path).is_relative_to(moved) for row in read_rows(refs[0], Cataloged)} == {True}


def test_a_tar_holds_the_same_pictures(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """Packed, the pictures have the same content, so that not even their hashes are taken again."""
    with tarfile.open(tmp_path / "train.tar", "w") as packed:
        packed.add(drawn[0], arcname=".")
    refs = check(tmp_path / "train.tar", drawn[1], first[1])
    assert refs[0].content == first[0][0].content
    assert refs[1].reused
    assert pairs(refs) == drawn[2]


def test_a_repacked_tar_is_listed_anew(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """Nothing else runs again, and every picture is where the catalog says it is by now."""
    path, keys = tmp_path / "test.tar", sorted(file.name for file in drawn[1].iterdir())
    for order in (keys, keys[::-1]):
        with tarfile.open(path, "w") as packed:
            for key in order:
                packed.add(drawn[1] / key, arcname=key)
        refs = check(drawn[0], path, first[1])
        for row in read_rows(refs[2], Cataloged):
            assert digest_of(read_range(row.path, row.offset, row.size)) == row.digest
    assert [ref.stage for ref in refs if not ref.reused] == [Stage.CATALOG]


def test_a_data_set_copied_whole_leaks_whole(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """The evaluation set under another path is no request for duplicates, though both hold the same."""
    copied = Path(shutil.copytree(drawn[1], tmp_path / "copied" / drawn[1].name))
    refs, own = check(copied, drawn[1], first[1]), check(drawn[1], drawn[1], first[1])
    keys = [path.name for path in drawn[1].iterdir()]
    assert refs[0].content == refs[2].content
    assert pairs(refs) == {(key, key) for key in keys}
    assert {row.kind for row in read_rows(refs[-1], Leak)} == {CopyKind.SAME_BYTES}
    assert refs[-1].key != own[-1].key
    console = Console(file=io.StringIO(), width=120)
    show((str(copied), str(drawn[1])), refs, "leaks.html", console)
    assert f"{len(keys)} pictures of b have a copy in a" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_data_set_by_two_names_is_one(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """A link leads to the same place, so that its duplicates are looked for."""
    (tmp_path / "link").symlink_to(drawn[0])
    assert check(tmp_path / "link", drawn[0], first[1]) == check(drawn[0], drawn[0], first[1])


def test_one_data_set_is_searched_for_duplicates(
    first: tuple[list[StageRef], Path], drawn: tuple[Path, Path, Planted]
) -> None:
    """The copies of one original are copies of each other, and no picture is one of itself."""
    found = pairs(check(drawn[0], drawn[0], first[1]))
    assert all(one != other for one, other in found)
    assert {key for pair in found for key in pair} == {a for a, _ in drawn[2]}
    assert all(Path(one).parent == Path(other).parent for one, other in found)
    assert pairs(check(drawn[1], drawn[1], first[1])) == set()


@pytest.mark.skipif(not GROCERY.is_dir(), reason="the Grocery Store Dataset is not beside the repository")
def test_planted_copies_of_photographs_are_found_and_nothing_else(prefect_server: str, tmp_path: Path) -> None:
    """Among photographs of the same shelves."""
    held = {f"{place}.jpg": path.read_bytes() for place, path in enumerate(photographs(40))}
    test = dict(list(held.items())[::2])
    planted, wanted = plant(test, ["0.jpg", "12.jpg", "30.jpg"])
    train = {**{key: data for key, data in held.items() if key not in test}, **planted}
    refs = check(lay(tmp_path / "train", train), lay(tmp_path / "test", test), tmp_path / "root")
    assert pairs(refs) == wanted


def test_a_recipe_brings_its_encoder(
    prefect_server: str, world: World, drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """Vectors nominate beside hashes, and the same pairs are found."""
    refs = leaks(str(drawn[0]), str(drawn[1]), world.recipe(tmp_path), data_root=str(tmp_path / "leaks"))
    assert pairs(refs) == drawn[2]
    assert (tmp_path / "leaks").is_dir()
    assert len(read_rows(refs[1], Embedded)) == refs[1].count > 0


def test_a_broken_tar_stops_the_check_by_name(
    prefect_server: str, drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """And so does a data set of which too much cannot be read, rather than pass for one without leaks."""
    lay(tmp_path, {"b.tar": b"no tar at all", "broken/a.jpg": b"no picture"})
    with pytest.raises(BadInput, match=r"b\.tar cannot be read as a tar"):
        check(drawn[1], tmp_path / "b.tar", tmp_path / "root")
    with pytest.raises(TooMuchLost, match="1 of 1 pictures cannot be read"):
        check(drawn[1], tmp_path / "broken", tmp_path / "root")


def test_a_hostile_name_is_printed_and_does_nothing(prefect_server: str, tmp_path: Path) -> None:
    """What moves the cursor is shown as unknown signs, what looks like markup as itself."""
    a = lay(tmp_path / "a", {"\x1b[2J[red]x.jpg": encoded(scene(1))})
    b = lay(tmp_path / "b", {"b.jpg": encoded(scene(1))})
    console = Console(file=io.StringIO(), width=120)
    show((str(a), str(b)), check(a, b, tmp_path / "root"), "leaks.html", console)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO
    assert "\N{REPLACEMENT CHARACTER}[2J[red]x.jpg" in text
    assert "\x1b" not in text


def _command(server: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PREFECT_API_URL": server, "COLUMNS": "120"}
    command = [sys.executable, "-m", "flows.leaks", *arguments]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True, text=True)


def test_the_command_says_what_it_found_and_writes_the_page(
    first: tuple[list[StageRef], Path], prefect_server: str, drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """Exit code 1 with leaks; the page names both of each pair, and shows them."""
    out = tmp_path / "leaks.html"
    root = str(first[1])
    run = _command(prefect_server, str(drawn[0]), str(drawn[1]), "--data-root", root, "--out", str(out))
    assert run.returncode == 1, run.stderr
    assert "no stage was executed" in run.stdout
    assert "3 pictures of b have a copy in a" in run.stdout
    assert "planted/1.jpg/same.jpg" in run.stdout
    page = unescape(out.read_text())
    assert all(f"<bdi>{a}</bdi>" in page and f"<bdi>{b}</bdi>" in page for a, b in drawn[2])
    assert page.count('src="data:image/jpeg;base64,') == 2 * len(drawn[2])
    (table,) = (line.removeprefix("all pairs: ") for line in run.stdout.splitlines() if line.startswith("all pairs: "))
    assert Path(table).is_file()
    assert read_manifest(first[0][-1].uri).tally == {"same_bytes": 3, "aligned": 15, "of_a": 18, "of_b": 3}


def test_the_command_tells_by_its_exit_code(
    first: tuple[list[StageRef], Path], prefect_server: str, drawn: tuple[Path, Path, Planted], tmp_path: Path
) -> None:
    """0 without leaks, 2 for what cannot be told, with the reason and no traceback."""
    own, out = str(drawn[0] / "own"), str(tmp_path / "leaks.html")
    clean = _command(prefect_server, own, str(drawn[1]), "--data-root", str(first[1]), "--out", out)
    assert clean.returncode == 0, clean.stderr
    assert clean.stdout.rstrip().endswith("no copies")
    assert "No copy was found." in Path(out).read_text()
    gone = _command(prefect_server, own, str(tmp_path / "gone"), "--data-root", str(first[1]), "--out", out)
    assert gone.returncode == 2
    assert "there is no data set" in gone.stderr
    assert "Traceback" not in gone.stderr
    broken = _command(prefect_server, own, own, "--data-root", "/dev/null/x", "--out", out)
    assert broken.returncode == 2, "1 would say that there are copies"
    assert "Traceback" in broken.stderr
    assert "NotADirectoryError" in broken.stderr
    loose = _command(prefect_server, own, own, "--score", "0.5")
    assert loose.returncode == 2
    assert "--score: Input should be greater than or equal to 0.93" in loose.stderr
