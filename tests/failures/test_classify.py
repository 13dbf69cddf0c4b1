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
OF_TEST: frozenset[str] = frozenset({"timeout", "test-timeout"})
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
        (BARE, "timeout", OF_TEST, 1500),
        ('Test timeout of 30000ms exceeded while setting up "page".', "timeout", OF_TEST, 30000),
        ("Failed: Timeout (>5.0s) from pytest-timeout.", "timeout", OF_TEST, 5000),
        ("E   Failed: Timeout >5.0s", "timeout", OF_TEST, 5000),
        ('"beforeAll" hook timeout of 30000ms exceeded.', "timeout", {"timeout"}, 30000),
        (COVERED, "timeout", {"timeout", "animation"}, 1500),
        (HUNG, "locator", OF_TEST, 1500),
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


@pytest.mark.parametrize(
    "message",
    [
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
        "E   MemoryError",
        "MemoryError: Unable to allocate 8 GiB",
        "Error: EMFILE: too many open files, open '/x/a.png'",
        "Error: page.screenshot: ENOSPC: no space left on device, write",
        "Error: spawn /usr/bin/node ENOMEM",
        "E   OSError: [Errno 28] No space left on device: '/x/a'",
        "E   playwright._impl._errors.Error: BrowserType.launch: Executable doesn't exist at /x/chrome",
        "Error: browserType.connectOverCDP: connect ETIMEDOUT",
        "Error: Failed to launch the browser process!",
        "/x/chrome: error while loading shared libraries: libnss3.so: cannot open shared object file",
        "Error: page.evaluate: Target crashed",
        "Error: page.goto: Navigation failed because page crashed!",
        "Protocol error (Runtime.evaluate): Target crashed",
    ],
)
def test_what_the_machine_says_is_no_fault_of_the_test(message: str) -> None:
    assert find(message).is_infrastructure
    assert find(f"{message}\n    at pay (/x/pay.spec.ts:3:4)").is_infrastructure


@pytest.mark.parametrize(
    "message",
    [
        "TypeError: Cannot read properties of undefined (reading 'MemoryError')",
        "Error: the import said: out of memory cards, browserType.launch",
        "Error: Allocation failed",
        "Error: Allocation failed: the seats are gone",
        "Error: Failed to launch campaign 7",
        "Error: the upload answered ENOSPC for a quota of 0",
        "Error: no row for EMFILE",
        "ReferenceError: MemoryErrorBoundary is not defined",
        "Error: the shop said: Page crashed",
        "Error: Could not read [Errno 28] of the log",
        "Error: waited for the text Browser has been disconnected",
    ],
)
def test_an_application_that_uses_the_words_of_the_machine_has_failed_all_the_same(message: str) -> None:
    finding = find(message)

    assert (finding.is_infrastructure, finding.kind) == (False, "error")


@pytest.mark.parametrize(
    "quoted",
    [
        'Expected: "Session timeout 30s"\nReceived: "Session timeout 15s"',
        "- Expected  - 1\n+ Received  + 1\n\n- Timeout of 30 seconds\n+ Timeout of 15 seconds",
        'Expected substring: "Timed out 700ms ago"\nReceived string: "Test timeout of 30000ms exceeded"',
    ],
)
def test_a_time_out_that_an_assertion_quotes_is_none(quoted: str) -> None:
    finding = find(f"Error: expect(received).toBe(expected) // Object.is equality\n\n{quoted}")

    assert (finding.limit_ms, finding.causes) == (None, NONE)


def test_the_time_out_of_the_test_stands_before_those_of_its_steps() -> None:
    step = "Error: expect(locator).toBeVisible() failed\n\nTimeout:  5000ms\nError: element(s) not found"

    found = find_in([step, BARE])

    assert found is not None
    assert (found.limit_ms, found.causes) == (1500, OF_TEST)
    assert find(step).causes == {"timeout"}


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
