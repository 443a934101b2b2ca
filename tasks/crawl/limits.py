"""What a request may cost us and its host, and where it may go; a part of the crawl section."""

import ipaddress

from pydantic import Field, field_validator

from storage.fingerprint import NOT_IN_KEY
from storage.section import Section


class Limits(Section):
    """What one URL may cost, and what counts as a picture."""

    max_bytes: int = Field(20 << 20, ge=1, description="A body is cut off here")
    large_bodies: int = Field(8, ge=1, le=1000, description="Bodies of over 2 MB that are held at once")
    deadline_seconds: float = Field(
        30, gt=0, le=600, description="For one request, from the connection to the last byte"
    )
    min_bytes_per_second: int = Field(500, ge=0, description="A body that comes slower on the whole is given up")
    connect_seconds: float = Field(10, gt=0, le=600, description="For one connection, with its TLS handshake")
    max_redirects: int = Field(5, ge=0, le=20, description="Hops after the first")
    min_side: int = Field(64, ge=1, description="Pixels of the shorter side below which a picture is dropped")
    max_pixels: int = Field(64_000_000, ge=1, description="Width times height above which nothing is decoded")
    max_pause_seconds: float = Field(60, ge=0, description="The longest Retry-After or Crawl-delay that is waited for")
    decode_seconds: float = Field(10, gt=0, le=600, description="Of a processor, for decoding one picture")
    decode_memory_mb: int = Field(1536, ge=256, description="For decoding one picture, in a process of its own")


class Pace(Section):
    """How much happens at once in one fetch partition, and how often what failed is tried again."""

    total: int = Field(64, ge=1, le=1000, description="Requests in flight")
    per_host: int = Field(2, ge=1, le=16, description="Requests in flight to one host")
    decoders: int = Field(2, ge=1, le=64, description="Processes that decode")
    retries: int = Field(2, ge=0, le=10, description="Further tries of a URL whose failure may pass")
    retry_seconds: float = Field(2.0, ge=0, le=600, description="Until the first further try; doubled for each one")
    segment_seconds: float = Field(5.0, gt=0, le=600, description="A kill loses at most pictures of this age")


class WebConfig(Section):
    """How the web is asked, whether for pictures or for search results."""

    contact: str = Field(
        pattern=r"^(mailto:|https?://)\S+$",
        description="Address or page that a host's owner can turn to; sent in the user agent",
        json_schema_extra=NOT_IN_KEY,
    )
    limits: Limits = Field(default_factory=Limits)
    pace: Pace = Field(default_factory=Pace, json_schema_extra=NOT_IN_KEY)
    allow_networks: tuple[str, ...] = Field(
        (), description="Networks (CIDR) that may be asked although they are not public"
    )

    @field_validator("allow_networks")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ipaddress.ip_network(network)
        return networks
