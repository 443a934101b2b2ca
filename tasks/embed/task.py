"""What Prefect sees of the embed stage: one partition of pictures, the targets' or the crawl's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from storage.filesystem import read_bytes
from storage.fingerprint import bucket
from storage.manifest import Part, StageFolder, read_rows
from storage.pictures import PictureStore
from storage.records import Crawled, Embedded, Stage, StageRef, TargetPicture, Unreadable
from storage.tables import to_table, with_vectors
from tasks.embed.config import EmbedConfig
from tasks.embed.embed import check_unreadable, embed
from tasks.partition import Outcome, part_index, partition
from tasks.progress import counted
from vision.encoders import Encoder, EncoderConfig, encoder_digest, load_encoder

VERSION = 1


@cache
def _encoder(config: str, device: str) -> Encoder:
    """The encoder, loaded once a process; its section comes as JSON, which can be hashed."""
    return load_encoder(EncoderConfig.model_validate_json(config), device)


def encoder_content(config: EmbedConfig) -> str:
    """What the encoder's vectors depend on; weights count by their bytes."""
    return encoder_digest(config.encoder)


def _names(pictures: StageRef) -> dict[str, str]:
    """Where each picture came from, by digest: a file, or a URL."""
    if pictures.stage is Stage.TARGETS:
        return {row.digest: row.path for row in read_rows(pictures, TargetPicture)}
    return {row.digest: row.url for row in read_rows(pictures, Crawled) if row.digest}


def _items(folder: StageFolder, pictures: StageRef, names: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    if pictures.stage is Stage.TARGETS:
        return ((digest, read_bytes(path)) for digest, path in sorted(names.items()))
    return PictureStore(folder.root).read_many(sorted(names))


@partition("embed")
def embed_pictures(folder: StageFolder, part: str, config: EmbedConfig, pictures: StageRef) -> Outcome:
    """Embed one partition's pictures, each digest once."""
    index, count = part_index(part)
    ours = {digest: name for digest, name in _names(pictures).items() if bucket(digest, count) == index}
    tell = counted(part, len(ours))

    def told() -> Iterator[tuple[str, bytes]]:
        for item in _items(folder, pictures, ours):
            yield item
            tell(1)

    vectors, unreadable = embed(told(), config, _encoder(config.encoder.model_dump_json(), config.device))
    files = [
        folder.write_table(part, Embedded.__name__, with_vectors(to_table(vectors.rows, Embedded), vectors.matrix)),
        folder.write_rows(part, unreadable, Unreadable),
    ]
    return files, Counter(embedded=len(vectors.rows), unreadable=len(unreadable))


def check_readable(folder: StageFolder, parts: Sequence[Part], config: EmbedConfig, pictures: StageRef) -> None:
    """Raise TooMuchLost where more pictures are unreadable than the recipe allows."""
    unreadable = folder.read_rows(parts, Unreadable)
    if unreadable:
        names = _names(pictures)
        check_unreadable(unreadable, len(names), config, names)
