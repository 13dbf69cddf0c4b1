"""The example's suite, really run: on a shop that is well, then on one that has outgrown a locator and adds coupons."""

import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dashboard.conftest import Account

_SHOP = Path(__file__).parents[2] / "examples" / "shop"
_SPECS = ("tests/cart.spec.ts", "tests/prompts.spec.ts", "tests/search.spec.ts")


@dataclass(frozen=True)
class Example:
    """What there is to look at."""

    run_id: str
    """Failed, with a healed test."""
    failed_test: str
    healed_test: str
    artifact: str
    """Path of a trace, below ``/files``."""

    def pages(self, account: Account) -> list[str]:
        """The address of every page."""
        run = f"/runs/{self.run_id}"
        tabs = [f"{run}{tab}" for tab in ("", "/tests", "/timeline", "/healing", "/artifacts", "/details")]
        tests = [f"{run}/tests/{self.failed_test}", f"{run}/tests/{self.healed_test}", f"/tests/{self.failed_test}"]
        lists = ["/runs", "/tests", "/flaky", "/flaky/quarantine", "/flaky/errors", "/healing", "/queue"]
        settings = [f"/settings/{name}" for name in ("projects", "keys", "tenant", "repository", "webhooks", "audit")]
        project = account.api("GET", "/projects").json()["projects"][0]["project"]
        return [*lists, *tabs, *tests, f"/healing/runs/{self.run_id}", *settings, f"/settings/projects/{project}"]


def run_example(account: Account, folder: Path) -> Example:
    """Two runs of some of the example's spec files on two workers, reported to the account's server."""
    copy = folder / "shop"
    skipped = shutil.ignore_patterns("node_modules", "test-results", "playwright-report")
    shutil.copytree(_SHOP, copy, ignore=skipped)
    (copy / "node_modules").symlink_to(_SHOP / "node_modules")
    assert _shifty(account, copy, folder) == 0
    cart = copy / "shop" / "cart.js"
    cart.write_text(cart.read_text().replace("goods - discount + delivery", "goods + discount + delivery"))
    assert _shifty(account, copy, folder, SHOP_OUTGROWN="1") == 1
    return _found(account)


def _shifty(account: Account, shop: Path, folder: Path, **extra: str) -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SHIFTY_", "CI"))}
    environment = {
        **own,
        "SHIFTY_API_URL": account.site.url,
        "SHIFTY_API_KEY": account.key,
        "SHIFTY_TENANT_ID": account.tenant.slug,
        "SHIFTY_DATA_DIR": str(folder / "data"),
        "SHOP_PACE": "0.1",
        "SHOP_PORT": port,
        **extra,
    }
    done = subprocess.run(
        [sys.executable, "-m", "shifty.cli", "run", "-w", "2", *_SPECS],
        cwd=shop,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode


def _found(account: Account) -> Example:
    run_id: str = account.api("GET", "/runs?limit=1").json()["runs"][0]["id"]
    results: list[dict[str, Any]] = account.api("GET", f"/runs/{run_id}/results").json()["results"]
    failed = next(result for result in results if result["status"] == "failed")
    healed = next(result for result in results if result["healed"])
    artifacts = account.api("GET", f"/runs/{run_id}/artifacts?artifactType=trace").json()["artifacts"]
    return Example(run_id, failed["testId"], healed["testId"], f"{artifacts[0]['id']}/{artifacts[0]['name']}")
