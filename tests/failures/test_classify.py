"""What messages come to."""

from collections.abc import Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.failures.classify import NO_MESSAGE, find, find_in, is_bare_timeout, telling
from tests.failures.test_normalise import COVERED, PYTEST, TEXTS, WRONG_TEXT

BARE = "\x1b[31mTest timeout of 1500ms exceeded.\x1b[39m"
HUNG = "Error: locator.click: Test timeout of 1500ms exceeded.\nCall log:\n  - waiting for locator('#pay')\n"
NONE: frozenset[str] = frozenset()
LAUNCH = "Error: browserType.launch: Target page, context or browser has been closed\nBrowser logs:\n\n<launching> /x"


@pytest.mark.parametrize(
    ("message", "kind", "causes", "limit_ms"),
    [
        (WRONG_TEXT, "assertion", {"timeout"}, 700),
        (
            "Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 4\nReceived: 3",
            "assertion",
            NONE,
            None,
        ),
        ("Error: cart has 3\n\nexpect(received).toBe(expected)\n\nExpected: 4", "assertion", NONE, None),
        ("Error: Timed out 700ms waiting for expect(locator).toBeVisible()", "assertion", {"timeout"}, 700),
        ("assert 3 == 4\n +  where 3 = f()", "assertion", NONE, None),
        (PYTEST, "assertion", {"timeout"}, 600),
        ("Error: A snapshot doesn't exist at /tmp/a.png, writing actual.", "assertion", NONE, None),
        ("Failed: DID NOT RAISE ValueError", "assertion", NONE, None),
        (BARE, "timeout", {"timeout"}, 1500),
        ('Test timeout of 30000ms exceeded while setting up "page".', "timeout", {"timeout"}, 30000),
        ("Failed: Timeout (>5.0s) from pytest-timeout.", "timeout", {"timeout"}, 5000),
        (COVERED, "timeout", {"timeout", "animation"}, 1500),
        (HUNG, "locator", {"timeout"}, 1500),
        (
            "Error: locator.click: Error: strict mode violation: getByRole('button') resolved to 2 elements",
            "locator",
            NONE,
            None,
        ),
        ("Error: page.goto: net::ERR_NAME_NOT_RESOLVED at http://x/", "network", {"network"}, None),
        ("Error: apiRequestContext.get: connect ECONNREFUSED 127.0.0.1:9", "network", {"network"}, None),
        ("TypeError: fetch failed", "network", {"network"}, None),
        ("Error: status code 503 of /api", "network", {"network"}, None),
        ("Error: expect(received).toBe(expected)\n\nExpected: 200\nReceived: 502", "assertion", {"network"}, None),
        ("Error: page.goto: net::ERR_ABORTED at http://x/", "navigation", NONE, None),
        (
            'TimeoutError: page.goto: Timeout 800ms exceeded.\nCall log:\n  - navigating to "http://x/"',
            "navigation",
            {"timeout"},
            800,
        ),
        (
            "Error: page.evaluate: Execution context was destroyed, most likely because of a navigation",
            "navigation",
            NONE,
            None,
        ),
        (
            "Error: Hydration failed because the server rendered HTML didn't match the client",
            "error",
            {"animation"},
            None,
        ),
        ("Error: page.click: Target page, context or browser has been closed", "error", NONE, None),
        ("TypeError: Cannot read properties of undefined (reading 'foo')", "error", NONE, None),
        ("Error: worker process exited unexpectedly (code=3, signal=null)", "crash", NONE, None),
        ("Error: worker process exited unexpectedly (code=null, signal=SIGKILL)", "crash", {"environment"}, None),
        ("Error: page.goto: Page crashed", "crash", {"environment"}, None),
        ("Error: browserType.launch: Executable doesn't exist at /x/chrome", "environment", {"environment"}, None),
        (LAUNCH, "environment", {"environment"}, None),
        ("Error: ENOSPC: no space left on device, write", "environment", {"environment"}, None),
    ],
)
def test_a_message_says_what_sort_of_error_it_is_and_what_it_points_to(
    message: str, kind: str, causes: Set[str], limit_ms: int | None
) -> None:
    finding = find(message)

    assert (finding.kind, set(finding.causes), finding.limit_ms) == (kind, causes, limit_ms)
    assert finding.is_infrastructure == ("environment" in causes)


@pytest.mark.parametrize("word", ["out of memory", "ENOSPC", "Page crashed", "process exited unexpectedly SIGKILL"])
def test_what_an_assertion_quotes_from_a_page_is_no_fault_of_the_machine(word: str) -> None:
    finding = find(f'Error: expect(locator).toHaveText(expected) failed\n\nExpected: "paid"\nReceived: "{word}"')

    assert not finding.is_infrastructure


def test_messages_that_differ_in_numbers_only_have_one_digest_and_others_have_not() -> None:
    assert find(COVERED).digest == find(COVERED.replace("1500", "30000")).digest
    assert find(COVERED).digest != find(COVERED.replace("click", "fill")).digest
    assert len(find(COVERED).digest) == 16


def test_errors_that_differ_only_behind_what_is_shown_of_them_have_digests_of_their_own() -> None:
    known, other = (
        find("\n".join([*map(str.__mul__, "abcdefghijklmnopqrst", [3] * 20), end])) for end in ("x y", "z y")
    )

    assert known.message == other.message
    assert known.digest != other.digest


@pytest.mark.parametrize("message", ["", " \n", "\x1b[31m\x1b[0m"])
def test_an_empty_message_is_a_finding_of_its_own(message: str) -> None:
    finding = find(message)

    assert (finding.message, finding.sample, finding.kind) == (NO_MESSAGE, "", "error")
    assert finding.digest == find("").digest


def test_a_sample_is_readable_and_short() -> None:
    sample = find(WRONG_TEXT + "x" * 5_000).sample

    assert sample.startswith("Error: expect(locator).toHaveText(expected) failed\n\nLocator:  getByRole('heading')\n")
    assert len(sample) <= 2_002


def test_the_end_of_a_long_message_tells_causes_and_does_not_change_the_digest() -> None:
    page = "Received string: " + "lorem ipsum " * 100_000

    finding = find(f"Error: expect(locator)\n{page}\n  - element is not stable")

    assert "animation" in finding.causes
    assert finding.digest == find(f"Error: expect(locator)\n{page}"[:20_000]).digest


def test_the_error_that_says_where_a_test_hung_stands_for_its_time_out() -> None:
    found = find_in([BARE, HUNG])

    assert found is not None
    assert (found.digest, found.kind, found.limit_ms) == (find(HUNG).digest, "locator", 1500)
    assert telling([BARE, HUNG]) == [HUNG]
    assert telling([BARE]) == [BARE]
    assert telling([]) == []
    assert find_in([]) is None


def test_soft_assertions_are_told_each_and_their_causes_together() -> None:
    messages = ["Error: expect(received).toBe(expected)", "Error: connect ECONNREFUSED ::1:80", LAUNCH]

    found = find_in(messages)

    assert found is not None
    assert telling(messages) == messages
    assert found.digest == find(messages[0]).digest
    assert set(found.causes) == {"network", "environment"}
    assert found.is_infrastructure


@pytest.mark.parametrize(
    ("message", "is_bare"),
    [
        (BARE, True),
        ("Test timeout of 5ms exceeded.", True),
        ('Test timeout of 5ms exceeded while running "beforeEach" hook.', False),
        (HUNG, False),
        ("", False),
    ],
)
def test_a_time_out_is_bare_when_it_says_nothing_else(message: str, is_bare: bool) -> None:
    assert is_bare_timeout(message) == is_bare


@given(TEXTS)
def test_whatever_a_message_is_it_comes_to_something(text: str) -> None:
    finding = find(text)

    assert finding.message
    assert find(finding.message).digest == finding.digest
    assert finding.limit_ms is None or 0 < finding.limit_ms < 2**31


@given(st.integers(0, 10**12))
def test_a_time_out_of_any_length_fits_the_database(limit: int) -> None:
    finding = find(f"Timeout {limit}ms exceeded.")

    assert finding.limit_ms is None or finding.limit_ms < 2**31
