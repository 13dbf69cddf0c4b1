"""A page outgrows a locator: the test goes on with the right element, and everybody hears of it."""

import json
import shutil
import threading
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.e2e.command_line import REPOSITORY, CommandLine, finished
from tests.e2e.conftest import MakeMachine

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

PAGE = """<!doctype html><title>Shop</title><h1>Welcome to the shop</h1>
<nav><a href="/offers">Offers</a> <a href="/help">Help</a></nav>
<form onsubmit="greeting.textContent = `Hello ${user.value}`; return false">
  <h2>Your account</h2>
  <label>User name <input id="username" name="user"></label>
  <label>Password <input id="password" name="password" type="password"></label>
  <button id="BUTTON" class="primary" type="submit" name="go">Sign in</button>
  <button id="cancel" type="reset">Cancel</button>
</form>
<p id="greeting"></p>
<script>const greeting = document.querySelector('#greeting'), user = document.querySelector('#username');</script>
"""


@dataclass
class Shop:
    """A site whose sign-in button gets another id."""

    url: str
    button: str = "login-button"


@pytest.fixture
def shop() -> Generator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = PAGE.replace("BUTTON", shop.button).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop = Shop(f"http://127.0.0.1:{server.server_port}")
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield shop
    server.shutdown()
    serving.join()
    server.server_close()


@dataclass(frozen=True)
class Api:
    """Shifty's server, as programs see it."""

    url: str
    key: str

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "X-Tenant-ID": "local"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@pytest.fixture
def machine(make_machine: MakeMachine, shop: Shop) -> CommandLine:
    machine: CommandLine = make_machine({}, SHOP_URL=shop.url, SHIFTY_PROJECT="shop")
    for file in (REPOSITORY / "tests" / "suites" / "healing").iterdir():
        shutil.copy(file, machine.project)
    (machine.project / ".git").mkdir()
    return machine


@pytest.fixture
def api(machine: CommandLine) -> Generator[Api]:
    """A server that stays from one command to the next."""
    up = machine.start("up", "--port", "0", "-w", "0")
    assert up.stdout
    line = up.stdout.readline()
    assert line.startswith("Shifty is ready on"), line + up.communicate()[1]
    yield Api(line.split()[4].rstrip(","), (machine.data_dir / "local.key").read_text().strip())
    up.terminate()
    finished(up, 60)


def test_a_renamed_id_is_healed_and_told(machine: CommandLine, api: Api, shop: Shop) -> None:
    whole = machine.run("run", "-w", "1", "--json")
    shop.button = "sign-in-submit"
    healed = machine.run("run", "-w", "1", "--json")

    assert (whole.exit, whole.json["healedTests"]) == (0, 0), whole.stderr
    assert (healed.exit, healed.json["conclusion"]) == (0, "passed"), log_of(machine, healed.stderr)
    assert healed.json["healedTests"] == 1, log_of(machine, healed.stderr)
    run_id = healed.json["runId"]
    told = api.get(f"/runs/{run_id}")
    (result,) = told["results"]
    assert told["run"]["healedTests"] == 1
    assert (result["healingAttempted"], result["healed"], result["status"]) == (True, True, "passed")
    (event,) = api.get(f"/healing/events?runId={run_id}")["events"]
    assert event["originalSelector"] == "#login-button"
    assert (event["decision"], event["success"], event["action"]) == ("heal", True, "click")
    assert "Sign in" in event["healedLocator"]
    assert event["confidence"] >= 0.9
    assert event["callSite"]["file"] == "sign-in-page.js"
    assert {"sign-in.spec.js", "sign-in-page.js"} <= {frame["file"] for frame in event["frames"]}
    assert not api.get(f"/healing/events?runId={whole.json['runId']}")["events"]

    # The same again, when the run does not want it, and when this machine does not.
    refusing = machine.start("run", "-w", "1", "--json", "--healing-verdict", "fail")
    off = machine.run("run", "-w", "1", "--json", "--healing", "off", env={"ACTION_MS": "4000"})
    refused = finished(refusing)

    assert (refused.exit, refused.json["conclusion"], refused.json["failedTests"]) == (1, "failed", 1), refused.stderr
    assert (off.exit, off.json["healedTests"], off.json["failedTests"]) == (1, 0, 1), off.stderr
    (result,) = api.get(f"/runs/{off.json['runId']}")["results"]
    assert result["healingAttempted"] is False
    assert "locator('#login-button')" in result["errorMessage"]


def log_of(machine: CommandLine, said: str) -> str:
    """What was said, and what Playwright printed in the newest batch."""
    logs = sorted(machine.project.glob("test-results/*/*/output.log"), key=lambda log: log.stat().st_mtime)
    return said + "".join(log.read_text() for log in logs[-1:])
