"""The words of advice: as in ``glossary.py``."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_FILE = "tests/checkout.spec.ts"
_TITLE = "pays by card"

ADVICE: Final[Mapping[str, Word]] = {
    "AdviceAnswer.project": Word("The project.", "my-app"),
    "AdviceAnswer.branch": Word("Whose runs were looked at; null: the project's runs name none.", "main"),
    "AdviceAnswer.totalTests": Word("Tests of that run that passed or failed.", 480),
    "AdviceAnswer.runId": Word("The newest run of the whole suite: its tests were laid out.", None),
    "batchOverheadMs": Word("What a batch costs beside its tests: as workers measured it, else 1,500 ms.", 1500),
    "AdviceAnswer.workers": Word("How many workers the suite deserves.", None),
    "splitFirst": Word("What to split so that more workers help; null: nothing holds them up.", None),
    "AdviceAnswer.retries": Word("What attempts that failed cost.", None),
    "AdviceAnswer.quarantine": Word("What quarantine hides.", None),
    "WorkerAdvice.summary": Word("The same in a sentence.", "8 workers: 6 min; 12 would save 20 s."),
    # Workers
    "WorkerAdvice.recommended": Word(
        "The least number beyond which more are not worth it: another worker would save less than 5 % or 5 s, or the "
        "longest piece of work decides.",
        12,
    ),
    "WorkerAdvice.comparedWith": Word(
        "What the summary speaks of: `workers` of the query, else what the newest run used.", 8
    ),
    "WorkerAdvice.boundMs": Word("No run is shorter, over however many workers: the longest piece of work.", 182_000),
    "WorkerAdvice.longest": Word("The longest piece of work; null when nothing takes any time.", None),
    "WorkerAdvice.forecasts": Word("A run over 1, 2, … 20 workers, if every test takes what it usually does.", []),
    "CrewForecast.workers": Word("So many.", 8),
    "CrewForecast.wallMs": Word("From the first claim to the end.", 360_000),
    "machineMs": Word("Of all machines, each from the start to the end, idle or not: what is paid for.", 2_880_000),
    "CrewForecast.busyMs": Word("Of these: with tests and batches.", 2_810_000),
    "WorkerAdvice.recentRuns": Word("The newest whole runs of the branch, and what they used.", []),
    "CrewOfRun.workers": Word("Machines that ran tests; as planned where none told.", 8),
    "CrewOfRun.wallMs": Word("From its first claim or report to its end; null when it never began.", 371_000),
    # Split
    "SplitAdvice.summary": Word(
        "The same in a sentence.",
        "tests/checkout.spec.ts (30 tests, 3 min in one piece) decides how long a run takes. …",
    ),
    "SplitAdvice.remedy": Word(
        "What to do.", "Where no test needs another, set fullyParallel in Playwright's configuration."
    ),
    "SplitAdvice.pieces": Word("The longest pieces of work, which are to be split together.", []),
    "PieceOfWork.testFile": Word("The spec file.", _FILE),
    "PieceOfWork.durationMs": Word("The sum of what its tests usually take.", 180_500),
    "keptTogetherBy": Word(
        "`file`: nobody has said that its tests may run apart. `serial`: they depend on each other. `test`: it is one.",
        "file",
    ),
    "SplitAdvice.workers": Word("Over so many, which the suite deserves after the split.", 15),
    "SplitAdvice.wallMs": Word("As it is.", 182_000),
    "apartMs": Word("With their tests apart; the same where nothing can be split.", 65_000),
    "savedMs": Word("The difference.", 117_000),
    # Retries and quarantine
    "RetryAdvice.summary": Word("The same in a sentence.", "Failed attempts took 26 min in 30 days, 7.4 s a run, …"),
    "QuarantineAdvice.summary": Word(
        "The same in a sentence.", "1 rule for 4 tests; 23 failures excused in 30 days; …"
    ),
    "RetryAdvice.days": Word("Of runs that ended in so many days.", 30),
    "RetryAdvice.runs": Word("How many have ended.", 212),
    "RetryAdvice.failedMs": Word("What attempts that failed took.", 1_560_000),
    "failedMsPerRun": Word("The same, a run.", 7358),
    "rescuedMs": Word("Of these: in tests that passed in the end. Without flakiness it were nothing.", 1_020_000),
    "inVainMs": Word("Of these: further attempts of tests that failed all the same.", 310_000),
    "RetryAdvice.share": Word("Percent of what all attempts of all tests took.", 3.2),
    "RetryAdvice.tests": Word("The ten that cost most.", []),
    "CostOfTest.testFile": Word("Its spec file.", _FILE),
    "CostOfTest.testName": Word("Its title.", _TITLE),
    "CostOfTest.titlePath": Word("Titles of its groups, then its own.", ["checkout", _TITLE]),
    "CostOfTest.failedMs": Word("What its failed attempts took.", 240_000),
    "CostOfTest.failedAttempts": Word("How many there were.", 14),
    "CostOfTest.runs": Word("In so many runs.", 11),
    "QuarantineAdvice.days": Word("Of runs that ended in so many days.", 30),
    "QuarantineAdvice.excused": Word("Tests that failed or did not run, and failed no run for it.", 23),
    "QuarantineAdvice.tests": Word("Tests that the rules match; one that two match counts twice.", 4),
    "QuarantineAdvice.rules": Word("The rules in force, oldest first.", []),
    "RuleInForce.id": Word("The rule's id.", None),
    "RuleInForce.kind": Word("What it names: a `test`, `file`, `title`, `tag`, or `error`.", "file"),
    "RuleInForce.value": Word("A test id, a path or titles (both with `*`), a tag, or the digest of an error.", _FILE),
    "RuleInForce.projectName": Word("For one browser project only; empty: any.", ""),
    "RuleInForce.owner": Word("Who looks after it.", "@acme/checkout"),
    "RuleInForce.reason": Word("Why.", "The payment sandbox answers late."),
    "RuleInForce.createdAt": Word("When it was made.", "2024-12-01T09:00:00Z"),
    "RuleInForce.expiresAt": Word("From then on it excuses nothing.", "2024-12-15T09:00:00Z"),
    "RuleInForce.expiresSoon": Word("Whether that is within a week.", True),
    "RuleInForce.matchingTests": Word(
        "Tests of late that it matches; of an error, those that ended in it. 0: release it.", 4
    ),
    "RuleInForce.excused": Word("Failures that it has excused, over all runs.", 23),
}
