"""Projects, and what each allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import Response

from shifty.dashboard.errors import PageNotFound
from shifty.dashboard.page import go_to, pages
from shifty.dashboard.settings_frame import settings_page
from shifty.dashboard.visitor import Administrator, Reader
from shifty.dashboard.words import query, step
from shifty.healing import settings as healing
from shifty.healing.model import Mode
from shifty.quarantine import settings as quarantine
from shifty.quarantine.model import Project as Quarantine
from shifty.runs.model import HealingVerdict
from shifty.tenants.caller import require_project
from shifty.tenants.projects import ListedProject, find_project, list_projects
from shifty.web.deps import Db
from shifty.web.pagination import AskedPage, Page
from shifty.wire import Words

router = pages()


@dataclass(frozen=True)
class ProjectsView:
    projects: Sequence[ListedProject]
    total: int
    page: Page

    def address(self, offset: int) -> str:
        return f"/settings/projects{query(offset=offset or None)}"


@dataclass(frozen=True)
class ProjectView:
    project: ListedProject
    quarantine: Quarantine


class ProjectForm(BaseModel):
    """What can be changed of a project. A box that is not ticked is not sent."""

    mode: Mode
    verdict: HealingVerdict
    cap: Annotated[int, Field(ge=0, le=10_000)]
    days: Annotated[int, Field(ge=1, le=365)]
    auto: bool = False
    auto_rate: Annotated[float, Field(ge=1, le=100)]
    auto_confidence: Annotated[float, Field(ge=50, le=99.99)]
    """In percent."""
    default_branch: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00]*$")] = ""

    def of_quarantine(self) -> dict[str, object]:
        return {
            "cap": self.cap,
            "days": self.days,
            "auto": self.auto,
            "auto_rate": self.auto_rate,
            "auto_confidence": round(self.auto_confidence / 100, 6),
            "default_branch": self.default_branch or None,
        }


@router.get("/settings/projects")
async def get_settings_projects(visitor: Reader, request: Request, db: Db, wanted: AskedPage) -> Response:
    found = await list_projects(db, visitor.caller, wanted)
    return settings_page(request, visitor, "projects", ProjectsView(found.projects, found.total, wanted))


@router.get("/settings/projects/{slug:path}")
async def get_settings_project(visitor: Reader, request: Request, db: Db, slug: Words) -> Response:
    require_project(visitor.caller, slug)
    project = await find_project(db, visitor.caller, slug)
    if project is None:
        raise PageNotFound
    view = ProjectView(project, await quarantine.settings_of(db, visitor.caller.tenant_id, slug))
    return settings_page(request, visitor, "projects", view, template="settings/project.html")


@router.post("/settings/projects/{slug:path}")
async def post_settings_project(
    visitor: Administrator, slug: Words, form: Annotated[ProjectForm, Form()], db: Db
) -> Response:
    require_project(visitor.caller, slug)
    if await find_project(db, visitor.caller, slug) is None:
        raise PageNotFound
    await healing.change_settings(db, visitor.caller, slug, form.mode, form.verdict)
    await quarantine.change_settings(db, visitor.caller, slug, form.of_quarantine())
    return go_to(f"/settings/projects/{step(slug)}", f"{slug} is changed.")
