"""What Flickr answers, as its documentation has it; every field of a photo may be missing."""

from tasks.crawl.licenses import agreed
from tasks.crawl.sources.base import Shape


class License(Shape):
    """One license, under the number that photos name."""

    id: str
    name: str | None = None
    url: str | None = None

    @property
    def ours(self) -> str:
        """Our id of it, or what Flickr calls it."""
        return agreed(self.name or "", self.url or "")


class Licenses(Shape):
    """All of them."""

    license: tuple[License, ...] = ()


class Photo(Shape):
    """One photo; its owner decides which sizes there are."""

    id: str | None = None
    owner: str | None = None
    ownername: str | None = None
    title: str | None = None
    license: str | None = None
    url_l: str | None = None
    url_c: str | None = None
    url_z: str | None = None
    url_m: str | None = None

    @property
    def url(self) -> str:
        """Its largest size of at most 1024 pixels a side, or empty."""
        return self.url_l or self.url_c or self.url_z or self.url_m or ""


class Photos(Shape):
    """One page of photos."""

    pages: int = 0
    photo: tuple[Photo, ...] = ()


class Answer(Shape):
    """What any method answers; `stat` is `fail` with a code and a message, or `ok`."""

    stat: str
    code: int = 0
    message: str = ""
    photos: Photos = Photos()
    licenses: Licenses = Licenses()
