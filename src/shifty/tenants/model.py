"""Nouns: tenant, scope, key, caller."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Scope(StrEnum):
    READ = "read"
    INGEST = "ingest"
    ORCHESTRATE = "orchestrate"
    ADMIN = "admin"
    """All of the others, and what only an administrator may do."""


DEFAULT_SCOPES = frozenset({Scope.READ, Scope.INGEST, Scope.ORCHESTRATE})


@dataclass(frozen=True)
class Tenant:
    id: UUID
    slug: str
    created_at: datetime

    def is_named(self, text: str) -> bool:
        """Whether ``text`` means this tenant, by its id or by its slug."""
        return text == self.slug or text.lower() == str(self.id)


@dataclass(frozen=True)
class Plan:
    """What a tenant may use; None is unlimited."""

    retention_days: int
    max_storage_bytes: int | None = None
    max_workers: int | None = None
    max_minutes_per_month: int | None = None


class Quota(StrEnum):
    """What a plan can limit, with the option of ``shifty tenants set`` that does."""

    STORAGE = "storage"
    WORKERS = "workers"
    MINUTES = "minutes"


@dataclass(frozen=True)
class Overdraft:
    """A use that a plan does not cover, in the unit of its quota: bytes, workers, minutes."""

    quota: Quota
    tenant: str
    limit: int
    used: int
    requested: int

    def sentence(self) -> str:
        """What was asked, why not, and whom to ask."""
        raised = f"Ask whoever runs this server to raise it: shifty tenants set {self.tenant} --max-{self.quota} N."
        return f"{self._reason()} {raised}"

    def _reason(self) -> str:
        match self.quota:
            case Quota.STORAGE:
                return (
                    f"The plan of tenant {self.tenant} allows {self.limit} bytes of artifacts; {self.used} are stored "
                    f"and {self.requested} more were to come. Delete old runs, or keep artifacts for fewer days."
                )
            case Quota.WORKERS:
                return (
                    f"The plan of tenant {self.tenant} allows {self.limit} workers at once; {self.used} are at work "
                    f"and {self.requested} were asked for."
                )
            case Quota.MINUTES:
                return (
                    f"The plan of tenant {self.tenant} allows {self.limit} test minutes a month; {self.used} are used. "
                    "The next month begins at midnight UTC on its first day."
                )


@dataclass(frozen=True)
class Key:
    """An API key as it is stored: everything but the secret."""

    id: str
    tenant_id: UUID
    name: str
    scopes: frozenset[Scope]
    project: str | None
    """The only project that it opens; None: all of the tenant's."""
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    """To the minute."""


@dataclass(frozen=True)
class Caller:
    """Who is calling, once the key and the tenant have been checked."""

    tenant_id: UUID
    tenant_slug: str
    key_id: str
    scopes: frozenset[Scope]
    project: str | None
    """The only project that this caller sees; None: all of the tenant's."""

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def is_tenant(self, text: str) -> bool:
        """Whether ``text`` means the caller's tenant, by its id or by its slug."""
        return text == self.tenant_slug or text.lower() == str(self.tenant_id)

    def sees(self, project: str) -> bool:
        return self.project is None or self.project == project
