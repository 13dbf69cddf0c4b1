"""The words of flakiness and of tests' history: as in ``glossary.py``. The contract's examples stand here."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_ADVICE = "Answer outside requests with page.route(), and wait for the responses that matter."
_QUARANTINED = Word("Whether quarantine is about it: it runs and is reported, and fails nobody.", False)
_VERDICT = Word(
    "`stable`, `flaky`, `broken` (only ever fails), `regressed` (passed, fails since), `suspect` (failed on commits "
    "of its own) or `infrastructure` (only failures that say nothing about it).",
    "flaky",
)

FLAKINESS: Final[Mapping[str, Word]] = {
    # Rates
    "FlakyTestsAnswer.flakyTests": Word("The flaky tests of this page.", []),
    "flakinessRate": Word("Flaky of total runs, percent, with one decimal.", 45.5),
    "RecommendedTest.flakinessRate": Word("Flaky of total runs, percent, with one decimal.", 52.3),
    "flakyRuns": Word("Runs in which it passed after a failed attempt, or failed although the same commit passed.", 10),
    "totalRuns": Word("Runs in which it passed or failed, without those that say nothing about it.", 22),
    "passedRuns": Word("Runs in which it passed in the end.", 20),
    "failedRuns": Word("Runs in which it failed for good.", 2),
    "skippedRuns": Word("Runs in which the suite skipped it.", 0),
    "lastFlakyAt": Word("When the last run ended in which it was flaky; null: in none.", "2024-12-08T15:30:00Z"),
    "owners": Word("From CODEOWNERS, in its order.", ["@shop/checkout"]),
    **{f"{schema}.verdict": _VERDICT for schema in ("FlakyTestEntry", "RecommendedTest", "KnownTestEntry")},
    "interval": Word("Where the true rate is with a probability of 95 %, percent.", None),
    "Interval.low": Word("Its lower end: what is sure of the rate.", 26.1),
    "Interval.high": Word("Its upper end.", 66.0),
    "lostMinutes": Word("What its flaky failures took, in minutes of a machine.", 12.5),
    **{f"{schema}.quarantined": _QUARANTINED for schema in ("FlakyTestEntry", "Recommendation", "KnownTestEntry")},
    # Trends
    "detectionDate": Word("The day, in UTC.", "2024-12-09"),
    "flakyTestCount": Word("Tests with a rate of at least 10 %.", 12),
    "avgFlakinessRate": Word("Their average rate, percent; 0 when there is none.", 23.4),
    "brokenTests": Word("Tests that are broken or have regressed.", 1),
    "Trend.quarantinedTests": Word("Tests that quarantine was about.", 2),
    "Trend.lostMinutes": Word("What flaky failures of the last 90 days took, in minutes of a machine.", 84.2),
    # Recommendations
    "recommendations": Word("The recommendations of this page.", []),
    "test": Word("The test.", None),
    "RecommendedTest.name": Word("The test's own title.", "should handle network errors"),
    "severity": Word("By the rate: `high` from 50 %, `medium` from 30 %, `low` from 20 %.", "high"),
    "recommendation": Word("What to do.", "Consider quarantining this test or rewriting it"),
    "impact": Word("What it does to runs.", "Failing 23 out of 44 runs"),
    "Recommendation.causes": Word("Likely causes, the strongest first; empty when nothing stands out.", []),
    "QuarantineAction.method": Word("How to send it.", "POST"),
    "QuarantineAction.path": Word("Where to.", "/api/v1/quarantine"),
    "QuarantineAction.body": Word(
        "What to send.",
        {"project": "my-app", "kind": "test", "value": "4f1c2a9be0d37c55", "source": "recommendation"},
    ),
    "cause": Word(
        "`timeout`, `order` (after one particular test), `shared-worker` (after any), `browser`, `host`, `network` or "
        "`animation` (the element moved, was covered or replaced).",
        "network",
    ),
    "LikelyCause.summary": Word("The numbers that show it.", "9 of its 10 failures name the network."),
    "LikelyCause.advice": Word("What to do about it.", _ADVICE),
    "strength": Word("How much it explains, 0 to 1.", 0.9),
    # Tests
    "KnownTestEntry.trend": Word(
        "Percentage points by which an attempt fails in more of its newest 20 runs than in those before; below 0: in "
        "fewer; 0: in as many, or there were too few runs before.",
        15.0,
    ),
    "p50Ms": Word("Half of its last 50 executions took at most so many milliseconds; null: none was measured.", 1250),
    "p95Ms": Word("The same of 95 %.", 2100),
    "p99Ms": Word("The same of 99 %.", 3400),
    "firstSeenAt": Word("When the first run ended that had it.", "2024-11-02T08:00:00Z"),
    "TestErrorGroup.firstSeenAt": Word("When the first run ended in which this test had it.", "2024-11-02T08:00:00Z"),
    "TestErrorGroup.lastSeenAt": Word("When the last run ended in which this test had it.", "2024-12-08T15:30:00Z"),
    "TestErrorGroup.runs": Word("Of its last executions, those in which it ended with this error.", 9),
    "TestErrorGroup.message": Word(
        "Without numbers, ids, paths and whatever else differs; null: it is known no more.",
        "page.goto: net::ERR_CONNECTION_REFUSED at <url>",
    ),
    "TestErrorGroup.kind": Word("What sort of error it is; null: it is known no more.", "network"),
    "TestErrorGroup.digest": Word(
        "The same for errors that differ in numbers, ids, paths and colours alone.", "9f86d081884c7d65"
    ),
    "lastPassedAt": Word("When the last run ended in which it passed; null: none is known.", "2024-12-09T10:02:05Z"),
    "lastFailedAt": Word("When the last run ended in which it failed for good; null: none is known.", None),
    "lastOutcome": Word("What it came to last: `passed`, `failed`, `skipped` or `notRun`.", "passed"),
    "KnownTestEntry.quarantine": Word("The oldest rule that is about it now; null: none is.", None),
    "QuarantineOfTest.ruleId": Word("The rule's id.", "0b8e5c1e-7a52-4c1c-9d55-1f3f2b6f0a11"),
    "QuarantineOfTest.owner": Word("Who sees to it that the test is repaired.", "@shop/checkout"),
    "QuarantineOfTest.reason": Word("Why.", "Flaky: failing 23 out of 44 runs"),
    "QuarantineOfTest.expiresAt": Word("When its failures count again.", "2024-12-23T10:00:00Z"),
    "TestAnswer.causes": Word("Likely causes, the strongest first; empty when nothing stands out.", []),
    "breakage": Word("Since when it fails, while it is broken or has regressed; null otherwise.", None),
    "breakages": Word("The same of each branch on which it fails now.", []),
    "lastGood": Word("The last run in which it passed; null: none is known.", None),
    "firstBad": Word("The first run in which it has failed since.", None),
    "TestBreakage.failures": Word("Runs in a row in which it has failed since.", 4),
    "endedAt": Word("When the run ended.", "2024-12-09T10:02:05Z"),
    "executions": Word("The executions of this page, newest first.", []),
    "TestExecution.outcome": Word("As in the ledger: `passed`, `failed`, `skipped` or `notRun`.", "passed"),
    "TestExecution.attempts": Word("How many attempts there were.", 2),
    "TestExecution.errorMessage": Word(
        "Of its last failed attempt, without what differs from time to time; null without one.",
        "page.goto: net::ERR_CONNECTION_REFUSED at <url>",
    ),
    "TestExecution.causes": Word("What its errors point to.", ["network"]),
    "TestExecution.worker": Word("The machine; null: unknown.", "ci-1"),
    "retried": Word("Whether it passed after a failed attempt.", True),
    "burst": Word("Whether it failed when unusually many tests did: no evidence that it is flaky.", False),
    "excluded": Word(
        "Why it says nothing about the test: `infrastructure`, `lost-worker`, `interrupted` or `healed`; null: it "
        "counts.",
        None,
    ),
    "failedAttempts": Word("How many of them failed.", 1),
    "failedMs": Word("What failed attempts took, in milliseconds.", 600),
    "limitMs": Word("The time-out that it ran into, in milliseconds; null: into none.", None),
    "position": Word("Of its first attempt in its Playwright worker process, from 0; null: unknown.", 3),
    "ranAfter": Word("Id of the test before it in that process; null: none, or unknown.", None),
    "errorDigest": Word("The error of its last failed attempt; null without one.", "9f86d081884c7d65"),
}
