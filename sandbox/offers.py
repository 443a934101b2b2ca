"""How supplies appear on the web: a URL, a title, a license and a rank that tell nothing.

All of these are drawn without a look at what is served, so that only the pixels tell.
"""

import hashlib
import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.ledger import Truth
from sandbox.seeded import seeded
from sandbox.supply import Supply

TITLES = (
    "{name}",
    "{name} close up",
    "{name}, photographed in a shop",
    "A picture of {name}",
    "{name} on a shelf",
    "{name} {number:04}",
    "IMG_{number:04} {name}",
)
CREATORS = ("Ada Berg", "Bo Lind", "Cleo Marsh", "Dario Fonti", "Edda Holm", "Femi Ade", "Gus Vale", "Hana Ito")
PROVIDERS = ("flickr", "stocksnap", "wikimedia")


@dataclass(frozen=True, slots=True)
class License:
    """A license as Openverse names it."""

    code: str
    version: str
    url: str


LICENSES = (
    License("by", "2.0", "https://creativecommons.org/licenses/by/2.0/"),
    License("by-sa", "4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    License("cc0", "1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One served picture as a search shows it, and what it truly is."""

    identifier: str
    url: str
    landing_url: str
    title: str
    creator: str
    provider: str
    license: License
    supply: Supply

    @property
    def truth(self) -> Truth:
        """The ledger's row."""
        supply = self.supply
        changes = tuple(transform.change for transform in supply.transforms)
        original = supply.original
        return Truth(
            self.url, supply.neighbor, original.name, supply.kind, original.key, supply.split, changes, supply.failure
        )


def address_of(host: int) -> str:
    """The loopback address of an image host; hosts count from 0."""
    return f"127.0.1.{host + 1}"


def _offer(supply: Supply, identity: str, rng: random.Random, hosts: int, port: int) -> Offer:
    digest = hashlib.sha256(identity.encode()).hexdigest()
    site = f"http://{address_of(rng.randrange(hosts))}:{port}"
    return Offer(
        identifier=str(uuid.UUID(digest[:32])),
        url=f"{site}/p/{digest[32:56]}.jpg",
        landing_url=f"{site}/photo/{digest[32:56]}",
        title=rng.choice(TITLES).format(name=supply.neighbor, number=rng.randrange(10_000)),
        creator=rng.choice(CREATORS),
        provider=rng.choice(PROVIDERS),
        license=rng.choice(LICENSES),
        supply=supply,
    )


def publish(supplies: Iterable[Supply], seed: int | str, hosts: int, port: int) -> dict[str, list[Offer]]:
    """Every offer by neighbor class, best rank first; ranks are a shuffle, and only they name a URL."""
    by_neighbor: dict[str, list[Supply]] = {}
    for supply in supplies:
        by_neighbor.setdefault(supply.neighbor, []).append(supply)
    offers = {}
    for neighbor, found in by_neighbor.items():
        rng = seeded("offers", seed, neighbor)
        rng.shuffle(found)
        offers[neighbor] = [
            _offer(supply, f"{seed}/{neighbor}/{rank}", rng, hosts, port) for rank, supply in enumerate(found)
        ]
    return offers
