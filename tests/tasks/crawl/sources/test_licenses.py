"""License ids: every spelling of a license becomes its id, and nothing becomes freer than it is."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.crawl.config import CrawlConfig
from tasks.crawl.licenses import LICENSES, agreed, license_of
from tasks.crawl.sources.local import Local
from tests.tasks.crawl.world import recipe

CC = ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")
PATHS = {one: f"licenses/{one}" for one in (*CC, "sampling+", "nc-sampling+")}
PATHS |= {"cc0": "publicdomain/zero", "pdm": "publicdomain/mark"}
WORDS = ("cc", "by", "sa", "4.0", "Attribution", "ShareAlike", "license", "creative commons", "CC0", "public domain")


@given(st.text())
@example("CC BY-NC 4.0")
@example("İ ẞ")
@example("licence art libre license")
def test_an_id_is_its_own_text(text: str) -> None:
    """Reading twice is reading once; text is never empty where something was said, and empty where nothing was."""
    once = license_of(text)
    assert license_of(once) == once
    assert bool(once) == bool(text.strip())


@given(
    license_id=st.sampled_from(sorted(PATHS)),
    scheme=st.sampled_from(["https://", "http://", "//", ""]),
    host=st.sampled_from(["creativecommons.org", "www.creativecommons.org", "CreativeCommons.org"]),
    version=st.sampled_from(["", "/", "/1.0", "/1.0/", "/2.0/", "/2.5/it/", "/3.0/us/deed.en", "/4.0/legalcode"]),
    rest=st.sampled_from(["", "?ref=openverse", "#deed"]),
)
def test_every_url_of_creative_commons_is_its_license(
    license_id: str, scheme: str, host: str, version: str, rest: str
) -> None:
    """Of any version, country, page, scheme and spelling."""
    host = host if scheme else host.removeprefix("www.")
    assert license_of(f"{scheme}{host}/{PATHS[license_id]}{version}{rest}") == license_id


@pytest.mark.parametrize(
    ("text", "license_id"),
    [
        ("cc-by", "by"), ("CC BY-SA 4.0", "by-sa"), ("CC_BY_NC_4_0", "by-nc"), ("cc-by-sa-3.0-de", "by-sa"),
        ("CC BY 3.0 igo", "by"), ("Creative Commons Attribution 4.0 International", "by"),
        ("Attribution License", "by"), ("CC BY 4.0 NC", "by-nc"),
        ("Attribution-NonCommercial-ShareAlike License", "by-nc-sa"), ("Attribution-NoDerivs License", "by-nd"),
        ("Creative Commons Attribution-Non-Commercial-No Derivatives", "by-nc-nd"), ("CC0", "cc0"), ("cc-zero", "cc0"),
        ("CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "cc0"), ("Public Domain Dedication (CC0)", "cc0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/legalcode", "cc0"), ("Public domain", "pdm"),
        ("PDM-owner", "pdm"), ("Public Domain Mark 1.0", "pdm"), ("pd", "pdm"), ("PDM", "pdm"),
        ("https://creativecommons.org/licenses/publicdomain/", "pdm"), ("GFDL", "gfdl"), ("GFDL 1.2 or later", "gfdl"),
        ("GNU Free Documentation License", "gfdl"), ("https://www.gnu.org/licenses/fdl-1.3.html", "gfdl"),
        ("https://www.gnu.org/copyleft/fdl.html", "gfdl"), ("FAL", "fal"), ("Free Art License 1.3", "fal"),
        ("http://artlibre.org/licence/lal/en", "fal"), ("OGL 3", "ogl"), ("Open Government Licence v3.0", "ogl"),
        ("http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "ogl"),
        ("https://creativecommons.org/licenses/by-nd-nc/1.0/", "by-nc-nd"), ("", ""), ("  ", ""), ("by 4.0", "by"),
        ("https://creativecommons.org/licenses/by/2.5/scotland/", "by"), ("BY NC", "by-nc"), ("ogl3", "ogl"),
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.zh_TW", "by-sa"), ("CC BY-SA v3.0", "by-sa"),
    ],
)  # fmt: skip
def test_what_sources_say(text: str, license_id: str) -> None:
    """The spellings of the sources' documentation."""
    assert license_of(text) == license_id


@pytest.mark.parametrize(
    "text",
    [
        "all rights reserved", "no known copyright restrictions", "united states government work", "cc", "license",
        "cc by, but not for commercial use", "not cc by", "by permission of the museum", "attribution", "commercial",
        "https://example.org/?u=creativecommons.org/licenses/by/4.0/", "creativecommons.org.example.org/licenses/by/",
        "https://creativecommons.org/licenses/by-xx/4.0/", "https://creativecommons.org/licenses/sampling/1.0/",
        "cc by-n\u0441", "by-nd-sa", "nc", "cc sa", "cc0 by", "gfdl cc by-sa", "copyrighted free use", "4.0", "de",
        "licensed by owner", "by owner", "license by", "zero", "by 2020", "owner", "cc licensed by owner",
        "http://creativecommons.org/licenses/by/3.0/ | http://creativecommons.org/licenses/by-nc/3.0/",
        "creativecommons.org/licenses/by/4.0/nc", "creativecommons.org/licenses/by/4.0/no-derivatives",
        "https://creativecommons.org/publicdomain/zero/1.0/%20for%20press", "www.gnu.org/copyleft/fdl.html, press only",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_stated_all_the_same(text: str) -> None:
    """It stays its own text, which no allow list has."""
    assert license_of(text) == text
    assert text not in LICENSES


def _restrictions(license_id: str) -> set[str]:
    return {"nc", "nd"} & set(license_id.split("-"))


@given(
    before=st.lists(st.sampled_from(WORDS), max_size=4),
    restriction=st.sampled_from(["NC", "ND", "NonCommercial", "Non-Commercial", "NoDerivs", "No Derivatives", "no nc"]),
    after=st.lists(st.sampled_from(WORDS), max_size=4),
    between=st.sampled_from([" ", "-", "_", ", ", " / "]),
)
def test_a_restriction_is_never_lost(before: list[str], restriction: str, after: list[str], between: str) -> None:
    """Whatever stands around NonCommercial or NoDerivatives, no license without it comes out."""
    found = license_of(between.join([*before, restriction, *after]))
    kind = "nc" if "c" in restriction.lower().replace("licen", "") and "deriv" not in restriction.lower() else "nd"
    assert found not in LICENSES or kind in _restrictions(found)


@given(st.sampled_from(CC), st.text(min_size=1, max_size=12))
def test_a_word_that_is_not_understood_spoils_the_license(license_id: str, word: str) -> None:
    """Behind a license may stand what takes it back: then the license found has all its restrictions, or is none."""
    found = license_of(f"cc {license_id} {word}")
    assert found not in LICENSES or _restrictions(license_id) <= _restrictions(found)


@given(
    license_id=st.sampled_from(sorted(PATHS)),
    version=st.sampled_from(["", "/", "/4.0", "/4.0/", "/3.0/us/deed.en", "/4.0/legalcode?x=1", "/4.0/#deed"]),
    between=st.sampled_from([" ", "; ", ";", ", ", ",", " | ", "|", "\n", "\t", " - ", " ("]),
    rest=st.text(min_size=1, max_size=20).filter(str.strip)
    | st.sampled_from(["NC", "for noncommercial use only", "not for commercial use", "http://example.org/by-nc/"]),
)
def test_what_stands_behind_a_url_spoils_it(license_id: str, version: str, between: str, rest: str) -> None:
    """It may take back what the URL grants: nothing that a list allows comes out."""
    assert license_of(f"https://creativecommons.org/{PATHS[license_id]}{version}{between}{rest}") not in LICENSES


@given(st.lists(st.sampled_from([*LICENSES, "", "odd license", "CC BY 4.0", "for press only"]), max_size=3))
def test_texts_that_differ_agree_on_nothing(texts: list[str]) -> None:
    """One id where all that say something name it, however they are ordered; else no id at all."""
    ids = {license_of(text) for text in texts if text}
    found = {agreed(*order) for order in itertools.permutations(texts)}
    if len(ids) == 1:
        assert found == ids
    else:
        assert not found & set(LICENSES)
    assert bool(agreed(*texts)) == any(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ("All rights reserved", "https://creativecommons.org/licenses/by/4.0/"),
        ("for editorial use only", "CC BY"),
        ("CC BY 4.0, not for commercial use", "https://creativecommons.org/licenses/by/4.0/"),
    ],
)
def test_a_text_that_is_not_understood_agrees_with_none(texts: tuple[str, str]) -> None:
    """It may take back what the other grants."""
    assert agreed(*texts) not in LICENSES
    assert texts[0].lower() in agreed(*texts)


def test_a_recipe_names_licenses_by_their_ids() -> None:
    """All ids may be allowed, and nothing else; so too for what a pool is under."""
    config: CrawlConfig = recipe(licenses=LICENSES)
    assert config.licenses == LICENSES
    with pytest.raises(ValidationError, match="CC-BY: no license id; they are by, "):
        recipe(licenses=["CC-BY"])
    with pytest.raises(ValidationError, match="mine: no license id; they are by, "):
        Local(root="pool", license="mine")
