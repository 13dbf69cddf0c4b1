"""The environment and command line of a Playwright process that reports to us."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from shifty.worker.playwright.locate import Installation, reporter_file
from shifty.worker.playwright.model import Suite

# Test code is not trusted with what only the worker needs.
SECRETS = (
    "SHIFTY_API_KEY",
    "SHIFTY_DATABASE_URL",
    "SHIFTY_GITHUB_APP_PRIVATE_KEY",
    "SHIFTY_GITHUB_APP_PRIVATE_KEY_FILE",
    "SHIFTY_GITHUB_TOKEN",
    "SHIFTY_GITHUB_WEBHOOK_SECRET",
    # A git URL may hold a password.
    "SHIFTY_HEALING_REPOSITORY",
    "SHIFTY_LLM_API_KEY",
    "SHIFTY_STORAGE_URL",
)
# A worker within a test of somebody else's worker: theirs is not ours.
_FOREIGN = ("SHIFTY_HEAL",)


@dataclass(frozen=True)
class ReporterOptions:
    """What the reporter is asked; see ``Options`` in ``js/reporter/playwright.d.ts``."""

    events: Path
    list: bool = False
    exclude: Sequence[str] = ()
    servers: Sequence[str] = ()


def environment(options: ReporterOptions, reports: Path | None = None) -> dict[str, str]:
    """Our environment without our secrets, with the reporter, and the user's reports going to ``reports``."""
    env = {name: value for name, value in os.environ.items() if name not in SECRETS + _FOREIGN}
    env["PW_TEST_REPORTER"] = str(reporter_file())
    env["SHIFTY_PLAYWRIGHT"] = json.dumps(
        {
            "events": str(options.events),
            "list": options.list,
            "exclude": list(options.exclude),
            "servers": list(options.servers),
        }
    )
    # A failed run would serve its HTML report and wait for a key.
    env["PLAYWRIGHT_HTML_OPEN"] = "never"
    if reports is not None:
        env.update(_report_files(reports))
    return env


def _report_files(reports: Path) -> Mapping[str, str]:
    # Batches run at the same time and one after the other: in the configured place each would wipe the last one's.
    return {
        "PLAYWRIGHT_HTML_OUTPUT_DIR": str(reports / "html"),
        "PLAYWRIGHT_BLOB_OUTPUT_FILE": str(reports / "blob.zip"),
        "PLAYWRIGHT_JSON_OUTPUT_FILE": str(reports / "report.json"),
        "PLAYWRIGHT_JUNIT_OUTPUT_FILE": str(reports / "junit.xml"),
    }


def command(suite: Suite | Installation, arguments: Sequence[str]) -> list[str]:
    """``playwright test`` without npx, which would add half a second."""
    cli = suite.playwright_cli if isinstance(suite, Suite) else suite.cli
    config = ["--config", str(suite.config)] if suite.config else []
    return [suite.node, str(cli), "test", *config, *arguments]
