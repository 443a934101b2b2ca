"""X-Robots-Tag, in the forms in which hosts write it."""

import pytest

from tasks.crawl.robots import opted_out


@pytest.mark.parametrize(
    ("tags", "directive"),
    [
        ([], None),
        (["all"], None),
        (["nofollow, nosnippet"], None),
        (["noai"], "noai"),
        (["NoImageAI"], "noimageai"),
        (["nofollow, noindex"], "noindex"),
        (["nofollow", "noimageindex"], "noimageindex"),
        (["noml"], "noml"),
        (["none"], "none"),
        (["googlebot: noindex"], None),
        (["category-extrapolation: noindex, nofollow"], "noindex"),
        (["*: noai"], "noai"),
        (["unavailable_after: 25 Jun 2030 15:00:00 PST, noai"], "noai"),
        (["noindex, unavailable_after: 25 Jun 2030 15:00:00 PST"], "noindex"),
    ],
)
def test_an_opt_out_counts_where_it_addresses_us(tags: list[str], directive: str | None) -> None:
    """Any of the five directives or `none`, for everyone or for our name."""
    assert opted_out(tags) == directive
