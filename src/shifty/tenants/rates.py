"""Rates, and what a caller is told of its bucket. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network


class Bucket(StrEnum):
    """What is counted apart."""

    API = "api"
    """A tenant's requests, but for those of its workers and reporters; and of each session of the pages, its own."""
    INGEST = "ingest"
    """What workers and reporters send: a dashboard can't starve CI."""
    ADDRESS = "address"
    """Requests without a valid key."""


@dataclass(frozen=True)
class Rate:
    """A token bucket: ``per_minute`` flow in, and it holds twice that."""

    bucket: Bucket
    per_minute: int

    @property
    def capacity(self) -> int:
        return 2 * self.per_minute

    @property
    def per_second(self) -> float:
        return self.per_minute / 60

    @property
    def most_ahead(self) -> int:
        """How many tokens a process may take before it needs them; 0: every request asks the database.

        Only ingest is worth it. What one process holds for a second is out of reach of the others, and comes on top of
        the capacity when they burst: at most this many a process.
        """
        return min(64, self.capacity // 100) if self.bucket is Bucket.INGEST else 0


@dataclass(frozen=True)
class Standing:
    """Where a caller stands with its bucket after its request. ``tokens`` are those that are left."""

    rate: Rate
    admitted: bool
    tokens: float

    @property
    def retry_after_s(self) -> int:
        """Seconds until the next token is there; at least one."""
        return max(1, math.ceil(round((1 - self.tokens) / self.rate.per_second, 6)))

    def headers(self) -> Mapping[str, str]:
        """On every answer: how many may come at once, how many of these are left, seconds until all are there again."""
        # Rounded, or what floats leave over would be told as a second of its own.
        full_in_s = math.ceil(round((self.rate.capacity - self.tokens) / self.rate.per_second, 6))
        return {
            "RateLimit-Limit": str(self.rate.capacity),
            "RateLimit-Remaining": str(max(0, math.floor(self.tokens))),
            "RateLimit-Reset": str(max(0, full_in_s)),
            "RateLimit-Policy": f"{self.rate.per_minute};w=60;burst={self.rate.capacity}",
        }


def holder_of(address: str | None) -> str:
    """Whose bucket an address is: who has an IPv6 address has its whole /64, and must not get a bucket for each one."""
    try:
        known = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or "unknown"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ip_network((known, 64), strict=False))
    return str(known)
