"""The list of runs."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from shifty.dashboard.runs_line import left, parts_of, tally, verdict_kind, verdict_word
from shifty.dashboard.runs_trend import trend_of
from shifty.runs.ledger import Ledger
from shifty.runs.model import Conclusion, EndedRun, Run, Status
from shifty.tenants.model import Scope
from tests.dashboard.accessible import serious_violations, too_wide
from tests.dashboard.conftest import Account, SignIn
from tests.runs.seed import Seed

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>\x1b[31m \u202eسلام 🎉 ' + "long " * 2000


def _run(
    status: Status = "completed",
    conclusion: Conclusion | None = "passed",
    counts: Mapping[str, int] | None = None,
    *,
    healed: int = 0,
    quarantined: int = 0,
    duration: timedelta | None = timedelta(minutes=1),
) -> Run:
    return Run(
        id=uuid4(),
        tenant_id=uuid4(),
        project="shop",
        origin="orchestrated",
        status=status,
        conclusion=conclusion,
        failure_reason=None,
        branch="main",
        commit_sha=None,
        ci_build_id=None,
        actor=None,
        metadata={},
        worker_count=1,
        shard_strategy="duration-aware",
        rerun_of=None,
        ledger=Ledger(**{"total": 812, **(counts or {})}),
        quarantined_tests=quarantined,
        healed_tests=healed,
        healing_verdict="warn",
        test_duration=timedelta(),
        duration=duration,
        version=1,
        created_at=NOW,
        started_at=NOW,
        completed_at=NOW,
    )


@pytest.mark.parametrize(
    ("run", "kind", "word"),
    [
        (_run("pending", None), "waiting", "waiting"),
        (_run("running", None), "running", "running"),
        (_run("running", None, {"failed": 1}), "failed", "failing"),
        (_run(), "passed", "passed"),
        (_run(healed=1), "healed", "healed"),
        (_run(conclusion="flaky", healed=1), "flaky", "flaky"),
        (_run(conclusion="failed"), "failed", "failed"),
        (_run("failed", "failed"), "failed", "not completed"),
        (_run("failed", "timedOut"), "failed", "timed out"),
        (_run("cancelled", "cancelled"), "cancelled", "cancelled"),
    ],
)
def test_every_verdict_has_a_word(run: Run, kind: str, word: str) -> None:
    assert (verdict_kind(run), verdict_word(run)) == (kind, word)


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (_run(counts={"passed": 809, "failed": 3, "flaky": 2}), "3 failed, 2 flaky of 812"),
        (_run(counts={"passed": 812}), "812 passed"),
        (_run(counts={"passed": 810, "skipped": 2}), "810 passed, 2 skipped"),
        (_run(counts={"passed": 811, "failed": 1}, quarantined=1), "1 failed, 1 in quarantine of 812"),
        (_run(counts={"passed": 800, "not_run": 12}), "12 not run of 812"),
        (_run(counts={"total": 1204, "passed": 1204}), "1,204 passed"),
        (_run(counts={"total": 0}), "no tests"),
        (_run("pending", None), "812 tests waiting"),
        (_run("running", None, {"passed": 100, "failed": 20}), "120 of 812 done, 20 failed"),
    ],
)
def test_the_ledger_is_said_in_one_line(run: Run, said: str) -> None:
    assert tally(run) == said


@pytest.mark.parametrize(
    ("passed", "status", "said"),
    [
        (20, "running", None),
        (81, "running", "about 9 min left"),
        (406, "running", "about 1 min left"),
        (700, "running", "about 10 s left"),
        (812, "running", None),
        (406, "completed", None),
    ],
)
def test_what_is_left_goes_by_what_has_been(passed: int, status: Status, said: str | None) -> None:
    assert left(_run(status, None, {"passed": passed})) == said


def test_one_failure_of_many_tests_can_be_seen_in_the_bar() -> None:
    parts = parts_of(Ledger(total=100_000, passed=99_999, failed=1, flaky=1))

    assert [part.kind for part in parts] == ["failed", "flaky", "passed"]
    assert [part.width for part in parts] == [1.5, 1.5, 97]
    assert [part.x for part in parts] == [0, 1.5, 3]


def test_what_has_not_ended_is_no_part_of_the_bar() -> None:
    assert parts_of(Ledger(total=0)) == []
    assert sum(part.width for part in parts_of(Ledger(total=10, passed=4))) == 40
    assert sum(part.width for part in parts_of(Ledger(total=1, passed=4))) == 100


def _ended(conclusion: Conclusion, seconds: int | None) -> EndedRun:
    return EndedRun(
        id=uuid4(),
        project="shop",
        branch="main",
        commit_sha="0123456789abcdef",
        conclusion=conclusion,
        total_tests=10,
        passed_tests=9,
        failed_tests=1,
        flaky_tests=0,
        skipped_tests=0,
        duration=None if seconds is None else timedelta(seconds=seconds),
        created_at=NOW,
        completed_at=NOW,
    )


def test_a_trend_needs_two_runs_and_leads_to_each() -> None:
    runs = [_ended("failed", 30), _ended("flaky", None), _ended("passed", 10)]

    trend = trend_of(runs)

    assert trend_of(runs[:1]) is None
    assert trend is not None
    assert [column.href for column in trend.duration.columns] == [f"/runs/{run.id}" for run in runs]
    assert [bar.kind for bar in trend.duration.bars] == ["failed", "passed"]
    assert trend.pass_rate.columns[0].said == "28 Nov 12:00, main 0123456789 failed, 90 %"


def _seed(account: Account, **fields: object) -> UUID:
    seed = Seed(account.site.db, account.tenant.id)
    return account.site.run(seed.run(**fields))  # pyright: ignore[reportArgumentType]  # any field of a run


def _rows(text: str) -> list[str]:
    return re.findall(r'<tr id="run-([0-9a-f-]+)"', text)


def test_an_installation_without_runs_shows_how_to_make_one(account: Account) -> None:
    answer = account.client().get("/runs")

    assert "shifty run" in answer.text
    assert 'id="filter"' not in answer.text


def test_filters_that_match_nothing_say_so_and_can_be_cleared(account: Account) -> None:
    _seed(account)

    text = account.client().get("/runs?branch=nothing").text

    assert "Nothing matches all of these filters." in text
    assert 'href="/runs">Clear the filters</a>' in text


@pytest.mark.parametrize(
    "query",
    [
        *("project=shop", "branch=fix/cart", "status=failed", "actor=ada", "search=CART: round", "search=build-7"),
        *("commitSha=abc123", "ciBuildId=build-7", "search=FIX/", "project=shop&branch=fix/cart&status=failed&search="),
    ],
)
def test_each_filter_narrows_the_list_and_stands_in_the_form(account: Account, query: str) -> None:
    wanted = _seed(
        account,
        project="shop",
        branch="fix/cart",
        conclusion="failed",
        actor="ada",
        ci_build_id="build-7",
        commit_sha="abc123",
        counts={"total": 1, "failed": 1},
        metadata={"commit_message": "Cart: round prices once"},
    )
    _seed(account, conclusion="passed")

    text = account.client().get(f"/runs?{query}").text

    assert _rows(text) == [str(wanted)]
    name, _, value = query.partition("&")[0].partition("=")
    assert re.search(
        rf'name="{name}"[^>]*value="{value}"|<option[^>]* selected>{value}<|value="{value}" selected', text
    )


def test_the_form_offers_what_there_is(account: Account) -> None:
    _seed(account, project="shop", branch="main", actor="ada")

    text = account.client().get("/runs").text

    assert "<option>shop</option>" in text
    assert '<option value="main"></option>' in text
    assert '<option value="ada"></option>' in text


def test_pages_keep_the_filters(account: Account) -> None:
    for _ in range(3):
        _seed(account, branch="a&b")

    text = account.client().get("/runs?branch=a%26b&limit=2").text

    assert "1–2 of 3" in text
    assert len(_rows(account.client().get("/runs?branch=a%26b&limit=2&offset=2").text)) == 1
    next_page = re.search(r'<a rel="next" href="([^"]+)"', text)
    assert next_page
    assert len(_rows(account.client().get(next_page[1].replace("&amp;", "&")).text)) == 1


def test_a_part_is_the_list_alone(account: Account) -> None:
    run_id = _seed(account)

    text = account.client().get("/runs?part=list").text

    assert _rows(text) == [str(run_id)]
    assert "<html" not in text


def test_a_senseless_filter_is_a_page_that_says_so(account: Account) -> None:
    answer = account.client().get("/runs?status=green")

    assert answer.status_code == 400
    assert "status" in answer.text


def test_runs_of_others_and_of_other_projects_are_not_listed(account: Account) -> None:
    _seed(account, project="other", branch="secret")
    own = _seed(account, project="shop")
    client = account.client(account.key_with(Scope.READ, project="shop"))

    text = client.get("/runs").text

    assert _rows(text) == [str(own)]
    assert "secret" not in text
    assert client.get("/runs?project=other").status_code == 403


def test_a_link_to_the_ci_is_an_address_of_the_web(account: Account) -> None:
    _seed(account, metadata={"ci_url": "https://ci.test/1"})
    _seed(account, metadata={"ci_url": "javascript:alert(1)"})

    text = account.client().get("/runs").text

    assert text.count(">CI</a>") == 1
    assert "javascript:" not in text


def test_a_key_that_reads_sees_buttons_that_say_why_not(account: Account) -> None:
    _seed(account, conclusion="failed", counts={"total": 1, "failed": 1})

    text = account.client(account.key_with(Scope.READ)).get("/runs").text

    assert re.search(r'<button class="" disabled title="[^"]*orchestrate[^"]*">Rerun failed', text)


def test_hostile_names_break_nothing(account: Account, signed_in: SignIn) -> None:
    name = HOSTILE[:400]
    message = {"commit_message": HOSTILE, "ci_url": f"https://ci.test/{HOSTILE[:200]}"}
    _seed(account, project=name, branch=name, actor=name, commit_sha=name, ci_build_id=name, metadata=message)
    _seed(account, conclusion="passed", counts={"total": 2, "passed": 2}, started_at=NOW, completed_at=NOW)
    _seed(account, conclusion="passed", counts={"total": 2, "passed": 2}, started_at=NOW, completed_at=NOW)

    page = signed_in(viewport={"width": 380, "height": 800})

    expect(page.locator("tr[id^=run-]")).to_have_count(3)
    assert not too_wide(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_can_be_read_by_everyone(account: Account, signed_in: SignIn, scheme: str) -> None:
    ends = {"started_at": NOW, "completed_at": NOW + timedelta(seconds=9)}
    for conclusion, counts in (
        ("passed", {"passed": 9}),
        ("flaky", {"passed": 9, "flaky": 2}),
        ("failed", {"failed": 9}),
    ):
        _seed(account, conclusion=conclusion, counts={"total": 9, **counts}, branch="main", **ends)
    _seed(account, status="cancelled", conclusion="cancelled", counts={"total": 9, "not_run": 9}, **ends)
    _seed(account, status="running", counts={"total": 9, "passed": 4, "skipped": 1}, started_at=NOW)
    page = signed_in(color_scheme=scheme)
    page.goto("/runs?from=2020-01-01")
    page.get_by_text("As a table").click()

    expect(page.locator("tr[id^=run-]")).to_have_count(5)
    assert serious_violations(page) == []


def test_a_run_appears_and_goes_on_without_a_reload(account: Account, signed_in: SignIn) -> None:
    page = signed_in()
    expect(page.get_by_text("shifty run -w 2")).to_be_visible()
    expect(page.locator("#stream.on")).to_be_attached()

    body = {"testFiles": ["a.spec.ts"], "tests": [{"testFile": "a.spec.ts", "testName": "works"}], "branch": "first"}
    run_id = account.api("POST", "/orchestrate", body).json()["runId"]

    row = page.locator(f"#run-{run_id}")
    expect(row.get_by_text("1 test waiting")).to_be_visible()
    page.get_by_label("Search").fill("half a word")
    account.api("DELETE", f"/orchestrate/{run_id}")
    expect(row.get_by_text("cancelled")).to_be_visible()
    expect(page.get_by_label("Search")).to_have_value("half a word")
    expect(page.get_by_label("Search")).to_be_focused()


def test_choosing_a_filter_shows_what_it_leaves(account: Account, signed_in: SignIn) -> None:
    _seed(account, conclusion="passed", counts={"total": 1, "passed": 1})
    failed = _seed(account, conclusion="failed", counts={"total": 1, "failed": 1})
    page = signed_in()

    page.get_by_label("Status").select_option("Failed")

    expect(page).to_have_url(re.compile(r"/runs\?status=failed$"))
    expect(page.locator("tr[id^=run-]")).to_have_count(1)
    expect(page.locator(f"#run-{failed}")).to_be_visible()
    page.get_by_role("link", name="Clear").click()
    expect(page.locator("tr[id^=run-]")).to_have_count(2)


def test_the_trend_says_how_long_runs_take_and_leads_to_them(account: Account, signed_in: SignIn) -> None:
    fields: dict[str, object] = {"conclusion": "passed", "counts": {"total": 2, "passed": 2}, "started_at": NOW}
    first = _seed(account, **fields, created_at=NOW, completed_at=NOW + timedelta(seconds=30))
    _seed(account, **fields, completed_at=NOW + timedelta(seconds=90))
    page = signed_in()

    expect(page.get_by_text("Last 1 min 30 s, median 1 min 00 s, from 30.0 s to 1 min 30 s.")).to_be_visible()
    page.get_by_text("As a table").click()

    expect(page.locator(f'table a[href="/runs/{first}"]').first).to_be_visible()


def test_without_scripts_the_form_filters(account: Account, signed_in: SignIn) -> None:
    wanted = _seed(account, branch="fix")
    _seed(account, branch="main")
    page = signed_in(java_script_enabled=False)

    page.get_by_label("Branch").fill("fix")
    page.get_by_role("button", name="Show").click()

    expect(page.locator("tr[id^=run-]")).to_have_count(1)
    expect(page.locator(f"#run-{wanted}")).to_be_visible()
