"""The day as of which a run asks the sources of pictures: another day asks again, and fetches only what is new."""

from datetime import UTC, date

from prefect import runtime

from flows.recipe import Recipe

TODAY = "today"
AS_OF = rf"^({TODAY}|\d{{4}}-\d{{2}}-\d{{2}})?$"
"""What a day looks like, as a pattern; `a_day` knows the calendar too."""


def a_day(as_of: str) -> str:
    """The text itself where it is `today`, a date as YYYY-MM-DD, or empty; ValueError where it is none of them."""
    if as_of in ("", TODAY) or date.fromisoformat(as_of).isoformat() == as_of:
        return as_of
    raise ValueError(f"{as_of} is no date as YYYY-MM-DD")


def day_of(as_of: str) -> str:
    """The day, YYYY-MM-DD, or empty for the recipe's own.

    `today` is the day in UTC that the run was scheduled for: one that starts late, or is retried, asks as of the same.
    """
    return runtime.flow_run.scheduled_start_time.astimezone(UTC).date().isoformat() if as_of == TODAY else as_of


def dated(recipe: Recipe, as_of: str) -> Recipe:
    """The recipe as of a day. The language model is not asked again, for the same classes would get other names."""
    day = day_of(as_of)
    return recipe.model_copy(update={"crawl": recipe.crawl.model_copy(update={"as_of": day})}) if day else recipe
