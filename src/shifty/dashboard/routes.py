"""All pages."""

from fastapi import APIRouter

from shifty.dashboard import assets, runs_list, sign_in, streams


def routers() -> list[APIRouter]:
    """In this order: those with fixed paths stand before those with an id in the same place."""
    return [assets.router, sign_in.router, streams.router, runs_list.router]
