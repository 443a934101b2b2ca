"""License ids, and how what any source says of a license becomes one."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator

LICENSES = (
    "by", "by-nc", "by-nc-nd", "by-nc-sa", "by-nd", "by-sa", "cc0", "fal", "gfdl", "nc-sampling+", "ogl", "pdm",
    "sampling+",
)  # fmt: skip
"""Every id that a recipe may allow: those of Creative Commons without its "cc-", and three other free licenses."""

_URLS = (
    (re.compile(r"creativecommons\.org/licenses/(?P<elements>[a-z+-]+)(/.*)?"), ""),
    (re.compile(r"creativecommons\.org/publicdomain/zero(/.*)?"), "cc0"),
    (re.compile(r"creativecommons\.org/publicdomain/mark(/.*)?"), "pdm"),
    (re.compile(r"gnu\.org/(copyleft/fdl|licenses/(old-licenses/)?fdl).*"), "gfdl"),
    (re.compile(r"artlibre\.org/licen[cs]e/lal(/.*)?"), "fal"),
    (re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence(/.*)?"), "ogl"),
)
_SCHEME = re.compile(r"(https?:)?//(www\.)?")
_PHRASES = (
    (re.compile(r"gnu free documentation licen[cs]e"), "gfdl"),
    (re.compile(r"free art licen[cs]e|licence art libre"), "fal"),
    (re.compile(r"open government licen[cs]e"), "ogl"),
    (re.compile(r"creative commons"), "cc"),
    (re.compile(r"non[ -]commercial"), "nc"),
    (re.compile(r"no[ -]deriv(ative)?s|no[ -]derivative works"), "nd"),
    (re.compile(r"share[ -]alike"), "sa"),
    (re.compile(r"(cc )?public domain dedication"), "pd"),
    (re.compile(r"public domain( mark| work)?|publicdomain"), "pd"),
    (re.compile(r"(?<=\d\.\d) (igo|(?!by|nc|nd|sa|pd)[a-z]{2})$"), ""),  # the country of a ported license
)
_ELEMENTS = {
    "by": "by", "attribution": "by", "nc": "nc", "noncommercial": "nc", "nd": "nd", "noderivs": "nd",
    "noderivatives": "nd", "sa": "sa", "sharealike": "sa", "cc0": "cc0", "zero": "cc0", "pd": "pd", "pdm": "pd",
    "sampling+": "sampling+", "gfdl": "gfdl", "fal": "fal", "ogl": "ogl",
}  # fmt: skip
_NOISE = re.compile(r"|cc|licen[cs]ed?|international|unported|generic|universal|owner|or|later|version|v?\d+(\.\d+)*")
_IDS = {frozenset(license_id.split("-")): license_id for license_id in LICENSES} | {
    frozenset({"pd"}): "pdm",
    frozenset({"cc0", "pd"}): "cc0",
}


def _of_elements(words: Iterable[str]) -> str:
    return _IDS.get(frozenset(_ELEMENTS.get(word, word) for word in words), "")


def _of_url(text: str) -> str:
    address = re.split(r"[?#]", _SCHEME.sub("", text, count=1))[0]
    for pattern, license_id in _URLS:
        if found := pattern.fullmatch(address):
            elements = found.groupdict().get("elements", "")
            return license_id or _of_elements(["pd"] if elements == "publicdomain" else elements.split("-"))
    return ""


def _of_words(text: str) -> str:
    """The license that these words name and nothing else; empty where one word is not understood.

    A word passed over could be the "not", the NonCommercial or the "for press only".
    """
    text = re.sub(r"[\s_,;:()/-]+", " ", text).strip()
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    words = text.split(" ")
    if words == ["attribution"]:
        return ""  # a promise of its own on Wikimedia Commons, not Creative Commons'
    said = [word for word in words if not _NOISE.fullmatch(word)]
    return _of_elements(said) if all(word in _ELEMENTS for word in said) else ""


def license_of(text: str) -> str:
    """The license id that a source's text, code or URL names; its own lower-case text where it names none of ours.

    So a license that nobody knows is stated all the same, and is on no allow list.
    """
    text = " ".join(text.lower().split())
    return text if text in LICENSES else _of_url(text) or _of_words(text) or text


def agreed(*texts: str) -> str:
    """The license that all texts which name a known one name; where they differ, what they say, which none allows."""
    stated = [license_of(text) for text in texts if text.strip()]
    known = sorted({text for text in stated if text in LICENSES})
    return " / ".join(known or stated[:1])


def _known(license_id: str) -> str:
    if license_id and license_id not in LICENSES:
        raise ValueError(f"{license_id}: no license id; they are {', '.join(LICENSES)}")
    return license_id


StatedLicense = Annotated[str, AfterValidator(_known)]
"""A license id that a recipe states for a whole source; empty where it is not known."""
