"""The report's site in a browser: every view, hostile texts, keyboard and colors."""

from playwright.sync_api import expect

from tests.browser.chromium import Visit
from tests.browser.report_page import at, go
from tests.browser.report_page import reported as reported  # the fixture
from tests.browser.report_page import seen as seen  # the fixture
from tests.browser.report_rows import HOSTILE
from tests.browser.report_run import Reported

VIEWS = ("overview", "neighbors", "pictures", "thresholds", "training", "lineage")


def test_every_view_opens_and_names_itself(seen: Visit) -> None:
    """One is shown at a time, by its link, which says that it is the present one."""
    for view in VIEWS:
        go(seen.page, view.capitalize())
        assert seen.page.locator(".view:visible").get_attribute("id") == f"view-{view}"
        assert seen.page.locator("header nav a[aria-current=page]").count() == 1


def test_charts_are_drawn_under_the_policy(seen: Visit) -> None:
    """The thresholds' histograms, the training's three charts, and the graph, with a description each."""
    for view, charts in (("Thresholds", 4), ("Training", 3), ("Neighbors", 1)):
        go(seen.page, view)
        drawn = seen.page.locator(".view:visible :is(.chart, .graph)")
        assert drawn.count() == charts, view
        assert drawn.locator("svg path").count() > charts, view
        assert all(one.get_attribute("aria-label") for one in drawn.all()), view


def test_strangers_texts_are_shown_as_text(seen: Visit, reported: Reported) -> None:
    """A title, a creator and a name; an address that could run something is no link."""
    at(seen.page, "pictures")
    worst = next(
        place for place, one in enumerate(reported.gathered.shown)
        if reported.gathered.rows.crawled[one.key, one.neighbor].creator == HOSTILE
    )  # fmt: skip
    card = seen.page.locator(f"figure[data-place='{worst}']")
    card.scroll_into_view_if_needed()
    card.locator("figcaption").wait_for()
    assert HOSTILE in str(card.locator("figcaption").text_content())
    isolated = card.locator("bdi").all_text_contents()
    assert HOSTILE in isolated, "and keep the direction of their letters to themselves"
    assert card.locator("img").count() == 1
    links = card.locator("a").evaluate_all("all => all.map(one => one.protocol)")
    assert set(links) <= {"http:", "https:", "file:"}
    go(seen.page, "Neighbors")
    assert HOSTILE in str(seen.page.locator("#view-neighbors").text_content())


def test_a_picture_links_to_its_source_with_creator_and_license(seen: Visit) -> None:
    """In another tab, which learns nothing of this one."""
    at(seen.page, "pictures?show=kept&license=by")
    card = seen.page.locator("figure").filter(has_text="Ann").first
    source = card.locator("figcaption a[href^='https://p.example/']")
    assert (source.get_attribute("target"), source.get_attribute("rel")) == ("_blank", "noopener noreferrer")
    assert card.locator("figcaption a[href='https://license.example/']").inner_text() == "by"


def test_the_lineage_of_a_kept_picture_is_a_whole_chain(seen: Visit, reported: Reported) -> None:
    """From the prompt to the bytes in the shard."""
    one = next(one for one in reported.gathered.decisions if one.reason is None and one.neighbor == "neighbor 002")
    packed = reported.gathered.rows.packed[one.key, one.neighbor]
    go(seen.page, "Lineage")
    seen.page.get_by_label("Key").fill(one.key)
    seen.page.keyboard.press("Enter")
    chain = seen.page.locator("ol.chain")
    chain.wait_for()
    assert chain.locator("h3").all_inner_texts() == ["Prompt", "Name", "Query", "URL", "Hash", "Decision", "Shard"]
    said = chain.inner_text()
    for words in (
        "parrot", "prompt-1", "neighbor 002", "neighbor 002 photo", "openverse", one.digest, "kept",
        f"{packed.shard}, 400 bytes from byte {packed.offset:,}",
    ):  # fmt: skip
        assert words in said


def test_a_neighbors_own_thresholds_are_drawn(seen: Visit) -> None:
    """The histogram is then of its pictures alone."""
    go(seen.page, "Thresholds")
    assert "Bounds: least 0.200, most 0.850" in seen.page.locator("#view-thresholds").inner_text()
    seen.page.get_by_label("Neighbor").fill("neighbor 003")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#view-thresholds [role=status]")).to_contain_text("Over the pictures of this neighbor")
    assert seen.page.locator("#view-thresholds .chart svg").count() == 4


def test_the_page_is_used_by_keyboard(seen: Visit) -> None:
    """Tab reaches the views and shows where it is; a filter that is changed keeps the focus."""
    page = seen.page
    for _ in range(4):  # to the content, Overview, Neighbors, Pictures
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Pictures"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.get_by_label("Reason").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**reason=*")
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.get_by_label("Reason")).not_to_have_value("")


def test_a_filter_keeps_the_focus_though_a_view_that_was_left_has_one_of_its_name(seen: Visit) -> None:
    """Pictures and thresholds both ask for a neighbor, and the hidden view's field can take no focus."""
    go(seen.page, "Pictures")
    go(seen.page, "Thresholds")
    asked = seen.page.locator(".view:visible").get_by_label("Neighbor", exact=True)
    asked.fill("neighbor 003")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("#view-thresholds [role=status]")).to_contain_text("Over the pictures of this neighbor")
    expect(asked).to_be_focused()


def test_dark_is_as_the_reader_has_it(seen: Visit) -> None:
    """Colors follow, those of the charts too."""
    go(seen.page, "Thresholds")
    words = seen.page.locator(".view:visible .chart svg text").first
    expect(words).to_have_attribute("fill", "#626b79")
    expect(seen.page.locator("body")).to_have_css("background-color", "rgb(247, 247, 245)")
    seen.page.emulate_media(color_scheme="dark")
    expect(seen.page.locator("body")).to_have_css("background-color", "rgb(18, 21, 27)")
    expect(words).not_to_have_attribute("fill", "#626b79")
