"""The laws of plan and quotas: every URL ends once, whatever the order in which anything arrives."""

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.records import Candidate, Crawled, FetchReason, Neighbor, Relation
from tasks.crawl import plan, quotas
from tasks.crawl.config import CrawlConfig
from tasks.crawl.licenses import LICENSES
from tests.tasks.crawl.world import offer, recipe

Fetch = Callable[[list[Candidate]], list[Crawled]]
NAMES = ("apple", "granny smith", "pear", "plum")
OFFERS = st.lists(
    st.builds(
        offer,
        st.builds("http://h{}.example/{}".format, st.integers(0, 3), st.integers(0, 12)),
        st.sampled_from(NAMES),
        st.integers(0, 6),
        st.sampled_from(["by", "cc0", "by-nc", ""]),
    ),
    max_size=40,
)


def neighbors(**shots: int) -> list[Neighbor]:
    """The categories that are offered something, some of them of rare classes."""
    return [
        Neighbor(name, (0,), Relation.SIBLING, (), "", None, "", "m", "p", shots=shots.get(name, 9)) for name in NAMES
    ]


def fake_fetch(due: list[Candidate]) -> list[Crawled]:
    """A web in which a third of the URLs fail, and some bring the same picture."""
    rows = []
    for candidate in due:
        luck = int(candidate.key, 16) % 9
        if luck < 3:
            rows.append(plan.rejected(candidate, FetchReason.TIMEOUT))
        else:
            rows.append(plan.fetched(candidate, f"digest {luck}", 10, 96, 96))
    return rows


def _fill(candidates: list[Candidate], config: CrawlConfig, fetch: Fetch) -> list[Crawled]:
    """The rounds as the flow runs them, without its partitions."""
    rows: list[Crawled] = []
    for _ in range(config.rounds):
        if not (due := quotas.next_round(neighbors(), candidates, rows, config)):
            break
        rows += fetch(due)
    return sorted(rows + quotas.leftovers(candidates, rows, config), key=lambda row: row.key)


@settings(max_examples=60, deadline=None)
@given(OFFERS, st.integers(1, 5), st.integers(1, 4), st.randoms())
def test_every_url_ends_once_in_any_order(
    offers: list[Candidate], per_category: int, rounds: int, chance: random.Random
) -> None:
    """Urls = fetched + rejected, one row each, sorted; and shuffling offers and answers changes nothing."""
    config = recipe(per_category=per_category, rounds=rounds)
    rows = _fill(plan.merge(offers), config, fake_fetch)
    assert [row.key for row in rows] == sorted({candidate.key for candidate in offers})
    assert all((row.digest is None) != (row.reason is None) for row in rows)

    def shuffled(due: list[Candidate]) -> list[Crawled]:
        return chance.sample(fake_fetch(due), len(due))

    assert _fill(plan.merge(chance.sample(offers, len(offers))), config, shuffled) == rows


@settings(max_examples=60, deadline=None)
@given(OFFERS, st.integers(1, 5), st.integers(1, 4))
def test_no_category_holds_more_than_its_share(offers: list[Candidate], per_category: int, rounds: int) -> None:
    """Further rounds take only what is still lacking."""
    rows = _fill(plan.merge(offers), recipe(per_category=per_category, rounds=rounds), fake_fetch)
    for neighbor in {row.neighbor for row in rows}:
        assert len({row.digest for row in rows if row.neighbor == neighbor and row.digest}) <= per_category


@given(OFFERS, st.integers(1, 8))
def test_a_host_belongs_to_one_partition(offers: list[Candidate], partitions: int) -> None:
    """The partitions hold every candidate once, and no host falls to two of them."""
    parts = plan.by_host(offers, partitions)
    assert sorted(c.key for part in parts for c in part) == sorted(c.key for c in offers)
    hosts = [host for part in parts for host in {plan.host_asked(candidate) for candidate in part}]
    assert len(hosts) == len(set(hosts))


def test_a_redirect_falls_to_the_partition_of_its_new_host() -> None:
    """Whoever keeps the pace of a host asks for what others redirect there."""
    there, here = offer("http://there.example/1"), offer("http://here.example/1")
    moved = plan.redirected(here, "http://there.example/2", 1)
    parts = plan.by_host([there, moved], 64)
    assert [part for part in parts if part] == [[there, moved]]
    assert plan.rejected(moved, FetchReason.TIMEOUT) == plan.rejected(here, FetchReason.TIMEOUT)


def test_the_best_rank_wins_and_then_the_name() -> None:
    """A URL that two categories found belongs to the one that ranked it higher."""
    url = "http://example.org/a.jpg"
    assert plan.merge([offer(url, "pear", 2), offer(url, "plum", 1)])[0].neighbor == "plum"
    assert plan.merge([offer(url, "plum", 1), offer(url, "pear", 1)])[0].neighbor == "pear"


@settings(max_examples=50, deadline=None)
@given(
    stated=st.lists(st.sampled_from(["by", "by-nc", "cc0", "all rights reserved", ""]), min_size=1, max_size=4),
    ranks=st.permutations(range(4)),
)
def test_offers_of_one_url_that_state_different_licenses_allow_none(stated: list[str], ranks: list[int]) -> None:
    """As within one source: whoever grants less may be right; an offer that states nothing contradicts nobody."""
    url = "http://example.org/a.jpg"
    offers = [offer(url, rank=rank, license_id=license_id) for license_id, rank in zip(stated, ranks, strict=False)]
    [merged] = plan.merge(offers)
    best = min(offers, key=lambda one: one.rank)
    different = {license_id for license_id in stated if license_id}
    assert merged.license == best.license if len(different) < 2 else merged.license not in LICENSES
    assert merged.rank == best.rank


def test_the_license_gate() -> None:
    """Only listed licenses are fetched; an unknown one only where the recipe says so."""
    offers = [offer(f"http://example.org/{name}", license_id=name) for name in ("by", "by-nc", "")]
    fetched: list[str] = []

    def fetch(due: list[Candidate]) -> list[Crawled]:
        fetched.extend(candidate.license for candidate in due)
        return [plan.fetched(candidate, candidate.key, 10, 96, 96) for candidate in due]

    rows = _fill(plan.merge(offers), recipe(licenses=["by"]), fetch)
    assert fetched == ["by"]
    assert {row.license: (row.reason, row.detail) for row in rows if row.reason} == {
        "by-nc": (FetchReason.BAD_LICENSE, "by-nc"),
        "": (FetchReason.BAD_LICENSE, "unknown"),
    }
    _fill(plan.merge(offers), recipe(licenses=["by"], allow_unknown_license=True), fetch)
    assert sorted(fetched) == ["", "by", "by"]


def test_top_ranked_first_then_the_next_ones_where_a_category_is_short() -> None:
    """The first round asks for the best ranked; each further one for what failed before, and the rest is budget."""
    offers = [offer(f"http://example.org/{rank}", rank=rank) for rank in range(6)]
    asked: list[list[int]] = []

    def fetch(due: list[Candidate]) -> list[Crawled]:
        asked.append([candidate.rank for candidate in due])
        return [
            plan.rejected(candidate, FetchReason.TIMEOUT)
            if candidate.rank in (1, 2)
            else plan.fetched(candidate, candidate.key, 10, 96, 96)
            for candidate in due
        ]

    rows = _fill(plan.merge(offers), recipe(per_category=2, rounds=3), fetch)
    assert asked == [[0, 1], [2], [3]]
    assert sorted(row.rank for row in rows if row.reason is FetchReason.OVER_BUDGET) == [4, 5]


def test_the_same_picture_under_two_urls_counts_once() -> None:
    """A category that two copies filled is still short of one."""
    offers = [offer(f"http://example.org/{rank}", rank=rank) for rank in range(3)]
    rows = [plan.fetched(candidate, "the same", 10, 96, 96) for candidate in offers[:2]]
    assert quotas.next_round(neighbors(), offers, rows, recipe(per_category=2)) == offers[2:]


@settings(max_examples=60, deadline=None)
@given(OFFERS, st.integers(1, 6), st.integers(1, 20), st.integers(1, 4))
def test_the_budget_of_pictures_is_never_passed(
    offers: list[Candidate], per_category: int, pictures: int, rounds: int
) -> None:
    """However many categories lack something, and over all rounds."""
    config = recipe(per_category=per_category, rounds=rounds, budget={"pictures": pictures})
    rows = _fill(plan.merge(offers), config, fake_fetch)
    assert sum(len(held) for held in quotas.held_by(rows).values()) <= pictures


def test_the_rarest_classes_are_served_first() -> None:
    """Where the budget ends early, it is the frequent classes that go short."""
    offers = [offer(f"http://example.org/{name}/{rank}", name, rank) for name in NAMES for rank in range(3)]
    config = recipe(per_category=3, budget={"pictures": 4})
    due = quotas.next_round(neighbors(plum=1, pear=2), offers, [], config)
    assert [(candidate.neighbor, candidate.rank) for candidate in due] == [
        ("plum", 0), ("plum", 1), ("plum", 2), ("pear", 0),
    ]  # fmt: skip


def test_a_budget_of_bytes_is_shared_out_by_the_size_of_what_came() -> None:
    """Before anything is known a picture weighs what the recipe says, then what those held weigh."""
    offers = [offer(f"http://example.org/{rank}", rank=rank) for rank in range(9)]
    config = recipe(per_category=9, budget={"bytes": 100, "picture_bytes": 50})
    first = quotas.next_round(neighbors(), offers, [], config)
    assert [candidate.rank for candidate in first] == [0, 1]
    rows = [plan.fetched(candidate, candidate.key, 20, 96, 96) for candidate in first]
    assert [candidate.rank for candidate in quotas.next_round(neighbors(), offers, rows, config)] == [2, 3, 4]


def test_only_categories_that_cannot_fill_up_are_short() -> None:
    """Untried candidates of an allowed license count; those tried in vain do not."""
    offers = [offer(f"http://example.org/{rank}", "plum", rank) for rank in range(3)]
    offers.append(offer("http://example.org/other", "pear", 0, "by-nc"))
    failed = [plan.rejected(offers[0], FetchReason.TIMEOUT)]
    one, two = (recipe(per_category=count) for count in (1, 2))
    assert [row.name for row in quotas.short(neighbors(), offers, [], one)] == ["apple", "granny smith", "pear"]
    assert [row.name for row in quotas.short(neighbors(), offers, failed, two)] == ["apple", "granny smith", "pear"]
    assert "plum" in {row.name for row in quotas.short(neighbors(), offers, failed, recipe(per_category=3))}


def test_a_host_that_went_on_throttling_is_left_out_of_later_rounds() -> None:
    """Its other URLs say why; a host with one failing URL is asked on."""
    offers = [offer(f"http://{host}.example/{rank}", rank=rank) for host in ("busy", "broken") for rank in range(2)]
    done = [
        plan.rejected(offers[0], FetchReason.THROTTLED, "429"), plan.rejected(offers[2], FetchReason.BAD_STATUS, "503"),
    ]  # fmt: skip
    assert quotas.next_round(neighbors(), offers, done, recipe()) == [offers[3]]
    assert {row.url: row.reason for row in quotas.leftovers(offers, done, recipe())} == {
        offers[1].url: FetchReason.THROTTLED,
        offers[3].url: FetchReason.OVER_BUDGET,
    }
