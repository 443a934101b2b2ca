"""Everything one sandbox serves and remembers, handed to its handlers by the application."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.chat_behavior import ChatBehavior
from sandbox.corpus import Corpus
from sandbox.meter import Meter
from sandbox.offers import Offer, publish
from sandbox.outage import Outage, Service
from sandbox.supply import draw_supplies, further_supplies


@dataclass(frozen=True, slots=True)
class World:
    """A corpus as it appears on the web, how its language model behaves, and what was asked for.

    `offers` are by neighbor class, best rank first; those `held_back` come when the web grows, the next one last.
    `requests` counts by URL, `meter` what the language model's endpoint did, `outages` what is down.
    `closing` is set when the server ends, so that answers which never come stop holding it up.
    """

    corpus: Corpus
    seed: int
    offers: dict[str, list[Offer]]
    held_back: dict[str, list[Offer]]
    by_url: dict[str, Offer]
    chat: ChatBehavior
    outages: dict[Service, Outage] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    meter: Meter = field(default_factory=Meter)
    closing: asyncio.Event = field(default_factory=asyncio.Event)


WORLD: web.AppKey[World] = web.AppKey("world", World)


def make_world(corpus: Corpus, seed: int, hosts: int, port: int, chat: ChatBehavior) -> World:
    """The web over a corpus, the same for the same corpus, seed, hosts and port."""
    offers = publish(draw_supplies(corpus.pools, seed), seed, hosts, port)
    held_back = publish(further_supplies(corpus.pools), f"{seed} held back", hosts, port)
    by_url = {offer.url: offer for found in offers.values() for offer in found}
    return World(corpus, seed, offers, held_back, by_url, chat)
