"""Ask whichever provider the recipe names, and tell what its answer depends on."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from storage.errors import BadInput
from storage.records import TargetClass
from tasks.neighbors.allocation import allocate
from tasks.neighbors.config import NeighborsConfig
from tasks.neighbors.llm.config import LanguageModel
from tasks.neighbors.llm.generate import generate
from tasks.neighbors.llm.prompt import read_prompt
from tasks.neighbors.llm.store import Store
from tasks.neighbors.proposed import Proposed
from tasks.neighbors.providers import chance, dictionary, listed
from tasks.neighbors.providers.chance import ChanceNames
from tasks.neighbors.providers.listed import ListedNames
from tasks.neighbors.wordnet import WordNet, open_wordnet


def counts_of(classes: Sequence[TargetClass], config: NeighborsConfig) -> dict[int, int]:
    """How many names each class is to get, by label; BadInput where the bounds allow no such total."""
    rule = config.allocation
    shares = allocate([target.train for target in classes], rule)
    if rule.total is not None and sum(shares) != rule.total:
        raise BadInput(
            f"`neighbors.allocation.total` = {rule.total} cannot be kept: {len(classes)} classes with `least` = "
            f"{rule.least} and `most` = {rule.most} come to {sum(shares)} names",
            "change the total, or one of the two bounds",
        )
    return {target.label: share for target, share in zip(classes, shares, strict=True)}


def _dictionary(folder: str) -> WordNet:
    if wordnet := open_wordnet(folder):
        return wordnet
    raise BadInput(
        "there is no WordNet dictionary for `neighbors.provider`",
        "install one (Debian: wordnet-base), or give its folder in `neighbors.provider.dictionary`",
    )


def provider_digest(config: NeighborsConfig) -> str:
    """What the provider reads beside the recipe and the classes: a prompt, a file or a dictionary."""
    provider = config.provider
    if isinstance(provider, LanguageModel):
        return read_prompt(provider.prompt).content
    if isinstance(provider, ListedNames):
        listed.read_lines(provider.path)
        return hashlib.sha256(Path(provider.path).read_bytes()).hexdigest()[:16]
    if isinstance(provider, ChanceNames):
        return hashlib.sha256("\n".join(chance.pool(provider)).encode()).hexdigest()[:16]
    return _dictionary(provider.dictionary).digest


def propose(
    classes: Sequence[TargetClass],
    config: NeighborsConfig,
    store: Store,
    tell: Callable[[int], None] = lambda _: None,
) -> Proposed:
    """What the recipe's provider names for every class; `tell` is called with the number of classes done."""
    provider, counts = config.provider, counts_of(classes, config)
    if isinstance(provider, LanguageModel):
        return generate(classes, counts, provider, config.as_of, store, tell)
    if isinstance(provider, ListedNames):
        return listed.propose(classes, provider.path)
    if isinstance(provider, ChanceNames):
        return chance.propose(classes, counts, provider)
    return dictionary.propose(classes, counts, provider, _dictionary(provider.dictionary))
