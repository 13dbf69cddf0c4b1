"""Every page, with a real run of the example: whole, without a fault in the console, and usable by everybody."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import expect

from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.example import run_example

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_page_shows_a_real_run_without_a_fault(account: Account, signed_in: SignIn, tmp_path: Path) -> None:
    example = run_example(account, tmp_path)
    faults: list[str] = []

    for scheme, width in (("light", 1280), ("dark", 390)):
        page = signed_in(color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in example.pages(account):
            answer = page.goto(path)
            assert answer
            assert answer.status == 200, f"{path}: {answer.status}"
            expect(page.get_by_role("heading", level=1)).to_have_count(1)
            faults += [f"{path} ({scheme}): {violation}" for violation in serious_violations(page)]
            faults += [f"{path} ({width}) is too wide: {element}" for element in too_wide(page)]
    assert not faults, "\n".join(faults)

    read_only = signed_in(key=account.key_with(Scope.READ))
    for path in example.pages(account):
        read_only.goto(path)
        pressable = read_only.locator("main form[method=post] button:enabled")
        assert pressable.count() == 0, f"{path}: {pressable.all_inner_texts()}"


@pytest.mark.parametrize(
    "path",
    [
        *("/runs", f"/runs/{NOWHERE}", f"/runs/{NOWHERE}/tests", f"/runs/{NOWHERE}/timeline", "/tests", "/tests/abc"),
        *(f"/runs/{NOWHERE}/tests/abc", f"/runs/{NOWHERE}/live", "/flaky", "/flaky/quarantine", "/healing", "/queue"),
        *("/settings/keys", "/settings/audit", "/live", f"/files/{NOWHERE}/trace.zip"),
    ],
)
def test_signed_out_there_is_nothing_to_see(account: Account, path: str) -> None:
    answer = httpx.get(account.site.url + path)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize(
    "path",
    [
        *(f"/runs/{NOWHERE}", f"/runs/{NOWHERE}/tests", f"/runs/{NOWHERE}/timeline", f"/runs/{NOWHERE}/healing"),
        *("/runs/nonsense", f"/runs/{NOWHERE}/tests/abc", "/tests/abc", f"/files/{NOWHERE}/trace.zip"),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(account: Account, path: str) -> None:
    answer = account.client().get(path)

    assert answer.status_code == 404
    assert "<h1>Not found</h1>" in answer.text


HOSTILE = [
    "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">",
    "\u202eright to left \u05e9\u05dc\u05d5\u05dd \u2066",
    "\U0001f469\u200d\U0001f692 emoji \U0001f9ea {{ 7 * 7 }} ${7 * 7} %7B",
    "long " + "x" * 5000,
    "\x1b[31mred\x1b[0m \x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07 \x07",
    "a/b?c=d&e=f#g%2F",
]


@pytest.mark.timeout(300)
def test_hostile_tests_and_errors_are_shown_and_do_nothing(account: Account, signed_in: SignIn) -> None:
    run_id = report_hostile(account)
    page = signed_in(viewport={"width": 390, "height": 800})
    results = account.api("GET", f"/runs/{run_id}/results").json()["results"]
    paths = [f"/runs/{run_id}/tests/{result['testId']}" for result in results]
    of_tests = [f"/tests/{result['testId']}" for result in results]
    tabs = [f"/runs/{run_id}{tab}" for tab in ("", "/tests", "/timeline", "/details")]

    for path in ["/runs", "/tests", "/flaky/errors", "/queue", *tabs, *paths, *of_tests]:
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, f"{path}: {answer.status}"
        assert page.title() != "owned"
        assert not too_wide(page), path
        assert "emoji 49" not in page.locator("main").inner_text(), path


def report_hostile(account: Account) -> str:
    """A run whose every text is out to get us."""
    run_id = str(uuid4())
    results = [
        {
            "testFile": "tests/<b>hostile<b>.spec.ts",
            "testName": text,
            "titlePath": [text, text],
            "projectName": text[:60],
            "status": "failed",
            "durationMs": 10**9 if number == 0 else 5,
            "errorMessage": text,
            "attempts": [
                {"attempt": 0, "status": "failed", "durationMs": 5, "errors": [{"message": text, "stack": text}]}
            ],
        }
        for number, text in enumerate(HOSTILE)
    ]
    start = {
        "totalTests": len(HOSTILE),
        "project": "acme/shop",
        "branch": HOSTILE[0],
        "commitSha": "abc",
        "metadata": {"title": HOSTILE[1], "url": "javascript:alert(1)", "<b>": HOSTILE[2]},
    }
    messages: list[dict[str, object]] = [
        {"type": "run:start", "payload": start},
        {"type": "test:batch", "payload": {"results": results}},
        {"type": "run:end", "payload": {}},
    ]
    account.api("POST", f"/runs/{run_id}/events", messages)
    return run_id
