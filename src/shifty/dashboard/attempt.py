"""The page of a test in a run."""

from typing import Annotated

from fastapi import Path, Request
from starlette.responses import Response

from shifty.dashboard.ansi import bare
from shifty.dashboard.attempt_history import SHOWN
from shifty.dashboard.attempt_view import attempt_page
from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader
from shifty.flakiness.lists.errors import TestNotFound
from shifty.flakiness.lists.show_test import TestInFull, Wanted, show_test
from shifty.runs.routes import RunId
from shifty.runs.show_result import show_result
from shifty.tenants.model import Caller
from shifty.web.deps import Db
from shifty.web.pagination import Page

router = pages()


@router.get("/runs/{runId}/tests/{testId}")
async def get_attempt(
    visitor: Reader, run_id: RunId, test_id: Annotated[str, Path(alias="testId")], request: Request, db: Db
) -> Response:
    """A test in a run: verdict, whether it is new, what to press, and its attempts."""
    caller = visitor.caller
    found = await show_result(db, caller.tenant_id, run_id, test_id, only=caller.project)
    view = attempt_page(found, await _history(db, caller, test_id, found.run.project))
    live = None if found.run.is_over else f"/runs/{run_id}/live"
    title = bare(view.test.title)[:200] or view.test.file
    return page(request, visitor, "attempt/page.html", view, title=title, section="runs", live=live)


async def _history(db: Db, caller: Caller, test_id: str, project: str) -> TestInFull | None:
    try:
        return await show_test(
            db, caller.tenant_id, Wanted(test_id, project, None), Page(SHOWN, 0), only=caller.project
        )
    except TestNotFound:
        return None
