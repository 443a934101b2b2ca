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

_PAGE = r"(/\d(\.\d)?)?(/(igo|scotland|(?!by|nc|nd|sa|pd)[a-z]{2}))?(/(deed|legalcode|rdf)(\.[a-z_-]+)?)?/?"
"""A version, a country and a page: nothing else may stand behind a license of Creative Commons."""

_URLS = (
    (re.compile(rf"creativecommons\.org/licenses/(?P<elements>[a-z+-]+){_PAGE}"), ""),
    (re.compile(rf"creativecommons\.org/publicdomain/zero{_PAGE}"), "cc0"),
    (re.compile(rf"creativecommons\.org/publicdomain/mark{_PAGE}"), "pdm"),
    (re.compile(r"gnu\.org/(copyleft/fdl|licenses/(old-licenses/)?fdl)[-.\w]*"), "gfdl"),
    (re.compile(r"artlibre\.org/licen[cs]e/lal(/[-\w]+)*/?"), "fal"),
    (re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence(/[-.\w]+)*/?"), "ogl"),
)
_BESIDE = re.compile(r"[\s|;,]")  # what separates a URL from words that may take back what it grants
_SCHEME = re.compile(r"(https?:)?//(www\.)?")
_PHRASES = (
    (re.compile(r"pdm owner"), "pdm"),
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
    "sampling+": "sampling+", "gfdl": "gfdl", "fal": "fal", "ogl": "ogl", "ogl1": "ogl", "ogl2": "ogl", "ogl3": "ogl",
}  # fmt: skip
_VERSION = r"v?\d(\.\d)?"
_NOISE = re.compile(rf"|cc|licen[cs]e|international|unported|generic|universal|or|later|version|{_VERSION}")
_SURE = re.compile(r"cc0?|attribution|pdm?|gfdl|fal|ogl\d?|v?\d\.\d")
"""A word that makes its text one about licenses; "by" and "zero" alone are words of any language."""

_IDS = {frozenset(license_id.split("-")): license_id for license_id in LICENSES} | {
    frozenset({"pd"}): "pdm",
    frozenset({"cc0", "pd"}): "cc0",
}


def _of_elements(words: Iterable[str]) -> str:
    return _IDS.get(frozenset(_ELEMENTS.get(word, word) for word in words), "")


def _of_url(text: str) -> str:
    if _BESIDE.search(text):
        return ""
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
    sure = any(_SURE.fullmatch(word) for word in words) or "-".join(words) in LICENSES
    return _of_elements(said) if sure and all(word in _ELEMENTS for word in said) else ""


def license_of(text: str) -> str:
    """The license id that a source's text, code or URL names; its own lower-case text where it names none of ours.

    So a license that nobody knows is stated all the same, and is on no allow list.
    """
    text = " ".join(text.lower().split())
    return text if text in LICENSES else _of_url(text) or _of_words(text) or text


def agreed(*texts: str) -> str:
    """The license that all texts which say something name; where they differ, what they say, which none allows.

    A text that is not understood differs: it may be the restriction of what another grants.
    """
    stated = [license_of(text) for text in texts if text.strip()]
    known = not set(stated).isdisjoint(LICENSES)
    return " / ".join(sorted(set(stated)) if known else stated[:1])


def _known(license_id: str) -> str:
    if license_id and license_id not in LICENSES:
        raise ValueError(f"{license_id}: no license id; they are {', '.join(LICENSES)}")
    return license_id


StatedLicense = Annotated[str, AfterValidator(_known)]
"""A license id that a recipe states for a whole source; empty where it is not known."""
