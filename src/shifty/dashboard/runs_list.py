"""The list of runs."""

from fastapi import Request
from starlette.responses import Response

from shifty.dashboard.page import page, pages
from shifty.dashboard.visitor import Reader

router = pages()


@router.get("/runs")
async def get_runs(visitor: Reader, request: Request) -> Response:
    return page(request, visitor, "runs/list.html", {}, title="Runs", section="runs", live="/live")
