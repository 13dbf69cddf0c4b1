"""Pages."""

import pytest

from shifty.web.pagination import MOST, Page, Pagination


def test_more_than_the_most_is_answered_with_the_most() -> None:
    assert Page.of(10_000, 0) == Page(MOST, 0)


@pytest.mark.parametrize(("limit", "offset", "total", "more"), [(2, 0, 3, True), (2, 1, 3, False), (2, 9, 3, False)])
def test_has_more_says_whether_a_later_page_holds_anything(limit: int, offset: int, total: int, more: bool) -> None:
    assert Pagination.of(Page(limit, offset), total).has_more is more
