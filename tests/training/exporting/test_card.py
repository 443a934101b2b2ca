"""The model card: what strangers wrote stays text."""

import unicodedata

import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from storage.markdown import markdown
from storage.records import Calibration, Split, Stage
from training.config import Arm, TrainConfig
from training.exporting.card import CLASSES, Card, Scores, render
from training.exporting.lineage import Link
from training.exporting.plain import NotPlain
from training.exporting.sources import Added, Namer, Source
from vision.inputs import Input

EVIL = "a|b](http://x.example) <script>alert(1)</script> `c` **d**\n# e\u202e &lt; www.x.example \\"


def card(**changes: object) -> Card:
    """A card with something in every field."""
    shape = Input(32, False, 0.875, "bicubic", (0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
    fields: dict[str, object] = {
        "name": "small", "arm": Arm.SILENCED, "classes": ("red", "green"), "started": True,
        "weights_license": "apache-2.0", "encoder": "timm/test", "precision": "fp32",
        "shape": shape, "plain": None, "split": Split.TEST,
        "scores": (Scores("targets_only", (50.0, None, None, 25.0)), Scores("silenced", (60.0, None, None, 35.0))),
        "sizes": (2, 0, 0, 2), "calibration": (Calibration("silenced", Split.TEST, 0.0625, 1200),),
        "settings": TrainConfig(),
        "added": Added(2, 6, 1, (Source("openverse", "by", 4), Source("url_list", "", 2)), (Namer("gpt", 2, 1),)),
        "links": (Link(Stage.SHARD, (Stage.CRAWL, Stage.SELECT), "key", "content", 6, "today"),),
        "train": "0123", "version": "4567",
    }  # fmt: skip
    return Card(**{**fields, **changes})  # type: ignore[arg-type]


def rendered(text: str) -> str:
    """As HTML, by a renderer that has tables and lets raw HTML through, as the hub's may."""
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text.split("---\n", 2)[2]))


def shown(text: str) -> str:
    """A text on one line, without signs that show nothing."""
    return " ".join("".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text).split())


@given(st.text())
def test_a_text_is_shown_and_does_nothing(text: str) -> None:
    """In a paragraph that it shares, all that markdown makes of it is the text itself."""
    tokens = MarkdownIt("commonmark").enable("table").parse(f"x {markdown(text)} y")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    parts = tokens[1].children or []
    assert {part.type for part in parts} <= {"text", "text_special"}
    assert " ".join("".join(part.content for part in parts).split()) == shown(f"x {text} y")


def test_evil_names_break_nothing() -> None:
    """Of classes, sources, licenses, models, encoders, and reasons: the page has the tables and links of a good one."""
    added = Added(2, 6, 1, (Source(EVIL, EVIL, 4), Source("url_list", "", 2)), (Namer(EVIL, 2, 1),))
    evil = rendered(render(card(name=EVIL, classes=(EVIL, EVIL), added=added, weights_license=EVIL, encoder=EVIL)))
    good = rendered(render(card()))
    for mark in ("<table", "<tr", "<td", "<a ", "<h1", "<h2", "<ol", "<li", "<code", "<strong", "<script"):
        assert evil.count(mark) == good.count(mark), mark
    assert evil.count("&lt;script&gt;alert(1)") == 8
    front = yaml.safe_load(render(card(weights_license=EVIL)).split("---\n")[1])
    assert front["license"] == EVIL


def test_it_tells_what_it_was_given() -> None:
    """The gain's two rows, the calibration, sources with their licenses, and who named the categories."""
    text = render(card())
    assert "| targets_only | 50.0 |  |  | 25.0 |\n| silenced | 60.0 |  |  | 35.0 |\n" in text
    assert "Expected calibration error on test, of 1,200 pictures: 6.2%." in text
    assert "| openverse | by | 4 |\n| url\\_list | not told | 2 |\n" in text
    assert "2 of the categories were named by gpt, in answer to 1 prompts." in text
    assert "| shard | crawl, select | `key` | `content` | 6 |" in text
    assert "87.5% of the side" in text
    assert ("32 bits" in text, "computed in bf16" in render(card(precision="bf16"))) == (False, True)
    front = yaml.safe_load(text.split("---\n")[1])
    assert (front["license"], front["base_model"], "timm" in front["tags"]) == ("apache-2.0", "timm/test", True)
    assert rendered(text).count("<table>") == 3


def test_it_says_why_there_is_no_file_for_timm_and_what_was_not_added() -> None:
    """Of an arm of the targets alone, whose network is no model of timm's."""
    text = render(card(plain=NotPlain("it is of open_clip"), added=None))
    assert "There is no file for timm: it is of open\\_clip." in text
    assert "local-dir" not in text
    assert "No pictures of neighbor categories were trained on." in text
    assert yaml.safe_load(text.split("---\n")[1])["library_name"] == "onnx"


def test_a_network_trained_from_scratch_stands_upon_nobodys_weights() -> None:
    """No repository is named, and no license is asked of weights that were drawn."""
    text = render(card(started=False, weights_license="", encoder=""))
    assert "It starts from random weights." in text
    assert "License of the weights" not in text
    assert "base_model" not in text


def test_a_long_list_of_classes_is_cut() -> None:
    """All of them are in a file beside it."""
    text = render(card(classes=tuple(f"class {number}" for number in range(CLASSES + 5))))
    assert f"{CLASSES - 1}. class {CLASSES - 1}\n" in text
    assert "And 5 more, in `preprocess.json`." in text


def test_accuracies_without_a_test_split_are_those_of_validation() -> None:
    """And the card says so."""
    assert "on validation, since there is no test split" in render(card(split=Split.VAL))
