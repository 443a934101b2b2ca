"""The vocabulary of the pipeline: the rows that stages write and the references they pass.

Every stage reads and writes tables of these frozen rows. Nothing here computes anything
beyond an identity, so that every package may import it.
"""

from storage.records.accuracies import Accuracy, Calibration, ClassAccuracy, Confused
from storage.records.crawled import Asked, Candidate, Crawled, FetchReason, NoResults, Redirected, url_key
from storage.records.embedded import ClipEmbedded, Embedded, Named, Scored, Unreadable
from storage.records.names import AnswerReason, NameReason, Neighbor, Proposal, Relation, Spend, Unanswered
from storage.records.packed import Auxiliary, ShardEntry
from storage.records.stages import PIPELINE, Stage, StageRef
from storage.records.targets import Cataloged, Split, TargetClass, TargetPicture
from storage.records.verdicts import Bounded, CopyKind, Decision, DropReason, Leak, Override
from storage.records.volatile import VOLATILE

__all__ = [
    "PIPELINE",
    "VOLATILE",
    "Accuracy",
    "AnswerReason",
    "Asked",
    "Auxiliary",
    "Bounded",
    "Calibration",
    "Candidate",
    "Cataloged",
    "ClassAccuracy",
    "ClipEmbedded",
    "Confused",
    "CopyKind",
    "Crawled",
    "Decision",
    "DropReason",
    "Embedded",
    "FetchReason",
    "Leak",
    "NameReason",
    "Named",
    "Neighbor",
    "NoResults",
    "Override",
    "Proposal",
    "Redirected",
    "Relation",
    "Scored",
    "ShardEntry",
    "Spend",
    "Split",
    "Stage",
    "StageRef",
    "TargetClass",
    "TargetPicture",
    "Unanswered",
    "Unreadable",
    "url_key",
]
