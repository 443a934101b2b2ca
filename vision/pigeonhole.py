"""The nearest of very many hashes within a few bits, all of them found for certain.

A hash of 64 bits is cut into four parts. Of two hashes that differ in at most RADIUS = 7 bits, some part differs in at
most one: so whatever is near lies in one of 4 x 17 buckets of a table, and only what lies there is compared.
Source of the idea: M. Norouzi, A. Punjani, D. Fleet, Fast search in Hamming space with multi-index hashing, 2012.
"""

import numpy as np

from vision.hamming import by_keeping
from vision.loader import cores, in_order

RADIUS = 7
"""Bits within which all are found. Of 2,000 copies of photographs none that a vector does not tell differs in more."""

_PARTS, _BITS = 4, 16
_FLIPS = np.append(0, 1 << np.arange(_BITS)).astype(np.uint16)  # a part as it is, and with each one bit changed
_BLOCK = 512  # queries at a time
_CROWDED = 0.04  # the share of all pairs from which it is quicker to compare all: where many hashes are nearly the same

_MOST = 1 << 22  # pairs looked at at a time: some 130 MB
_NONE = 64  # bits of a place that is none

_Found = tuple[np.ndarray, np.ndarray, np.ndarray]  # queries, places and bits of pairs, each [p]


class _Table:
    """Hashes by the bucket of one of their parts."""

    def __init__(self, numbers: np.ndarray, parts: np.ndarray) -> None:
        self.order = np.argsort(parts, kind="stable")
        self.numbers = numbers[self.order]
        self.edges = np.append(0, np.cumsum(np.bincount(parts, minlength=1 << _BITS)))

    def in_buckets(self, parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the hashes that each query's part leads to begin, and how many they are: both [n * 17]."""
        keys = (parts[:, None] ^ _FLIPS).ravel().astype(np.int64)
        return self.edges[keys], self.edges[keys + 1] - self.edges[keys]

    def near(self, numbers: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> _Found:
        """The pairs of these queries with what lies in their buckets, within RADIUS."""
        asked = np.repeat(np.arange(len(sizes)) // len(_FLIPS), sizes)
        at = np.repeat(starts - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(len(asked))
        bits = np.bitwise_count(numbers[asked] ^ self.numbers[at])
        near = bits <= RADIUS
        return asked[near], self.order[at[near]], bits[near]


def _parts(hashes: np.ndarray) -> np.ndarray:
    """Every fourth bit to the same part, so that bits which tell nearly the same are spread: uint16 [n, 4]."""
    bits = np.unpackbits(hashes, axis=1).reshape(len(hashes), _BITS, _PARTS).swapaxes(1, 2)
    parts: np.ndarray = np.packbits(bits.reshape(len(hashes), -1), axis=1).view(np.uint16)
    return parts


def _first(found: _Found, rows: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Of every query the first `count` pairs by bits, each once: places and bits [rows, count], -1 for none."""
    asked, at, bits = found
    order = np.lexsort((at, bits, asked))
    asked, at, bits = asked[order], at[order], bits[order]
    new = np.append(True, (asked[1:] != asked[:-1]) | (at[1:] != at[:-1]))[: len(asked)]  # near in several parts
    asked, at, bits = asked[new], at[new], bits[new]
    ranks = np.arange(len(asked)) - np.searchsorted(asked, asked)
    places, apart = np.full((rows, count), -1, np.int64), np.full((rows, count), _NONE, np.int32)
    kept = ranks < count
    places[asked[kept], ranks[kept]], apart[asked[kept], ranks[kept]] = at[kept], bits[kept]
    return places, apart


def _compared(queries: np.ndarray, held: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    bits, places = by_keeping(queries, held, count)
    near = bits <= RADIUS
    return np.where(near, places, -1), np.where(near, bits, _NONE)


def nearest_within(queries: np.ndarray, held: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Bits and places of the `count` nearest within RADIUS bits, both [n, count]; uint8 hashes [n, 8] and [m, 8].

    Where there are fewer, places are -1 and bits 64.
    """
    held = np.ascontiguousarray(held)
    numbers, parts = held.view(np.uint64).ravel(), _parts(held)
    tables = [_Table(numbers, parts[:, each]) for each in range(_PARTS)]

    def of(asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        looked_into = [table.in_buckets(each) for table, each in zip(tables, _parts(asked).T, strict=True)]
        pairs = sum(int(sizes.sum()) for _, sizes in looked_into)
        if pairs > _CROWDED * len(asked) * len(held):
            return _compared(asked, held, count)
        if pairs > _MOST and len(asked) > 1:
            halves = [of(np.ascontiguousarray(half)) for half in np.array_split(asked, 2)]
            return np.concatenate([one[0] for one in halves]), np.concatenate([one[1] for one in halves])
        own = asked.view(np.uint64).ravel()
        found = [table.near(own, *buckets) for table, buckets in zip(tables, looked_into, strict=True)]
        asked_at, at, bits = (np.concatenate(each) for each in zip(*found, strict=True))
        return _first((asked_at, at, bits), len(asked), count)

    blocks = (np.ascontiguousarray(queries[start : start + _BLOCK]) for start in range(0, len(queries), _BLOCK))
    places, bits = (np.concatenate(each) for each in zip(*in_order(of, blocks, cores(), 2 * cores()), strict=True))
    return bits, places
