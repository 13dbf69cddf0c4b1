"""Quarantined by its file: tests that fail in each way in which pytest knows it."""

from collections.abc import Generator

import pytest


@pytest.fixture
def broken() -> None:
    raise RuntimeError("the database is not there")


@pytest.fixture
def torn() -> Generator[None]:
    yield
    raise RuntimeError("the database does not let go")


def test_fails() -> None:
    raise AssertionError


def test_set_up(broken: None) -> None: ...


def test_torn_down(torn: None) -> None: ...


@pytest.mark.xfail(strict=True)
def test_passes_against_all_expectation() -> None: ...


@pytest.mark.xfail
def test_fails_as_expected() -> None:
    raise AssertionError


@pytest.mark.skip
def test_is_left_out() -> None: ...
