"""How a person learns that failures did not fail a run: apart from the others, with reason, owner and end."""

import io
from datetime import UTC, datetime

import msgspec
from rich.console import Console

from shifty.cli.ci_report import annotations, markdown
from shifty.cli.exits import Exit, exit_of_run
from shifty.cli.findings import Findings
from shifty.cli.quarantined import print_quarantined
from shifty.cli.summary import print_summary, summary_of
from shifty.client.model import Excuse, Failure, Result, Snapshot

UNTIL = datetime(2026, 12, 12, tzinfo=UTC)
EXCUSE = Excuse(rule_id="r", owner="@shop", reason="SHOP-12: the mock is slow", expires_at=UNTIL)
FAILED = Result(
    test_file="a.spec.ts",
    title_path=["cart", "adds"],
    line=3,
    project_name="chromium",
    status="failed",
    quarantined=True,
    quarantine=EXCUSE,
    error_message="Error: 1 | 2",
)
NOT_RUN = msgspec.structs.replace(
    FAILED,
    title_path=["cart", "pays"],
    status="notRun",
    error_message=None,
    reason="a beforeAll hook of its file failed",
)
PASSED = Snapshot(
    id="r1", status="completed", conclusion="passed", total_tests=9, passed_tests=7, failed_tests=2, quarantined_tests=2
)


def printed(snapshot: Snapshot, found: Findings) -> list[str]:
    text = io.StringIO()
    print_summary(Console(file=text, width=200, highlight=False, soft_wrap=True), snapshot, found, 1.0)
    return text.getvalue().splitlines()


def test_a_pass_with_failures_in_quarantine_never_looks_like_a_plain_one() -> None:
    lines = printed(PASSED, Findings(quarantined=[FAILED, NOT_RUN]))

    assert lines[1:4] == [
        "  ◌ [chromium] a.spec.ts:3 › cart › adds  failed, in quarantine",
        "      SHOP-12: the mock is slow (@shop, until 2026-12-12)",
        "      Error: 1 | 2",
    ]
    assert "  ◌ [chromium] a.spec.ts:3 › cart › pays  not run, in quarantine" in lines
    assert "Run passed (2 failed in quarantine): 7 passed, 2 failed of 9 in 1.0 s" in lines
    assert not [line for line in lines if "run again" in line], "there is nothing to run again"
    assert exit_of_run(PASSED) == Exit.PASSED
    assert summary_of(PASSED, 1.0).quarantined_tests == 2


def test_what_fails_the_run_stands_first() -> None:
    snapshot = msgspec.structs.replace(PASSED, conclusion="failed", failed_tests=3, passed_tests=6, healed_tests=1)
    found = Findings([Failure(test_file="b.spec.ts", test_name="breaks")], quarantined=[FAILED])

    lines = printed(snapshot, found)

    assert lines.index("  ✘ b.spec.ts › breaks") < lines.index(
        "  ◌ [chromium] a.spec.ts:3 › cart › adds  failed, in quarantine"
    )
    assert "Run failed (1 test healed, 2 failed in quarantine): 6 passed, 3 failed, 1 healed of 9 in 1.0 s" in lines
    assert [line for line in lines if "run again" in line]
    assert exit_of_run(snapshot) == Exit.FAILED


def test_of_many_ten_are_shown_and_the_rest_counted() -> None:
    text = io.StringIO()
    gone = msgspec.structs.replace(FAILED, quarantine=None)

    print_quarantined(Console(file=text, width=200, soft_wrap=True), [gone] * 12)

    assert text.getvalue().count("by a rule that is no more") == 10
    assert text.getvalue().endswith("      … and 2 more in quarantine\n")


def test_github_hears_of_each_as_a_notice() -> None:
    found = Findings(quarantined=[FAILED])

    text = markdown(PASSED, found)

    assert annotations(found) == [
        "::notice file=a.spec.ts,line=3,title=quarantined%3A [chromium] cart › adds::"
        "SHOP-12: the mock is slow (@shop, until 2026-12-12)%0AError: 1 | 2"
    ]
    assert "### ✅ Shifty: passed (2 failed in quarantine)" in text
    assert (
        r"| \[chromium\] cart › adds (a.spec.ts) | failed | SHOP-12: the mock is slow (@shop, until 2026-12-12) |"
        in text
    )
