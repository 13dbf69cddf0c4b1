"""Passes."""


def test_passes() -> None: ...
