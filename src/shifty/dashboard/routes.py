"""All pages."""

from fastapi import APIRouter

from shifty.dashboard import (
    assets,
    attempt,
    files,
    run_actions,
    run_overview,
    run_tests,
    run_timeline,
    runs_list,
    sign_in,
    streams,
    trace,
    trace_viewer,
)


def routers() -> list[APIRouter]:
    """In this order: those with fixed paths stand before those with an id in the same place."""
    return [
        assets.router,
        sign_in.router,
        streams.router,
        runs_list.router,
        attempt.router,
        trace.router,
        trace_viewer.router,
        files.router,
        run_actions.router,
        run_overview.router,
        run_tests.router,
        run_timeline.router,
    ]
