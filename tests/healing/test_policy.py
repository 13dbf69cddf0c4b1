"""What may be healed, and when it is too early to ask."""

from datetime import UTC, datetime

import pytest

from shifty.healing.digest import digest_of
from shifty.healing.engine.model import Band
from shifty.healing.model import Mode, Use
from shifty.healing.policy import allowed, needs_fingerprint, strictest, wait_left_ms
from shifty.healing.recall import nearest_use
from tests.healing.elements import button


@pytest.mark.parametrize(
    ("modes", "counts"),
    [
        (("heal", "heal"), "heal"),
        (("heal", "propose"), "propose"),
        (("propose", "off"), "off"),
        (("off", "heal", "propose"), "off"),
    ],
)
def test_the_strictest_counts(modes: tuple[Mode, ...], counts: Mode) -> None:
    assert strictest(*modes) == counts


@pytest.mark.parametrize(
    ("waited_ms", "longest_ms", "left_ms"),
    [
        (0, 0, 0),
        (2_000, 0, 0),
        (2_000, 600, 0),
        (2_000, 1_000, 1_000),
        (29_999, 10_000, 1),
        (30_000, 10_000, 0),
        # Nobody waits longer than a minute, whatever it once was.
        (59_000, 1_000_000, 1_000),
        (60_000, 1_000_000, 0),
    ],
)
def test_a_locator_gets_three_times_what_it_ever_needed(waited_ms: int, longest_ms: int, left_ms: int) -> None:
    assert wait_left_ms(waited_ms, longest_ms) == left_ms


@pytest.mark.parametrize(
    ("action", "reason", "needed"),
    [
        ("click", "not-found", False),
        ("fill", "not-found", False),
        ("click", "strict", True),
        ("expect:to.be.visible", "not-found", True),
    ],
)
def test_expectations_and_crowds_need_a_fingerprint(action: str, reason: str, needed: bool) -> None:
    assert needs_fingerprint(action, reason) is needed


@pytest.mark.parametrize(
    ("band", "mode", "told"),
    [
        ("heal", "heal", "heal"),
        ("heal", "propose", "propose"),
        ("propose", "heal", "propose"),
        ("refuse", "propose", "refuse"),
    ],
)
def test_a_mode_takes_away_and_never_adds(band: Band, mode: Mode, told: Band) -> None:
    assert allowed(band, mode) == told


def use(test_id: str, line: int, digest: str, hour: int = 0) -> Use:
    return Use(line, test_id, line, digest, 0, datetime(2026, 1, 1, hour, tzinfo=UTC))


@pytest.mark.parametrize(
    ("uses", "line"),
    [
        ([], None),
        ([use("mine", 9, "a"), use("other", 5, "b")], 9),
        ([use("one", 5, "b"), use("two", 9, "c")], 5),
        ([use("one", 5, "b", 1), use("two", 5, "b", 2), use("three", 9, "c")], 5),
        ([use("one", 5, "b"), use("two", 5, "c")], None),
        ([use("one", 7, "b", 1), use("two", 9, "b", 2)], 9),
    ],
)
def test_the_use_that_says_most_is_chosen(uses: list[Use], line: int | None) -> None:
    chosen = nearest_use(uses, "mine", 5)

    assert (chosen and chosen.line) == line


def test_a_digest_is_of_what_an_element_says_of_itself() -> None:
    same = [button(x=9, xpath="/html/b", sibling_index=4), button(neighbor_text="other"), button(ancestors=["main"])]
    other = [button("Log in"), button(id="log-in"), button(data={"data-a": "1"}), button(attributes={"for": "x"})]

    assert {digest_of(element) for element in same} == {digest_of(button())}
    assert len({digest_of(element) for element in [button(), *other]}) == 5
    assert digest_of(button(data={"a": "1", "b": "2"})) == digest_of(button(data={"b": "2", "a": "1"}))
    assert digest_of(button("", id="", test_id="")) == ""
