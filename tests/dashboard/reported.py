"""A test that a run has reported, with its attempts and files, through the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx

from shifty.flakiness.fold_runs import fold_due
from shifty.ids import stable_test_id
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope
from tests.dashboard.conftest import Account, Site
from tests.support.server import new_tenant

FILE: Final = "tests/cart.spec.ts"
TITLE: Final = "adds <script>alert(1)</script> \u202eto the cart 🛒"
TEST: Final[dict[str, Any]] = {
    "testFile": FILE,
    "testName": TITLE,
    "titlePath": ["cart", TITLE],
    "projectName": "chromium",
}
MESSAGE: Final = """Error: expect(locator).toHaveText(expected) failed

Locator:  locator('#total')
Expected: "24 €"
Received: "12 €"

Call log:
  - waiting for locator('#total')"""
SNIPPET: Final = """  11 |   await page.click('#add');
> 12 |   await expect(page.locator('#total')).toHaveText('24 €');
     |                                        ^
  13 | });"""
STACK: Final = f"""{MESSAGE}
    at /builds/shop/tests/cart.spec.ts:12:40
    at Cart.total (/builds/shop/pages/cart.ts:4:2)
    at run (/builds/shop/node_modules/playwright/lib/index.js:9:1)
    at node:internal/process:1:2"""
FAILED: Final[dict[str, Any]] = {
    "attempt": 0,
    "status": "failed",
    "durationMs": 4200,
    "startedAt": "2026-05-01T10:00:00Z",
    "workerIndex": 3,
    "errors": [
        {
            "message": MESSAGE,
            "stack": STACK,
            "snippet": SNIPPET,
            "location": {"file": FILE, "line": 12, "column": 40},
        }
    ],
    "steps": [
        {"title": "Before Hooks", "category": "hook", "durationMs": 300},
        {"title": "Add an item", "category": "test.step", "durationMs": 900, "error": "It failed within."},
        {"title": "Expect toHaveText", "category": "expect", "durationMs": 500, "error": "Not 24", "depth": 1},
    ],
    "stdout": "\x1b[32mgreen\x1b[0m <b>line</b>",
}
PASSED: Final[dict[str, Any]] = {"attempt": 1, "status": "passed", "durationMs": 900}


@dataclass(frozen=True)
class Reported:
    account: Account
    run: str
    test_id: str

    @property
    def path(self) -> str:
        return f"/runs/{self.run}/tests/{self.test_id}"

    def keep(self, kind: str, name: str, content: bytes, attempt: int = 0, media_type: str = "") -> str:
        """Upload a file of it; where the pages have it."""
        labels = {
            "X-Run-ID": self.run,
            "X-Artifact-Type": kind,
            "X-Artifact-Name": name,
            "X-Test-ID": self.test_id,
            "X-Attempt": str(attempt),
            "Content-Type": media_type or "application/octet-stream",
        }
        address = f"{self.account.site.url}/api/v1/artifacts/upload"
        answer = httpx.post(address, headers={**self.account.headers, **labels}, content=content, timeout=60)
        assert answer.is_success, answer.text
        return f"/files/{answer.json()['artifactId']}/{name}"

    def tell(self, *messages: dict[str, Any]) -> None:
        answer = self.account.api("POST", f"/runs/{self.run}/events", list(messages))
        assert answer.json()["errors"] == [], answer.text

    def end(self, status: str, attempts: Sequence[dict[str, Any]] = (), **fields: Any) -> None:
        """The test has come to ``status``, and with it the run is over."""
        result = {**TEST, "line": 9, "status": status, "durationMs": 4200, "attempts": list(attempts), **fields}
        if attempts:
            result["retryCount"] = attempts[-1]["attempt"]
        told = {"type": "test:batch", "payload": {"results": [result]}}
        self.tell(told, {"type": "run:end", "payload": {"totalTests": 1}})

    def fold(self) -> None:
        """History takes in the runs of the tenant that are over."""
        db = self.account.site.db
        self.account.site.run(fold_due(db, self.account.tenant.id))


def begin(account: Account, *, branch: str = "main", line: int | None = 9) -> Reported:
    """A run whose one test runs."""
    run = str(uuid4())
    test = {**TEST, "line": line}
    began = {"totalTests": 1, "project": "shop", "branch": branch, "commitSha": f"{run[:8]}0", "tests": [test]}
    reported = Reported(account, run, stable_test_id(FILE, "chromium", ["cart", TITLE]))
    reported.tell({"type": "run:start", "payload": began}, {"type": "test:start", "payload": test})
    return reported


def report(
    account: Account, status: str, attempts: Sequence[dict[str, Any]] = (), *, branch: str = "main", **fields: Any
) -> Reported:
    """A run of one test that has come to ``status``, and that is over."""
    reported = begin(account, branch=branch, line=fields.get("line", 9))
    reported.end(status, attempts, **fields)
    return reported


def new_account(site: Site) -> Account:
    """Of another tenant."""

    async def make() -> Account:
        tenant = await new_tenant(site.db, f"t-{uuid4().hex}")
        key = await create_key(site.db, tenant.id, frozenset(Scope), name="of another tenant")
        return Account(site, tenant, key.text)

    return site.run(make())
