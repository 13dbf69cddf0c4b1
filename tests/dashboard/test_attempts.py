"""The page of a test in a run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from shifty.dashboard.attempt_command import local_command
from shifty.dashboard.attempt_error import error_view
from shifty.dashboard.attempt_history import facts
from shifty.dashboard.attempt_media import media
from shifty.dashboard.attempt_steps import steps_view
from shifty.dashboard.code_frame import code_frame
from shifty.flakiness.lists.model import KnownTest, Named, Standing, Told
from shifty.flakiness.lists.show_test import TestInFull
from shifty.ids import stable_test_id
from shifty.runs.ledger import Ledger
from shifty.runs.model import Run, TestArtifact
from shifty.tenants.model import Scope
from shifty.wire import Location, Step, TestError
from tests.dashboard.conftest import Account, SignIn

FILE = "tests/cart.spec.ts"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
TITLE = "adds <script>alert(1)</script> \u202eto the cart 🛒"
MESSAGE = """Error: expect(locator).toHaveText(expected) failed

Locator:  locator('#total')
Expected: "24 €"
Received: "12 €"

Call log:
  - waiting for locator('#total')"""
SNIPPET = """  11 |   await page.click('#add');
> 12 |   await expect(page.locator('#total')).toHaveText('24 €');
     |                                        ^
  13 | });"""
STACK = f"""{MESSAGE}
    at /home/ci/shop/tests/cart.spec.ts:12:40
    at Cart.total (/home/ci/shop/pages/cart.ts:4:2)
    at run (/home/ci/shop/node_modules/playwright/lib/index.js:9:1)
    at node:internal/process:1:2"""
ERROR = TestError(message=MESSAGE, stack=STACK, snippet=SNIPPET, location=Location(file=FILE, line=12, column=40))


@dataclass(frozen=True)
class Reported:
    """A test that a run has told of."""

    account: Account
    run: str

    @property
    def test_id(self) -> str:
        return stable_test_id(FILE, "chromium", ["cart", TITLE])

    @property
    def path(self) -> str:
        return f"/runs/{self.run}/tests/{self.test_id}"

    def keep(self, kind: str, name: str, content: bytes, attempt: int = 0, mime: str = "") -> str:
        """Upload an artifact of it; its id."""
        labels = {
            "X-Run-ID": self.run,
            "X-Artifact-Type": kind,
            "X-Filename": name,
            "X-Test-ID": self.test_id,
            "X-Attempt": str(attempt),
            "Content-Type": mime or "application/octet-stream",
        }
        import httpx

        answer = httpx.post(
            f"{self.account.site.url}/api/v1/artifacts/upload",
            headers={**self.account.headers, **labels},
            content=content,
            timeout=60,
        )
        assert answer.is_success, answer.text
        return answer.json()["artifactId"]
