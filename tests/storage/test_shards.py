"""Shards are what WebDataset says they are, byte for byte the same each time."""

import json
from pathlib import Path

import webdataset
from hypothesis import given
from hypothesis import strategies as st

from storage.shards import Sample, pack, unpack

KEYS = st.text("0123456789abcdef", min_size=4, max_size=20)
SAMPLES = st.lists(
    st.builds(
        Sample, KEYS, st.just("jpg"), st.binary(min_size=1, max_size=2000), st.integers(0, 99),
        st.dictionaries(st.text("abc", min_size=1), st.text(max_size=9), max_size=3),
    ),
    unique_by=lambda s: s.key, max_size=6,
)  # fmt: skip


@given(SAMPLES)
def test_reading_gives_back_what_was_written(samples: list[Sample]) -> None:
    """unpack(pack(x)) = x, in key order."""
    assert list(unpack(pack(samples).tar)) == sorted(samples, key=lambda s: s.key)


@given(SAMPLES, st.randoms())
def test_the_same_samples_give_the_same_bytes(samples: list[Sample], random: object) -> None:
    """Neither the order of arrival nor the clock is in a shard."""
    mixed = samples.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis types its randoms as object
    assert pack(mixed).tar == pack(samples).tar


@given(SAMPLES)
def test_the_index_points_at_the_pictures(samples: list[Sample]) -> None:
    """A picture can be cut out of the tar by its offset and size."""
    packed = pack(samples)
    for sample in samples:
        offset, size = packed.places[sample.key]
        assert packed.tar[offset : offset + size] == sample.picture


def test_webdataset_reads_our_shards(tmp_path: Path) -> None:
    """Others read them with the webdataset package."""
    samples = [Sample(f"{n:04d}", "jpg", bytes([n]) * 700, n, {"license": "by"}) for n in range(3)]
    path = tmp_path / "shard-000000.tar"
    path.write_bytes(pack(samples).tar)
    read = list(webdataset.WebDataset(str(path), shardshuffle=False))
    assert [(s["__key__"], s["jpg"], int(s["cls"]), json.loads(s["json"])) for s in read] == [
        (s.key, s.picture, s.label, s.about) for s in samples
    ]
