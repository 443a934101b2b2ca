"""Which rows of a table answer a query: those of the neighbor's category, else those whose caption says it."""

import re
import unicodedata
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tasks.crawl.sources.base import Ask

_NO_LETTER = r"[^\pL\pM\pN]"


def _words(text: str) -> list[str]:
    """Runs of letters, marks and digits."""
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()


def _lower(texts: Any) -> Any:
    return pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))


def _folded(texts: Any) -> Any:
    return pc.replace_substring_regex(_lower(texts), r"[\s_-]+", "")


def _says(captions: Any, query: str) -> Any:
    captions, words = _lower(captions), _words(_lower(pa.scalar(query)).as_py())
    found = pa.array([bool(words)] * len(captions), pa.bool_())
    for word in words:
        whole = f"(^|{_NO_LETTER}){re.escape(word)}($|{_NO_LETTER})"
        found = pc.and_(found, pc.match_substring_regex(captions, whole))
    return found


def matches(categories: Any, captions: Any, ask: Ask) -> Any:
    """Which rows answer, as an Arrow array of booleans; both columns hold strings and no nulls.

    A row that states a category answers for that category and for no other, whatever its caption says. Case, space,
    underscores and hyphens of a category do not matter; a caption must hold all words of the query as whole words.
    """
    folded = _folded(categories)
    own = pc.equal(folded, _folded(pa.scalar(ask.neighbor)))
    return pc.if_else(pc.equal(folded, ""), _says(captions, ask.text), own)
