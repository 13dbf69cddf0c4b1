"""One suite, first on the pages that it was written for, then on later ones: what is healed, and what is not."""

from pathlib import Path

import httpx
import pytest

from shifty.ids import stable_test_id
from tests.heal_hook.conftest import PROJECT, Played, Suite, address, copied
from tests.support.server import RunningServer
from tests.worker.playwright.conftest import VERSIONS

HEALED = {
    "a renamed id": "getByRole('button', { name: 'Buy the mug now' })",
    "a renamed field": "getByTestId('username-input')",
    "a renamed test id": "getByTestId('proceed-to-checkout')",
    "a renamed button": "getByRole('button', { name: 'Log in' })",
    "an element inside a frame": "locator('#pay').contentFrame().getByRole('textbox', { name: 'Card number' })",
    "a frame": "locator('iframe[title=\"Card payment\"]').contentFrame().locator('#card-number')",
    "an element in a shadow root": "getByRole('button', { name: 'Open the menu' })",
    "a text": "getByRole('heading', { name: 'Two for one' })",
    "a page that ticks": "getByRole('button', { name: 'Buy the mug now' })",
    "a long page": "getByRole('button', { name: 'Buy the mug now' })",
    "too many matches": "getByRole('button', { name: 'Save the address' })",
}
UNTOUCHED = {"late, behind a look-alike", "absence"}
ELEMENT_NOT_FOUND = {
    "removed beside a look-alike": "locator('#delete-account')",
    "expected to be visible, and gone": "locator('#banner')",
    "two that are alike": "locator('#add')",
    "a page that keeps changing": "locator('#buy')",
    "said to be left alone": "locator('#buy')",
    "said to be proposed": "locator('#buy')",
}
TAUGHT = (HEALED.keys() | ELEMENT_NOT_FOUND.keys() | {"a wrong text", "late, behind a look-alike"}) - {
    "said to be left alone"
}
"""Tests with a locator that hits something, and that do not forbid healing."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("version", VERSIONS)
async def test_a_suite_goes_on_where_elements_were_renamed_and_fails_where_they_are_gone(
    version: str, server: RunningServer, tmp_path: Path
) -> None:
    suite = copied("heal", tmp_path, version)
    await _taught(suite, server)

    printed = await suite.play(address(server), PAGES="after")
    played = suite.played

    assert {title: _healed_to(played[title]) for title in HEALED} == HEALED, printed
    for title in HEALED:
        _was_told(played[title])
    assert {title: (played[title].status, played[title].told) for title in UNTOUCHED} == {
        title: ("passed", []) for title in UNTOUCHED
    }
    for title, locator in ELEMENT_NOT_FOUND.items():
        _failed_as_ever(played[title], locator)
    _refused(played)


async def _taught(suite: Suite, server: RunningServer) -> None:
    """All pass, nothing is healed, and the server knows what their locators hit.

    Those of which it does not know are played again: on a machine that is too busy the hook rather forgoes a
    fingerprint than delay a step.
    """
    printed = await _passing(suite, server)
    unknown = await _unknown(server)
    for _ in range(5):
        if not unknown:
            return
        printed = await _passing(suite, server, "-g", "|".join(f" {title}$" for title in sorted(unknown)))
        unknown = await _unknown(server)
    pytest.fail(f"The server knows no fingerprints of {unknown}.\n{printed}")


async def _passing(suite: Suite, server: RunningServer, *arguments: str) -> str:
    printed = await suite.play(address(server), *arguments, PAGES="before")
    assert {test.status for test in suite.played.values()} <= {"passed", "skipped"}, printed
    assert not any(test.heals for test in suite.played.values())
    return printed


async def _unknown(server: RunningServer) -> set[str]:
    """The tests with a locator that hits something, of which the server has no fingerprint."""
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", headers=server.headers, timeout=60) as client:
        asked = {"project": PROJECT, "testFile": "heal.spec.js"}
        answer = (await client.get("/healing/fingerprints", params=asked)).raise_for_status().json()
    known = {fingerprint["testId"] for fingerprint in answer["fingerprints"]}
    return {title for title in TAUGHT if stable_test_id("heal.spec.js", "", [title]) not in known}


def _healed_to(test: Played) -> str | None:
    """The locator that a passed test went on with."""
    if test.status != "passed" or len(test.heals) != 1 or not test.heals[0].success:
        return f"{test.status} {test.told} {[heal.explanation for heal in test.heals]} {test.errors[:300]}"
    return test.heals[0].healed_locator


def _was_told(test: Played) -> None:
    (heal,) = test.heals
    assert test.told == ["healed"]
    assert heal.decision == "heal"
    assert heal.call_site
    assert heal.call_site.file == "heal.spec.js"
    assert heal.before
    assert heal.after
    assert heal.before.tag == heal.after.tag
    if heal.screenshot:
        assert test.attachments[heal.screenshot].read_bytes().startswith(b"\x89PNG")


def _failed_as_ever(test: Played, locator: str) -> None:
    assert test.status == "failed", test.heals
    assert locator in test.errors
    assert "8000ms" in test.errors, "the author's own time-out"
    assert not any(heal.success for heal in test.heals)


def _refused(played: dict[str, Played]) -> None:
    wrong = played["a wrong text"]
    assert wrong.status == "failed"
    assert "locator('#offer')" in wrong.errors
    assert "Three for one" in wrong.errors, "expected"
    assert "Two for one" in wrong.errors, "received"
    assert wrong.told == ["heal-failed"]

    assert "strict mode violation" in played["too many matches, never seen"].errors
    assert played["said to be left alone"].told == ["shifty:no-heal"]
    assert played["a page that keeps changing"].told == ["heal-refused"]

    proposed = played["said to be proposed"]
    assert proposed.told == ["shifty:propose", "heal-proposed"]
    assert proposed.heals[0].healed_locator == HEALED["a renamed id"]
