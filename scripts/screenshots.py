"""Pictures of every page, light and dark, wide and narrow, of real runs of the example; into build/screenshots.

The example's suite runs twice: healthy, and on a shop that has outgrown a locator and adds a coupon instead of taking
it off. Beside it stands a project with a history of 20 builds, played through the server as workers would.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
HOME = ROOT / "build" / "screenshots"
SHIFTY = Path(sys.executable).with_name("shifty")
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Shifty:
    """A server of its own on this machine, and its commands."""

    environment: Mapping[str, str]

    def __call__(self, *arguments: str, at: Path = HOME, ok: tuple[int, ...] = (0,), **extra: str) -> str:
        done = subprocess.run(
            [SHIFTY, *arguments], cwd=at, env={**self.environment, **extra}, capture_output=True, text=True, check=False
        )
        if done.returncode not in ok:
            raise SystemExit(f"screenshots: shifty {' '.join(arguments)} ended with {done.returncode}\n{done.stderr}")
        return done.stdout


def say(words: str) -> None:
    print(f"screenshots: {words}", file=sys.stderr, flush=True)


@contextmanager
def server() -> Generator[Shifty]:
    """With an empty data folder."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SHIFTY_")}
    environment = {**own, "SHIFTY_DATA_DIR": str(HOME / "data"), "SHIFTY_REQUESTS_PER_MINUTE": "0"}
    with subprocess.Popen(
        [SHIFTY, "up", "-w", "0", "--port", "0"], cwd=HOME, env=environment, stdout=subprocess.PIPE
    ) as up:
        try:
            if not (up.stdout and up.stdout.readline()):
                raise SystemExit("screenshots: the server did not start")
            yield Shifty(environment)
        finally:
            up.terminate()


def shop() -> Path:
    """A copy of the example."""
    copy = HOME / "shop"
    skipped = shutil.ignore_patterns("node_modules", "test-results", "playwright-report")
    shutil.copytree(ROOT / "examples" / "shop", copy, ignore=skipped)
    (copy / "node_modules").symlink_to(ROOT / "examples" / "shop" / "node_modules")
    for line in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "The shop and its suite"]):
        identity = ["-c", "user.name=Robin", "-c", "user.email=robin@localhost", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *line], cwd=copy, check=True)
    return copy


def break_the_cart(copy: Path) -> None:
    cart = copy / "shop" / "cart.js"
    text = cart.read_text()
    broken = text.replace("goods - discount + delivery", "goods + discount + delivery")
    if broken == text:
        raise SystemExit("screenshots: the example's cart has changed; break it anew")
    cart.write_text(broken)
    identity = ["-c", "user.name=Robin", "-c", "user.email=robin@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "commit", "-qam", "Coupons for everybody"], cwd=copy, check=True)


def play_history(shifty: Shifty) -> None:
    """Builds of a suite with flaky, broken and regressed tests."""
    line = [sys.executable, ROOT / "scripts" / "play_history.py", HOME / "data"]
    subprocess.run(line, cwd=ROOT, env={**shifty.environment, "PYTHONPATH": str(ROOT)}, check=True)


def addresses(shifty: Shifty, client: httpx.Client) -> dict[str, str]:
    """The pages, by the name of their pictures."""
    runs = json.loads(shifty("runs", "--json"))["runs"]
    shop_runs = [run for run in runs if run["project"] != "acme/shop"]
    newest = shop_runs[0]["id"]
    failed = client.get(f"/api/v1/runs/{newest}/failed-tests").json()
    first = next(iter(failed["tests"] if "tests" in failed else failed["failedTests"]))
    events = client.get(f"/api/v1/healing/events?runId={newest}").json()["events"]
    flaky = client.get("/api/v1/analytics/flaky-tests?project=acme/shop").json()["flakyTests"]
    found = {
        "runs": "/runs",
        "run": f"/runs/{newest}",
        "run-tests": f"/runs/{newest}/tests",
        "run-timeline": f"/runs/{newest}/timeline",
        "run-healing": f"/runs/{newest}/healing",
        "run-artifacts": f"/runs/{newest}/artifacts",
        "run-details": f"/runs/{newest}/details",
        "test-in-a-run": f"/runs/{newest}/tests/{first['testId']}",
        "tests": "/tests?project=acme/shop",
        "flaky": "/flaky?project=acme/shop",
        "quarantine": "/flaky/quarantine?project=acme/shop",
        "errors": "/flaky/errors?project=acme/shop",
        "healing": "/healing",
        "queue": "/queue",
        "settings-projects": "/settings/projects",
        "settings-keys": "/settings/keys",
        "settings-tenant": "/settings/tenant",
        "settings-webhooks": "/settings/webhooks",
        "settings-audit": "/settings/audit",
    }
    if flaky:
        found["test"] = f"/tests/{flaky[0]['testId']}?project=acme/shop"
    if events:
        found["heal"] = f"/healing/runs/{newest}/tests/{events[0]['testId']}/{events[0]['id']}"
    return found


def signed_in(browser: Browser, shifty: Shifty, **options: object) -> BrowserContext:
    context = browser.new_context(**options)  # pyright: ignore[reportArgumentType]  # options of Playwright's own
    context.new_page().goto(shifty("open", "--print").strip())
    return context


def take(page: Page, base: str, name: str, path: str, kind: str) -> None:
    page.goto(base + path)
    page.wait_for_load_state("load")
    page.screenshot(path=HOME / f"{name}-{kind}.png", full_page=kind.endswith("narrow") is False)


def main() -> None:
    chosen = re.compile(sys.argv[1] if len(sys.argv) > 1 else "")
    began = time.monotonic()
    with server() as shifty:
        copy = shop()
        say("the example's suite, on a healthy shop")
        shifty("run", "-w", "3", at=copy, SHOP_PACE="0.2")
        say("a history of builds")
        play_history(shifty)
        say("the example's suite, on a shop that has changed")
        break_the_cart(copy)
        shifty("run", "-w", "3", at=copy, ok=(1,), SHOP_PACE="0.2", SHOP_OUTGROWN="1")
        address = shifty("open", "--print").strip()
        base = address[: address.index("/sign-in")]
        key = (HOME / "data" / "local.key").read_text().strip()
        headers = {"Authorization": f"Bearer {key}", "X-Tenant-ID": "local"}
        with httpx.Client(base_url=base, headers=headers, timeout=30) as client:
            pages = addresses(shifty, client)
        with sync_playwright() as playwright:
            found = Path("/usr/bin/chromium")
            browser = playwright.chromium.launch(
                executable_path=found if found.exists() else None, args=["--no-sandbox"]
            )
            for scheme in ("light", "dark"):
                for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
                    context = signed_in(browser, shifty, viewport=viewport, color_scheme=scheme)
                    page = context.pages[0]
                    for name, path in pages.items():
                        if chosen.search(name):
                            take(page, base, name, path, f"{scheme}-{width}")
                    context.close()
            browser.close()
    say(f"{len(list(HOME.glob('*.png')))} pictures in {HOME.relative_to(ROOT)}, after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
