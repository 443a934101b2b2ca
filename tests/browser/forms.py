"""The page on which a deployment is run by hand: its fields, and what is sent when it is submitted."""

import re
from typing import Any, cast

from playwright.sync_api import Locator, Page, Response

BUSY, TRIES = 503, 5
"""What a server says whose SQLite is locked, and how often a form is submitted then."""


def opened(page: Page, form: str) -> None:
    """Go to a deployment's form and wait for its fields."""
    page.goto(form)
    page.get_by_role("tab", name="Path of a recipe").wait_for()


def field(within: Page | Locator, title: str) -> Locator:
    """A field with all that belongs to it, by the title that it shows; the first where sections have it too."""
    label = within.locator("label", has_text=re.compile(f"^{re.escape(title)}$")).filter(visible=True)
    return label.first.locator("xpath=ancestor::div[contains(concat(' ', @class, ' '), ' group ')][1]")


def chosen(of: Locator, value: str) -> None:
    """Choose a value of a field that offers a list of them."""
    of.locator("fieldset").first.get_by_role("button").first.click()
    of.page.get_by_role("option", name=value, exact=True).click()
    of.page.keyboard.press("Escape")  # a list of which several may be chosen stays open


def _answer(page: Page) -> Response:
    with page.expect_response(lambda response: response.url.endswith("/create_flow_run")) as answer:
        page.get_by_role("button", name="Submit").click()
    return answer.value


def submitted(page: Page) -> tuple[int, dict[str, Any]]:
    """Submit the form; the API's status, and the run that it made or what it says is wrong.

    Again where the server is busy with its own services, as people would.
    """
    answer, tries = _answer(page), 1
    while answer.status == BUSY and tries < TRIES:
        answer, tries = _answer(page), tries + 1
    return answer.status, cast("dict[str, Any]", answer.json())
