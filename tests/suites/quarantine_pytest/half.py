"""Of the two only the first is quarantined."""


def test_half_of_a_file() -> None:
    raise AssertionError


def test_the_other_half() -> None: ...
