"""Bodies about keys, projects and the audit log."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shifty.tenants.audit import AuditPage, Entry
from shifty.tenants.keys import NewKey
from shifty.tenants.model import DEFAULT_SCOPES, Key, Scope
from shifty.tenants.projects import ListedProject, ProjectPage
from shifty.web.pagination import Page, Pagination
from shifty.web.times import UtcTime
from shifty.wire import WHOLE, Body

MOST_DAYS = 36_500


class NewApiKey(Body):
    """A key to be made."""

    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))] = sorted(DEFAULT_SCOPES)
    project: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")] | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=MOST_DAYS), WHOLE] | None = None


class ApiKey(Body):
    """A key, without its secret."""

    id: str
    name: str
    scopes: Sequence[Scope]
    project: str | None
    created_at: UtcTime
    expires_at: UtcTime | None
    revoked_at: UtcTime | None
    last_used_at: UtcTime | None
    is_own: bool

    @classmethod
    def of(cls, key: Key, own_id: str) -> "ApiKey":
        return cls(
            id=key.id,
            name=key.name,
            scopes=sorted(key.scopes),
            project=key.project,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
            is_own=key.id == own_id,
        )


class ApiKeysAnswer(Body):
    keys: Sequence[ApiKey]


class ApiKeyAnswer(Body):
    key: ApiKey


class ApiKeyMade(Body):
    """The only answer that has the key itself."""

    key: ApiKey
    secret: str

    @classmethod
    def of_new(cls, new: NewKey, own_id: str) -> "ApiKeyMade":
        return cls(key=ApiKey.of(new.key, own_id), secret=new.text)


class ProjectSummary(Body):
    """What a project allows, and how much it is used."""

    project: str
    default_branch: str | None
    healing_mode: str
    healing_verdict: str
    quarantine_cap: int
    quarantine_days: int
    auto_quarantine: bool
    created_at: UtcTime
    runs: int
    last_run_id: UUID | None
    last_run_at: UtcTime | None
    last_run_status: str | None
    last_run_conclusion: str | None

    @classmethod
    def of(cls, project: ListedProject) -> "ProjectSummary":
        return cls(
            project=project.slug, **{name: getattr(project, name) for name in cls.model_fields.keys() - {"project"}}
        )


class ProjectsAnswer(Body):
    projects: Sequence[ProjectSummary]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: ProjectPage, page: Page) -> "ProjectsAnswer":
        projects = [ProjectSummary.of(project) for project in found.projects]
        return cls(projects=projects, pagination=Pagination.of(page, found.total))


class AuditEntry(Body):
    """A change, and who made it."""

    id: int
    at: UtcTime
    key_id: str | None
    key_name: str
    action: str
    subject: str
    project: str | None
    details: Mapping[str, object]

    @classmethod
    def of(cls, entry: Entry) -> "AuditEntry":
        return cls.model_validate(entry, from_attributes=True)


class AuditAnswer(Body):
    entries: Sequence[AuditEntry]
    pagination: Pagination

    @classmethod
    def of_page(cls, found: AuditPage, page: Page) -> "AuditAnswer":
        entries = [AuditEntry.of(entry) for entry in found.entries]
        return cls(entries=entries, pagination=Pagination.of(page, found.total))
