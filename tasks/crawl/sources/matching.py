"""Which rows of a table answer which queries: those of a neighbor's category, else those whose caption says it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.crawl.sources.ask import Ask

Rows = np.ndarray[Any, np.dtype[np.int64]]

_NONE = -1


def _lower(texts: Any) -> Any:
    return pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))


def _folded(texts: Any) -> Any:
    return pc.replace_substring_regex(_lower(texts), r"[\s_-]+", "")


def _words(texts: Any) -> Any:
    """Runs of letters, marks and digits."""
    return pc.split_pattern_regex(_lower(texts), r"[^\pL\pM\pN]+")


def _grouped(found: Any, rows: Rows) -> dict[int, Rows]:
    """The rows, each once and in order, by the place of what was found in them; `rows` ascend."""
    if not len(rows):
        return {}
    places = pc.fill_null(found, _NONE).to_numpy(zero_copy_only=False)
    order = np.argsort(places, kind="stable")
    keys, starts = np.unique(places[order], return_index=True)
    groups = zip(keys.tolist(), np.split(rows[order], starts[1:]), strict=True)
    return {key: np.unique(group) for key, group in groups if key != _NONE}


class Matcher:
    """Says which rows answer which of many asks, all in one look at a batch.

    A row that states a category answers for that category and for no other, whatever its caption says. Case, space,
    underscores and hyphens of a category do not matter; a caption must hold all words of the query as whole words.
    """

    def __init__(self, asks: Sequence[Ask]) -> None:
        names = _folded(pa.array([ask.neighbor for ask in asks], pa.string()))
        queries = _words(pa.array([ask.text for ask in asks], pa.string())).to_pylist()
        self._categories = pc.unique(names)
        self._vocabulary = pa.array(sorted({word for words in queries for word in words if word}), pa.string())
        self._category = pc.index_in(names, self._categories).to_pylist()
        place = {word: number for number, word in enumerate(self._vocabulary.to_pylist())}
        self._words = [sorted({place[word] for word in words if word}) for words in queries]

    def _said(self, captions: Any, rows: Rows) -> dict[int, Rows]:
        words = _words(captions)
        found = pc.index_in(pc.list_flatten(words), self._vocabulary)
        return _grouped(found, rows[pc.list_parent_indices(words).to_numpy()])

    def matches(self, categories: Any, captions: Any) -> Iterator[tuple[int, Rows]]:
        """The index of each ask that a row answers, and its rows in order; columns of strings without nulls."""
        folded = _folded(categories)
        unstated, rows = pc.equal(folded, ""), np.arange(len(categories))
        silent = unstated.to_numpy(zero_copy_only=False).astype(bool)
        own = _grouped(pc.index_in(folded.filter(pc.invert(unstated)), self._categories), rows[~silent])
        said = self._said(captions.filter(unstated), rows[silent])
        for index, (category, words) in enumerate(zip(self._category, self._words, strict=True)):
            parts = [own[category]] if category in own else []
            if words and all(word in said for word in words):
                parts.append(_in_all([said[word] for word in words]))
            if found := [part for part in parts if len(part)]:
                yield index, np.sort(np.concatenate(found))


def _in_all(groups: Sequence[Rows]) -> Rows:
    first, *others = sorted(groups, key=len)
    for other in others:
        first = np.intersect1d(first, other, assume_unique=True)
    return first
