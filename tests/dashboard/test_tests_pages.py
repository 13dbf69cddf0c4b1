"""The explorer of tests and the page of one."""

import re
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from playwright.sync_api import expect

from shifty.dashboard.tests_strip import letter_of, strip, tally
from shifty.dashboard.tests_words import LONGEST, name_of, readable, trend_of
from shifty.dashboard.words import cut
from shifty.flakiness.lists.model import Told
from shifty.ids import stable_test_id
from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn
from tests.dashboard.told_runs import tell

HOSTILE = f"<script>alert('{'x' * 3000}')</script> \u202e\x1b[31mred\x1b[0m 🙂"


def rows_in(page: str) -> list[str]:
    """The titles of the tests in a list, in its order."""
    return re.findall(r'<td class="title">\s*<a class="clamped" href="[^"]*" title="[^"]*"><bdi>([^<]*)</bdi>', page)


def path_of(name: str, file: str = "tests/pay.spec.ts") -> str:
    return f"/tests/{stable_test_id(file, 'chromium', [name])}"


@pytest.fixture
def shop(account: Account) -> Account:
    """Four tests, of which one is flaky, one has regressed and one passes."""
    tell(account, {"pays": "RPRPRPRP", "adds": "PPPPPPFF", "looks": "PPPPPPPP"})
    return account


def test_the_list_is_in_the_order_that_is_asked_for(shop: Account) -> None:
    client = shop.client()
    by_flakiness = client.get("/tests?sort=flakiness")
    by_failures = client.get("/tests?sort=failures")

    assert by_flakiness.status_code == 200
    assert rows_in(by_flakiness.text)[0] == "pays"
    assert rows_in(by_failures.text)[0] == "adds"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=flaky", ["pays"]),
        ("state=regressed", ["adds"]),
        ("state=quarantined", []),
        ("search=LOOK", ["looks"]),
        ("search=&state=&project=&branch=&owner=&tag=&sort=name", ["adds", "looks", "pays"]),
        ("project=elsewhere", []),
        ("branch=main&sort=name", ["adds", "looks", "pays"]),
        ("branch=nowhere", []),
        ("sort=name&offset=1", ["looks", "pays"]),
    ],
)
def test_a_filter_leaves_what_is_like_that(shop: Account, query: str, found: list[str]) -> None:
    client = shop.client()
    assert rows_in(client.get(f"/tests?{query}").text) == found


def test_nobody_sees_the_tests_of_others(shop: Account, site: object) -> None:
    client = shop.client(shop.key_with(Scope.READ, project="elsewhere"))
    assert rows_in(client.get("/tests").text) == []
    assert client.get(path_of("pays")).status_code == 404
    answer = httpx.get(f"{shop.site.url}/tests")
    assert answer.status_code == 303


def test_what_nobody_can_mean_is_refused_as_a_page(shop: Account) -> None:
    client = shop.client()
    for path in ("/tests?sort=colour", "/tests?state=green", "/tests?offset=-1", "/tests?search=%00"):
        answer = client.get(path)
        assert answer.status_code == 400
        assert "<h1>" in answer.text
    assert client.get("/tests/none").status_code == 404


def test_a_test_says_how_it_stands_and_what_shows_it(shop: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto("/tests?sort=flakiness")

    page.get_by_role("link", name="pays", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("pays")
    expect(page.get_by_text("4 of 8 runs came out flaky: 50.0 %.")).to_be_visible()
    expect(page.get_by_text("4 of its 4 failures name the network.")).to_be_visible()
    expect(page.get_by_role("region", name="Runs").get_by_role("row")).to_have_count(9)
    expect(page.get_by_role("region", name="Errors").get_by_role("link")).to_contain_text("ERR_CONNECTION_REFUSED")
    assert serious_violations(page) == []


def test_a_mark_of_the_strip_leads_to_the_test_in_its_run(shop: Account, signed_in: SignIn) -> None:
    page = signed_in()
    page.goto(path_of("adds"))

    expect(page.get_by_text("2 runs in a row")).to_be_visible()
    mark = page.get_by_role("group", name=re.compile("^main: Last 8 runs")).get_by_role("link").last
    expect(mark).to_have_attribute("href", re.compile(r"/runs/[0-9a-f-]{36}/tests/[0-9a-f]+$"))


def test_the_page_of_a_test_shows_a_run_that_ends_while_it_is_open(account: Account, signed_in: SignIn) -> None:
    tell(account, {"pays": "PP"})
    page = signed_in()
    page.goto(path_of("pays"))
    runs = page.get_by_role("region", name="Runs").get_by_role("row")
    expect(runs).to_have_count(3)
    page.get_by_text("Quarantine this test").click()
    page.get_by_label("Why").fill("I am typing")

    tell(account, {"pays": "F"})

    expect(runs).to_have_count(4, timeout=30_000)
    expect(page.get_by_label("Why")).to_have_value("I am typing")


@pytest.mark.parametrize("look", [{"viewport": {"width": 380, "height": 800}}, {"color_scheme": "dark"}])
def test_hostile_names_are_text_and_break_nothing(account: Account, signed_in: SignIn, look: dict[str, object]) -> None:
    tell(account, {HOSTILE: "RPR"}, branch="<b>main</b>" + "y" * 300, message=HOSTILE)
    page = signed_in(**look)

    for path in ("/tests", path_of(HOSTILE)):
        page.goto(path)
        expect(page.get_by_text("<script>alert('x").first).to_be_visible()
        assert not too_wide(page)
        assert serious_violations(page) == []


def test_a_key_that_may_only_read_sees_and_cannot_press(shop: Account, signed_in: SignIn) -> None:
    page = signed_in(key=shop.key_with(Scope.READ))
    page.goto(path_of("pays"))

    page.get_by_text("Quarantine this test").click()

    button = page.get_by_role("button", name="Quarantine", exact=True)
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", "This takes a key with the scope admin.")


def test_a_list_of_many_tests_comes_page_by_page(account: Account) -> None:
    tell(account, {f"test {number:03}": "P" for number in range(120)})
    client = account.client()
    first, last = client.get("/tests?sort=name").text, client.get("/tests?sort=name&offset=100").text

    assert len(rows_in(first)) == 50
    assert len(rows_in(last)) == 20
    assert 'rel="next"' in first
    assert 'rel="next"' not in last


def told(outcome: str, **fields: object) -> Told:
    values: dict[str, object] = {
        "run_id": UUID(int=1),
        "ended_at": datetime(2026, 5, 1, tzinfo=UTC),
        "outcome": outcome,
        "retried": False,
        "burst": False,
        "quarantined": False,
        "attempts": 1,
        "failed_attempts": 0,
        "duration_ms": 5,
        "failed_ms": 0,
        "causes": (),
    }
    rest = ("branch", "commit_sha", "excluded", "limit_ms", "position", "ran_after", "worker", "error_digest")
    return Told(**{**values, **dict.fromkeys((*rest, "error_message")), **fields})  # pyright: ignore[reportArgumentType]  # fields of what is told


@pytest.mark.parametrize(
    ("execution", "letter"),
    [
        (told("passed"), "p"),
        (told("passed", retried=True), "r"),
        (told("failed"), "f"),
        (told("failed", quarantined=True), "q"),
        (told("failed", excluded="lost-worker"), "x"),
        (told("skipped"), "s"),
        (told("notRun"), "s"),
    ],
)
def test_a_letter_says_what_a_run_came_to(execution: Told, letter: str) -> None:
    assert letter_of(execution) == letter


def test_a_strip_says_in_words_what_it_draws() -> None:
    assert tally("pprf") == "Last 4 runs: 2 passed, 1 passed on retry, 1 failed; the newest failed"
    assert strip("pprf").count("<rect") == 4
    assert strip("") == ""


def test_titles_lose_what_terminals_read_and_are_cut() -> None:
    assert readable("\x1b[31mred\x1b[0m\x00\n  next") == "red next"
    assert len(cut("x" * 1000, LONGEST)) == 300
    assert name_of("a/b", [], "f.ts").title == "(no title)"
    assert name_of("a/b", ["outer", "own"], "f.ts", line=3, browser="webkit").place == "f.ts:3 · webkit"
    assert name_of("a/b", ["own"], "f.ts", project="shop & co").href == "/tests/a%2Fb?project=shop+%26+co"


@pytest.mark.parametrize(("trend", "sign"), [(35, "▲ 35"), (-20.4, "▼ 20"), (4.9, "–"), (0, "–")])
def test_a_trend_is_shown_from_five_points_on(trend: float, sign: str) -> None:
    assert sign in trend_of(trend)
