"""The trace viewer inside our own pages."""

import io
import json
import re
import zipfile
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from shifty.dashboard.trace_viewer import viewer, viewer_in
from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.reported import FAILED, Reported, report

HOSTILE: list[object] = [
    "BODY",
    {},
    ["H1", {}, "A hostile snapshot"],
    ["SCRIPT", {}, "top.document.title = 'hacked'"],
    ["IMG", {"src": "x", "onerror": "top.document.title = 'hacked'"}],
    [
        "P",
        {"x><img src=x onerror=\"top.document.title='hacked'\"><script>top.document.title='hacked'</script><p y": ""},
    ],
    ["P", {'x><iframe srcdoc="<script>top.document.title=1</script>"></iframe><p y': ""}],
    ["P", {'x><iframe src="javascript:top.document.title=2"></iframe><p y': ""}],
]
"""Of a snapshot, as the viewer has it: elements with attributes and content. Names of attributes are not
escaped by it."""
LEADING_AWAY: list[object] = ["BODY", {'x><meta http-equiv="refresh" content="0;url=https://evil.test/"><p y': ""}]


@pytest.fixture(scope="module")
def trace(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of a real Playwright."""
    file = tmp_path_factory.mktemp("trace") / "trace.zip"
    context = browser.new_context()
    context.tracing.start(screenshots=True, snapshots=True)
    page = context.new_page()
    page.set_content("<h1>Demo shop</h1><button>Add to cart</button>")
    page.get_by_role("button", name="Add to cart").click()
    context.tracing.stop(path=file)
    context.close()
    return file.read_bytes()


@pytest.fixture
def reported(account: Account) -> Reported:
    return report(account, "failed", [FAILED])


@pytest.fixture
def visitor(browser: Browser, account: Account) -> Generator[Page]:
    """Signed in; what a hostile trace is kept from is an error in the console, which is no fault here."""
    context = browser.new_context(base_url=account.site.url)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("API key").fill(account.key)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/runs**")
    yield page
    context.close()


def _answered(route: Route, client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


def with_snapshot(trace: bytes, html: object) -> bytes:
    """``trace``, in which every snapshot of a page is ``html``."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(trace)) as read, zipfile.ZipFile(made, "w") as write:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith(".trace"):
                events = [json.loads(line) for line in content.splitlines()]
                for event in events:
                    if event["type"] == "frame-snapshot":
                        event["snapshot"]["html"] = ["HTML", {}, html]
                content = "\n".join(map(json.dumps, events)).encode()
            write.writestr(name, content)
    return made.getvalue()


def test_the_actions_of_a_real_trace_are_shown_inside_our_page(
    reported: Reported, trace: bytes, signed_in: SignIn
) -> None:
    reported.keep("trace", "trace.zip", trace)
    page = signed_in()
    page.goto(reported.path)

    page.get_by_role("link", name="Open trace").click()

    frame = page.frame_locator("iframe[title='Trace viewer']")
    expect(frame.get_by_text("Add to cart").first).to_be_visible(timeout=60_000)
    frame.get_by_text("Click").first.click()
    snapshot = frame.frame_locator("iframe.snapshot-visible")
    expect(snapshot.get_by_role("heading", name="Demo shop")).to_be_visible(timeout=60_000)
    expect(page.locator("#trace-hint")).to_be_hidden()


def test_a_hostile_snapshot_runs_nothing(reported: Reported, trace: bytes, visitor: Page) -> None:
    reported.keep("trace", "trace.zip", with_snapshot(trace, HOSTILE))

    visitor.goto(f"{reported.path}/trace")

    frame = visitor.frame_locator("iframe[title='Trace viewer']")
    frame.get_by_text("Click").first.click(timeout=60_000)
    snapshot = frame.frame_locator("iframe.snapshot-visible")
    expect(snapshot.get_by_role("heading", name="A hostile snapshot")).to_be_visible(timeout=60_000)
    expect(snapshot.locator("p iframe")).to_have_count(2)
    expect(visitor).to_have_title(re.compile("^Trace of"))


def test_a_hostile_snapshot_can_not_lead_its_frame_to_another_site(
    reported: Reported, trace: bytes, visitor: Page
) -> None:
    reached: list[str] = []
    visitor.context.route("https://evil.test/**", lambda route: (reached.append(route.request.url), route.abort()))
    reported.keep("trace", "trace.zip", with_snapshot(trace, LEADING_AWAY))

    with visitor.expect_console_message(lambda said: "evil.test" in said.text and "frame-src" in said.text):
        visitor.goto(f"{reported.path}/trace")

    assert not reached


def test_our_worker_shows_no_trace_of_another_place_and_no_file_of_a_trace_as_a_page(
    reported: Reported, trace: bytes, visitor: Page
) -> None:
    file = reported.keep("trace", "trace.zip", trace)
    visitor.goto(f"/trace/index.html?trace={file}")
    expect(visitor.get_by_text("Add to cart").first).to_be_visible(timeout=60_000)
    name = zipfile.ZipFile(io.BytesIO(trace)).namelist()[0]
    document = "() => fetch('snapshot.html').then(answer => answer.headers.get('content-security-policy'))"

    elsewhere = visitor.evaluate("() => fetch('contexts?trace=https://evil.test/t.zip').then(answer => answer.status)")
    api = visitor.evaluate("() => fetch('contexts?trace=/api/v1/runs').then(answer => answer.status)")
    headers = visitor.evaluate(f"() => fetch('file/{name}?trace={file}').then(answer => [...answer.headers])")

    assert (elsewhere, api) == (403, 403)
    assert ["x-content-type-options", "nosniff"] in headers
    assert "frame-ancestors 'self'" in visitor.evaluate(document)


class TestOfThePage:
    def test_the_trace_can_be_taken_elsewhere_without_javascript(self, reported: Reported) -> None:
        file = reported.keep("trace", "trace.zip", b"PK")

        shown = reported.account.client().get(f"{reported.path}/trace").text

        assert f'href="{file}" download="trace.zip"' in shown
        assert "npx playwright show-trace trace.zip" in shown
        assert "<iframe" not in shown

    def test_the_trace_of_the_attempt_that_is_asked_for_is_shown(self, reported: Reported) -> None:
        first = reported.keep("trace", "first.zip", b"PK", 0)
        reported.keep("trace", "second.zip", b"PK", 1)

        client = reported.account.client()
        asked = client.get(f"{reported.path}/trace?artifact={first.split('/')[2]}").text

        assert "first.zip" in asked
        assert "second.zip" in client.get(f"{reported.path}/trace").text

    def test_a_file_that_is_no_trace_of_the_test_is_not_found(self, reported: Reported) -> None:
        log = reported.keep("log", "notes.txt", b"x")
        client = reported.account.client()

        assert client.get(f"{reported.path}/trace?artifact={log.split('/')[2]}").status_code == 404
        assert client.get(f"{reported.path}/trace").status_code == 404

    def test_where_the_address_is_not_safe_there_is_a_hint(self, browser: Browser, reported: Reported) -> None:
        reported.keep("trace", "trace.zip", b"PK")
        client = reported.account.client()
        context = browser.new_context()
        # The pages of this server, under a name that browsers do not take for this machine.
        context.route(
            "http://shifty.test/**",
            lambda route: _answered(route, client, route.request.url.removeprefix("http://shifty.test")),
        )
        page = context.new_page()

        page.goto(f"http://shifty.test{reported.path}/trace")

        expect(page.get_by_text("The viewer can't be shown at http://shifty.test")).to_be_visible()
        expect(page.get_by_text("npx playwright show-trace").first).to_be_visible()
        expect(page.locator("iframe")).to_have_count(0)
        context.close()


class TestOfTheViewersFiles:
    def test_they_are_static_guarded_and_of_this_viewer_alone(self, account: Account) -> None:
        client = account.client()
        found = viewer()
        assert found

        index = client.get("/trace/index.html")
        script = client.get("/trace/" + next(name for name in found.files if re.fullmatch(r"index\..*\.js", name)))
        worker = client.get("/trace/sw.bundle.js")

        assert "default-src 'none'" in index.headers["content-security-policy"]
        assert "connect-src 'self' data: blob:" in index.headers["content-security-policy"]
        assert "frame-ancestors 'self'" in index.headers["content-security-policy"]
        assert index.headers["cache-control"] == "no-cache"
        assert "immutable" in script.headers["cache-control"]
        assert "Stands before the trace viewer's own" in worker.text
        assert client.get(f"/trace/{re.findall(r'sw[.][0-9a-f]{16}[.]js', worker.text)[0]}").status_code == 200

    @pytest.mark.parametrize("name", ["uiMode.html", "nothing.js", "../../package.json", "..%2f..%2fpackage.json", ""])
    def test_nothing_else_is_served(self, account: Account, name: str) -> None:
        assert account.client().get(f"/trace/{name}").status_code == 404

    def test_a_playwright_without_a_viewer_is_no_error(self, tmp_path: Path) -> None:
        assert viewer_in(tmp_path) is None
