"""Pages of a list: what is asked for, what is said about the rest."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Query

from shifty.wire import Body

MOST: Final = 200
_FURTHEST: Final = 2**31 - 1


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted."""

    limit: int
    offset: int = 0

    @classmethod
    def of(cls, limit: int, offset: int) -> "Page":
        """More than the most is answered with the most."""
        return cls(min(limit, MOST), offset)


class Pagination(Body):
    """What a page leaves out."""

    total: int
    limit: int
    offset: int
    has_more: bool

    @classmethod
    def of(cls, page: Page, total: int) -> "Pagination":
        return cls(total=total, limit=page.limit, offset=page.offset, has_more=page.offset + page.limit < total)


Limit = Annotated[int, Query(ge=1, description=f"Entries a page; above {MOST} is answered with {MOST}.")]
Offset = Annotated[int, Query(ge=0, le=_FURTHEST, description="How many entries to leave out.")]


def _page(limit: Limit = 50, offset: Offset = 0) -> Page:
    return Page.of(limit, offset)


AskedPage = Annotated[Page, Depends(_page)]
"""A route's ``limit`` and ``offset`` parameters."""
