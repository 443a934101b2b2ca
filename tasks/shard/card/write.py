"""The card and what belongs to it, written beside the manifest of the shards that it tells of."""

from storage import filesystem
from storage.manifest import File, StageFolder
from storage.records import StageRef
from tasks.shard.card.croissant import CLASSES, croissant
from tasks.shard.card.facts import Facts
from tasks.shard.card.readme import about, readme, title
from tasks.shard.card.survey import ATTRIBUTION

KIND = "card"
"""What a manifest calls these files."""

README = "README.md"


def tells_of(uri: str, select: StageRef) -> bool:
    """Whether the card in a shard stage's folder is on these verdicts; not where none lies there.

    Other settings may have brought verdicts of the same content, and the same shards; the card prints settings.
    """
    try:
        return f"`{select.key}`".encode() in filesystem.read_bytes(filesystem.join(uri, README))
    except FileNotFoundError:
        return False


def write_card(folder: StageFolder, facts: Facts) -> list[File]:
    """Write all four.

    They lie beside the manifest, since shards of several attempts may be one data set, and a card that names its
    files may name none above itself. They are no part of the stage's content: what is trained on are the shards, and
    a card that says the same in other words, or the same on another day, must not train anything anew.
    """
    files = {
        ATTRIBUTION: facts.survey.attribution,
        CLASSES: facts.class_file,
        "croissant.json": croissant(facts, title(facts), about(facts)),
        README: readme(facts),  # last, since it says what all four tell of
    }
    return [folder.write_beside(name, KIND, data) for name, data in files.items()]
