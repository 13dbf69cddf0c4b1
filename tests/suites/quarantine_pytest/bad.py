"""Not quarantined."""


def test_fails_for_good() -> None:
    raise AssertionError
