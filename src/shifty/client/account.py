"""Nouns of the client: who we are to the server, and what we may use."""

import os
from dataclasses import dataclass

from shifty.client.answer import Answer
from shifty.errors import UsageError


@dataclass(frozen=True)
class Address:
    """Where the server is and who we are to it."""

    url: str
    key: str
    tenant: str

    @property
    def is_local(self) -> bool:
        return self.url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))

    @property
    def identity(self) -> str:
        """Whose runs these are. A server on this machine may come back on another port."""
        return self.tenant if self.is_local else f"{self.url} {self.tenant}"


def address_of(url: str | None, key: str | None, tenant: str | None) -> Address:
    """What is not given is taken from the environment.

    Raises:
        UsageError: it is not there either.
    """
    return Address(
        url=_known(url, "SHIFTY_API_URL", "the address of the server"),
        key=_known(key, "SHIFTY_API_KEY", "an API key"),
        tenant=_known(tenant, "SHIFTY_TENANT_ID", "the tenant of the key"),
    )


def _known(given: str | None, variable: str, what: str) -> str:
    value = given or os.environ.get(variable)
    if not value:
        raise UsageError(f"The client wants {what}: give it or set {variable}.")
    return value


class Plan(Answer, kw_only=True, frozen=True):
    """None is unlimited."""

    retention_days: int | None = None
    max_storage_bytes: int | None = None
    max_workers: int | None = None
    max_minutes_per_month: int | None = None


class Rate(Answer, kw_only=True, frozen=True):
    per_minute: int
    burst: int


class Rates(Answer, kw_only=True, frozen=True):
    api: Rate | None = None
    ingest: Rate | None = None


class Usage(Answer, kw_only=True, frozen=True):
    """What the tenant's plan allows and what of it is used."""

    tenant: str
    tenant_id: str
    month: str
    plan: Plan
    storage_bytes: int = 0
    workers: int = 0
    minutes: int = 0
    rate_limits: Rates = Rates()


class Ticket(Answer, kw_only=True, frozen=True):
    """Opens one stream once, in place of a key: for a browser. ``expires_in`` is in seconds."""

    ticket: str
    expires_in: int = 0
