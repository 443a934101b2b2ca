"""`croissant.json`: the data set described for machines, as MLCommons Croissant 1.0 has it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from storage.markdown import one_line
from tasks.shard.card.facts import Facts
from tasks.shard.card.survey import ATTRIBUTION, COLUMNS, license_name

CLASSES = "classes.csv"
CLASS_COLUMNS = ("label", "class", "pictures", "neighbor_of")
_CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/", "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"}, "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
} | {
    name: f"cr:{name}"
    for name in (
        "citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format",
        "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references",
        "regex", "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
    )
}  # fmt: skip
"""The words of the format; each file carries them, so that nothing has to be fetched to read it."""

_STEM = r"^(?:.*/)?([^./]+)(?:\..*)?$"
"""The key of a sample in the name of one of its files."""

METHOD = (
    "Zhao et al.: Learning from Neighbors: Category Extrapolation for Long-Tail Learning. CVPR 2025, arXiv 2410.15980"
)
"""What to cite."""

_NUMBERS = {"label", "pictures"}
Node = dict[str, Any]
"""A part of the document, which is JSON-LD."""


def _file(name: str, encoding: str, sha256: str, size: int) -> Node:
    return {
        "@type": "cr:FileObject", "@id": name, "name": name, "contentUrl": name, "encodingFormat": encoding,
        "contentSize": f"{size} B", "sha256": sha256,
    }  # fmt: skip


def _sheet(name: str, data: bytes) -> Node:
    return _file(name, "text/csv", hashlib.sha256(data).hexdigest(), len(data))


def _field(record: str, name: str, kind: str, source: Node, **more: Node) -> Node:
    return {"@type": "cr:Field", "@id": f"{record}/{name}", "name": name, "dataType": kind, "source": source, **more}


def _rows(record: str, file: str, columns: Sequence[str], key: str) -> Node:
    """The record set of a sheet, one field a column."""
    fields = []
    for column in columns:
        kind, source = "sc:Integer" if column in _NUMBERS else "sc:Text", {"fileObject": {"@id": file}}
        fields.append(_field(record, column, kind, {**source, "extract": {"column": column}}))
    return {
        "@type": "cr:RecordSet", "@id": record, "name": record, "key": {"@id": f"{record}/{key}"}, "field": fields
    }  # fmt: skip


def _pictures() -> Node:
    """The record set that reads the tars: a key, by which the attribution tells the rest, and the picture."""
    of_set = {"fileSet": {"@id": "picture-files"}}
    key = {**of_set, "extract": {"fileProperty": "filename"}, "transform": {"regex": _STEM}}
    return {
        "@type": "cr:RecordSet", "@id": "pictures", "name": "pictures", "key": {"@id": "pictures/key"},
        "field": [
            _field("pictures", "key", "sc:Text", key, references={"field": {"@id": "attribution/key"}}),
            _field("pictures", "image", "sc:ImageObject", {**of_set, "extract": {"fileProperty": "content"}}),
        ],
    }  # fmt: skip


def _distribution(facts: Facts) -> list[Node]:
    files = [_file(tar.name, "application/x-tar", tar.sha256, tar.bytes) for tar in facts.tars]
    files += [_sheet(ATTRIBUTION, facts.survey.attribution), _sheet(CLASSES, facts.class_file)]
    return [*files, {
        "@type": "cr:FileSet", "@id": "picture-files", "name": "picture-files",
        "containedIn": [{"@id": tar.name} for tar in facts.tars],
        "encodingFormat": "image/jpeg" if facts.extensions == ("jpg",) else "image/*",
        "includes": [f"*.{extension}" for extension in facts.extensions],
    }]  # fmt: skip


def croissant(facts: Facts, name: str, description: str) -> bytes:
    """The file's bytes; every path in it is relative to the folder that it lies in."""
    stated = [one_line(license_name(license_id)) for license_id, _ in facts.survey.licenses]
    document = {
        "@context": _CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": one_line(name), "description": one_line(description), "version": "1.0.0",
        "datePublished": facts.created, "license": list(facts.survey.license_urls) or stated or ["unknown"],
        "creator": {"@type": "sc:Organization", "name": f"recipe {one_line(facts.recipe)}"}, "url": "./",
        "isLiveDataset": False, "citeAs": METHOD, "distribution": _distribution(facts),
        "recordSet": [
            _pictures(),
            _rows("attribution", ATTRIBUTION, COLUMNS, "key"),
            _rows("classes", CLASSES, CLASS_COLUMNS, "label"),
        ],
    }  # fmt: skip
    return json.dumps(document, indent=1, ensure_ascii=True).encode()
