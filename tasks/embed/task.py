"""What Prefect sees of the embed stage: one partition of pictures, and one of the names that they go by."""

from collections import Counter
from collections.abc import Sequence

from storage.fingerprint import bucket
from storage.manifest import File, Part, StageFolder
from storage.records import ClipEmbedded, Embedded, Named, Scored, StageRef, Unreadable
from storage.tables import to_table, with_vectors
from tasks.embed.config import EmbedConfig, HashConfig
from tasks.embed.embed import Seen, embed
from tasks.embed.models import load_models, models_content, text_encoder
from tasks.embed.sources import listed, names_of, reader
from tasks.embed.unreadable import check_unreadable
from tasks.partition import Outcome, part_index, partition
from tasks.progress import counted

__all__ = ["VERSION", "check_readable", "embed_names", "embed_pictures", "has_names", "models_content", "write_seen"]

VERSION = 2
NAMES = "names"
"""The partition of the names."""


def write_seen(folder: StageFolder, part: str, seen: Seen, config: HashConfig) -> list[File]:
    """The tables that the recipe asks for; without an encoder the rows have no vectors."""
    rows = to_table(seen.rows, Embedded)
    table = with_vectors(rows, seen.matrices[0]) if seen.matrices else rows
    files = [folder.write_table(part, Embedded.__name__, table), folder.write_rows(part, seen.unreadable, Unreadable)]
    if isinstance(config, EmbedConfig) and config.second:
        clip = to_table([ClipEmbedded(row.digest) for row in seen.rows], ClipEmbedded)
        files.append(folder.write_table(part, ClipEmbedded.__name__, with_vectors(clip, seen.matrices[-1])))
    if isinstance(config, EmbedConfig) and config.scorers:
        files.append(folder.write_rows(part, seen.scores, Scored))
    return files


@partition("embed")
def embed_pictures(folder: StageFolder, part: str, config: HashConfig, pictures: StageRef) -> Outcome:
    """Embed one partition's pictures, each digest once, in the digests' order."""
    index, count = part_index(part)
    ours = sorted({digest for digest, _ in listed(pictures) if bucket(digest, count) == index})
    tell = counted(f"{folder.stage} {part}", len(ours))
    models = load_models(config, folder.inputs.get("encoder"))
    seen = embed(ours, reader(folder.root, pictures, ours), config, models, tell)
    tally = Counter(embedded=len(seen.rows), unreadable=len(seen.unreadable))
    return write_seen(folder, part, seen, config), tally


def has_names(config: HashConfig, pictures: StageRef) -> bool:
    """Whether there is a model that reads names, and a name to read."""
    return isinstance(config, EmbedConfig) and config.clip is not None and bool(names_of(pictures))


@partition("embed names")
def embed_names(folder: StageFolder, part: str, config: EmbedConfig, pictures: StageRef) -> Outcome:
    """Embed the names that the pictures go by, each once."""
    names = names_of(pictures)
    if config.clip is None:
        return [], Counter()
    vectors = text_encoder(config.clip, config.device).captioned(names, config.captions)
    table = with_vectors(to_table([Named(name) for name in names], Named), vectors)
    return [folder.write_table(part, Named.__name__, table)], Counter(names=len(names))


def check_readable(folder: StageFolder, parts: Sequence[Part], config: HashConfig, pictures: StageRef) -> None:
    """Raise TooMuchLost where more pictures are unreadable than the recipe allows."""
    if unreadable := folder.read_rows(parts, Unreadable):
        check_unreadable(listed(pictures), unreadable, config)
