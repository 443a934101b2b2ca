"""The page of a leak check: whole, quiet, and safe with hostile names."""

import re
from html import unescape

import pytest

from storage.records import CopyKind, Leak
from tasks.select.compare.config import CompareConfig
from tasks.select.compare.page import Side, galleries, render

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202egnp.jpg"
LEAKS = [
    Leak("a.jpg", "b.jpg", 1.0, CopyKind.SAME_BYTES),
    Leak(HOSTILE, "c.jpg", 0.9871, CopyKind.ALIGNED),
    Leak("d.jpg", "e.jpg", 0.98, CopyKind.ALIGNED),
]
A, B = Side("train", 1200, 3, 3), Side(HOSTILE, 40, 0, 2)


def page(shown: int = 200, leaks: list[Leak] = LEAKS, same: bool = False) -> str:
    """The page on some leaks; pictures are named after their keys, one cannot be shown."""
    groups = galleries(leaks, shown, lambda key: f"data:a-{key}", lambda key: "" if key == "e.jpg" else f"data:b-{key}")
    return render(A, A if same else B, same, CompareConfig(), groups)


def test_every_pair_is_shown_with_both_pictures_its_score_and_keys() -> None:
    """Those that have to be looked at first; a picture that cannot be shown says so."""
    text = unescape(page())
    for leak in LEAKS:
        assert f'<img src="data:a-{leak.a}"' in text
        assert f"<bdi>{leak.a}</bdi>" in text
        assert f"<bdi>{leak.b}</bdi>" in text
        assert f"<b>{leak.score:.3f}</b>" in text
    assert text.count("cannot be shown") == 1
    assert text.index("Aligned") < text.index("Same bytes")
    assert "1,200" in text


def test_no_name_becomes_markup_and_nothing_is_fetched() -> None:
    """What strangers named their files is text; the policy lets in inlined pictures and one style sheet."""
    text = page()
    assert "<script" not in text
    assert not re.search(r"<img src=x|https?://|@import|url\(", text)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert unescape(policy).startswith("default-src 'none'; img-src data:; style-src 'sha256-")


@pytest.mark.parametrize(("shown", "told"), [(1, "1 of 2 pairs"), (0, "0 of 2 pairs"), (9, "2 of 2 pairs")])
def test_a_page_holds_so_many_pairs_and_says_of_how_many(shown: int, told: str) -> None:
    """A page that no browser could open would help nobody."""
    text = page(shown)
    assert told in text
    assert text.count('src="data:a') == min(shown, 2) + min(shown, 1)


def test_without_leaks_it_says_so() -> None:
    """And one data set alone is told of as one."""
    assert "No copy was found." in page(leaks=[])
    assert "duplicates" in page(same=True)
    assert "leak check</h1>" not in page(same=True)
