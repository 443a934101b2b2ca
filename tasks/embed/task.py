"""What Prefect sees of the embed stage: one partition of pictures, the targets' or the crawl's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from storage.errors import DamagedStore
from storage.filesystem import read_bytes
from storage.fingerprint import bucket
from storage.manifest import Part, StageFolder, read_rows
from storage.pictures import PictureStore, digest_of
from storage.records import Crawled, Embedded, Stage, StageRef, TargetPicture, Unreadable
from storage.tables import to_table, with_vectors
from tasks.embed.config import EmbedConfig
from tasks.embed.embed import check_unreadable, embed
from tasks.partition import Outcome, part_index, partition
from tasks.progress import counted
from vision.encoders import Encoder, EncoderConfig, encoder_digest, load_encoder

VERSION = 1


@cache
def _encoder(config: EncoderConfig, device: str) -> Encoder:
    """The encoder, loaded once a process."""
    return load_encoder(config, device)


def encoder_content(config: EmbedConfig) -> str:
    """What the encoder's vectors depend on; weights count by their bytes."""
    return encoder_digest(config.encoder)


def _listed(pictures: StageRef) -> list[tuple[str, str]]:
    """Every picture's digest, and the file or URL that it came from."""
    if pictures.stage is Stage.TARGETS:
        return [(row.digest, row.path) for row in read_rows(pictures, TargetPicture)]
    return [(row.digest, row.url) for row in read_rows(pictures, Crawled) if row.digest]


def _read(digest: str, path: str) -> bytes:
    """A target picture's bytes, still those that were listed."""
    data = read_bytes(path)
    if digest_of(data) != digest:
        raise DamagedStore(f"{path} has changed since it was listed", "run the pipeline again: it lists what is there")
    return data


def _items(folder: StageFolder, pictures: StageRef, files: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of each digest once: a target's from its own file, a crawled one's from the store."""
    if pictures.stage is Stage.TARGETS:
        return ((digest, _read(digest, path)) for digest, path in sorted(files.items()))
    return PictureStore(folder.root).read_many(sorted(files))


@partition("embed")
def embed_pictures(folder: StageFolder, part: str, config: EmbedConfig, pictures: StageRef) -> Outcome:
    """Embed one partition's pictures, each digest once."""
    index, count = part_index(part)
    ours = {digest: file for digest, file in _listed(pictures) if bucket(digest, count) == index}
    tell = counted(f"{folder.stage} {part}", len(ours))

    def told() -> Iterator[tuple[str, bytes]]:
        for item in _items(folder, pictures, ours):
            yield item
            tell(1)

    vectors, unreadable = embed(told(), config, _encoder(config.encoder, config.device))
    files = [
        folder.write_table(part, Embedded.__name__, with_vectors(to_table(vectors.rows, Embedded), vectors.matrix)),
        folder.write_rows(part, unreadable, Unreadable),
    ]
    return files, Counter(embedded=len(vectors.rows), unreadable=len(unreadable))


def check_readable(folder: StageFolder, parts: Sequence[Part], config: EmbedConfig, pictures: StageRef) -> None:
    """Raise TooMuchLost where more pictures are unreadable than the recipe allows."""
    if unreadable := folder.read_rows(parts, Unreadable):
        check_unreadable(_listed(pictures), unreadable, config)
