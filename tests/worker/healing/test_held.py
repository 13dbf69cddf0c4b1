"""Fingerprints that wait for the end of their attempt take no more memory than they may."""

from shifty.worker.healing.held import Held


def test_what_would_be_too_much_is_not_kept() -> None:
    held = Held(most_bytes=10)

    held.take("a", 0, b"123456")
    held.take("b", 0, b"12345")
    held.take("c", 0, b"1234")

    assert [list(held.ended(test, 0, passed=True)) for test in "abc"] == [[b"123456"], [], [b"1234"]]


def test_room_is_free_again_once_an_attempt_has_ended() -> None:
    held = Held(most_bytes=10)
    held.take("a", 0, b"1234567890")
    held.ended("a", 0, passed=False)

    held.take("a", 1, b"abcdefghij")

    assert held.ended("a", 1, passed=True) == [b"abcdefghij"]
    assert held.ended("a", 1, passed=True) == []
