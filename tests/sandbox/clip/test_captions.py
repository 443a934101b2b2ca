import open_clip
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.clip.captions import byte_pairs, caption, words
from sandbox.clip.train import CONTEXT, FOLDER, MERGES
from sandbox.herbarium.objects import OBJECTS
from sandbox.herbarium.species import draw_species
from sandbox.seeded import seeded

WORDS = words(OBJECTS)


@pytest.fixture(scope="module")
def tokenizer() -> open_clip.SimpleTokenizer:
    """open_clip's own, over the shipped vocabulary."""
    return open_clip.SimpleTokenizer(bpe_path=str(FOLDER / MERGES), context_length=CONTEXT)


def test_every_word_is_one_token(tokenizer: open_clip.SimpleTokenizer) -> None:
    """The shipped merges spell every word of every caption whole."""
    assert all(len(tokenizer.encode(word)) == 1 for word in WORDS)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=200)
def test_captions_hold_known_words_alone(seed: int) -> None:
    """No caption has a word that the vocabulary lacks."""
    rng = seeded("caption", seed)
    assert set(caption(draw_species(rng), rng).replace(",", "").split()) <= set(WORDS)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=100)
def test_no_caption_is_cut_short(seed: int) -> None:
    """A text ends within the context, its end token told."""
    rng = seeded("caption", seed)
    held = open_clip.SimpleTokenizer(bpe_path=str(FOLDER / MERGES), context_length=CONTEXT)
    assert len(held.encode(caption(draw_species(rng), rng))) <= CONTEXT - 2


@given(st.lists(st.text("abc", min_size=1, max_size=6), max_size=6))
@settings(deadline=None)
def test_byte_pairs_join_every_word(some: list[str]) -> None:
    """Merged in their order, the pairs leave one piece a word."""
    merges = byte_pairs(some)
    for word in some:
        pieces = [*word[:-1], f"{word[-1]}</w>"]
        for left, right in merges:
            joined: list[str] = []
            for piece in pieces:
                joined = [*joined[:-1], left + right] if joined[-1:] == [left] and piece == right else [*joined, piece]
            pieces = joined
        assert pieces == [f"{word}</w>"]
