"""What the recipe says about the target data set."""

from typing import Self

from pydantic import Field, model_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section
from tasks.targets.expected import Expected
from tasks.targets.held_out import HeldOut
from tasks.targets.long_tail import LongTail


class TargetsConfig(Section):
    """An image folder (`root/train/<class>/*.jpg`, and val, test), or lists of `path label`.

    Paths are not in the key: what they hold enters it by the digest of every file and row.
    """

    root: str = Field(
        min_length=1, description="Folder of the pictures; all paths are relative to it", json_schema_extra=NOT_IN_KEY
    )
    train: str | None = Field(
        None, description="List of training pictures; none: an image folder", json_schema_extra=NOT_IN_KEY
    )
    val: str | None = Field(
        None, description="List of the pictures that settings are chosen on", json_schema_extra=NOT_IN_KEY
    )
    test: str | None = Field(
        None, description="List of the pictures that are read once, at the end", json_schema_extra=NOT_IN_KEY
    )
    class_names: str | None = Field(
        None,
        description="What the classes are called: text, line number = label from 0; or CSV with a header: name, label, "
        "then any of definition, taxonomy (or path) and aliases (divided by ; or |). Beside an image folder: a CSV "
        "whose names are the folders', with or without labels. What follows the first comma of a name are aliases",
        json_schema_extra=NOT_IN_KEY,
    )
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=1,
        description="Only these classes, in label order, as the class-name file or the folders spell them, whole or up "
        "to the first comma",
    )
    expect: Expected | None = Field(
        None,
        description="How many classes and pictures there must be; none: as many as there are",
        json_schema_extra=NOT_IN_KEY,
    )
    held_out: HeldOut | None = Field(
        None, description="Validate on training pictures, for data sets that have no list for it; none: as listed"
    )
    long_tail: LongTail | None = Field(None, description="Thin the training pictures to a long tail; none: as they are")

    @model_validator(mode="after")
    def _lists_need_names(self) -> Self:
        if self.train is None and (self.val or self.test):
            raise ValueError("val and test go with a train list: give `train` too, or none of them")
        if self.train is None and self.class_names and not self.class_names.lower().endswith(".csv"):
            raise ValueError("beside an image folder class_names is a CSV; a text file of names goes with a train list")
        if self.train is not None and self.class_names is None:
            raise ValueError("lists hold label numbers only: give `class_names`, the file that names the labels")
        return self

    @model_validator(mode="after")
    def _takes_validation_once(self) -> Self:
        if self.held_out and self.long_tail:
            raise ValueError(
                "a long_tail leaves pictures over for validation: give long_tail.spare_to_val, not held_out"
            )
        return self
