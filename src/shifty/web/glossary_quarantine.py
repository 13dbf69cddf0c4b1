"""The words of quarantine: as in ``glossary.py``."""

from collections.abc import Mapping
from typing import Final

from shifty.web.word import Word

_RULE = "3f8a1c52-6c1e-4a0e-9d57-0f4f0c8f2a77"

QUARANTINE: Final[Mapping[str, Word]] = {
    "quarantinedTests": Word("Tests that failed or were not run, and that quarantine excuses: a part of both.", 0),
    "quarantined": Word("Whether it failed or was not run, and quarantine excuses it.", False),
    "quarantine": Word("The rule that excused it; null: none did.", None),
    "ruleId": Word("The rule's id.", _RULE),
    "QuarantineRule.id": Word("The rule's id.", _RULE),
    "ActiveRule.id": Word("The rule's id.", _RULE),
    "rule": Word("The rule.", None),
    "RuleTest.title": Word("The titles from the outermost `describe` to the test.", "checkout › pays by card"),
    "QuarantineRule.errorMessage": Word("What the digest stands for.", None),
    "rules": Word("The rules.", []),
    "NewQuarantineRule.kind": Word("What the rule goes by.", "title"),
    "QuarantineRule.kind": Word("What the rule goes by.", "title"),
    "ActiveRule.kind": Word("What the rule goes by.", "title"),
    "ExcusedBy.kind": Word("What the rule goes by.", "title"),
    "NewQuarantineRule.value": Word("Which tests.", "checkout › pays *"),
    "QuarantineRule.value": Word("Which tests.", "checkout › pays *"),
    "ActiveRule.value": Word("Which tests.", "checkout › pays *"),
    "ExcusedBy.value": Word("Which tests.", "checkout › pays *"),
    "ActiveRule.projectName": Word("Only in this browser project; empty: in any.", ""),
    "QuarantineRule.projectName": Word("Only in this browser project; empty: in any.", ""),
    "NewQuarantineRule.projectName": Word("Only in this browser project; empty: in any.", ""),
    "owner": Word("Who mends it.", "@shop/payments"),
    "NewQuarantineRule.reason": Word("Why, for those who find it.", "the sandbox of the bank answers late"),
    "QuarantineRuleUpdate.reason": Word("Why, for those who find it.", "the sandbox of the bank answers late"),
    "QuarantineRule.reason": Word("Why, for those who find it.", "the sandbox of the bank answers late"),
    "ActiveRule.reason": Word("Why, for those who find it.", "the sandbox of the bank answers late"),
    "ExcusedBy.reason": Word("Why, for those who find it.", "the sandbox of the bank answers late"),
    "source": Word("`manual`, `recommendation`, or `automatic`: Shifty itself.", "manual"),
    "state": Word(
        "`active`: it excuses. `released`: somebody, or Shifty, has ended it. `expired`: time has.", "active"
    ),
    "matchingTests": Word("Known tests that it is about.", 3),
    "failingShare": Word("0–1: in at least so many of its runs it failed when the rule was made.", 0.2),
    "createdBy": Word("The id of the API key that made it, or `Shifty`.", "k3yid"),
    "QuarantineRule.expiresAt": Word("From when on it excuses no more.", "2024-12-23T10:00:00Z"),
    "QuarantineRuleUpdate.expiresAt": Word("From when on it excuses no more.", None),
    "NewQuarantineRule.expiresAt": Word("From when on it excuses no more.", None),
    "NewQuarantineRule.days": Word("For how long.", 14),
    "QuarantineRuleUpdate.days": Word("For how long from now.", 14),
    "ActiveRule.expiresAt": Word("From when on it excuses no more.", "2024-12-23T10:00:00Z"),
    "ExcusedBy.expiresAt": Word("From when on it excuses no more.", "2024-12-23T10:00:00Z"),
    "releasedAt": Word("When it ended; null: it has not.", None),
    "releasedBy": Word("The id of the API key that ended it, or `Shifty`; null: it goes on.", None),
    "releaseReason": Word("Why it ended; null: it goes on.", None),
    "greenRuns": Word("Runs without a failure of what it is about, since the last one with one.", 4),
    "greenRunsNeeded": Word("How many more of them release it.", 9),
    "evidence": Word("Natural logarithm of how much likelier mended is than as before; 2.94 releases.", 0.87),
    "excused": Word("Failures of tests that it has excused, over all runs.", 7),
    "lastExcusedAt": Word("When it last did; null: never.", "2024-12-09T10:00:00Z"),
    "log": Word("What was done to it, the oldest first.", []),
    "QuarantineLogEntry.at": Word("When.", "2024-12-09T10:00:00Z"),
    "QuarantineLogEntry.who": Word("The id of an API key, or `Shifty`.", "k3yid"),
    "QuarantineLogEntry.what": Word("`created`, `changed`, `released` or `expired`.", "created"),
    "QuarantineLogEntry.details": Word("What is new.", {"owner": "@shop/payments"}),
    "isNew": Word("False: an active rule said the same, and stays as it was.", True),
    "cap": Word("Tests of the project that may be quarantined at once, and excused in one run.", 20),
    "days": Word("For how many days a rule holds that does not say.", 14),
    "auto": Word("Whether Shifty quarantines flaky tests by itself.", False),
    "autoRate": Word("By itself: tests whose flakiness rate is at least so many per cent …", 20.0),
    "autoConfidence": Word("… with at least this chance.", 0.95),
    "defaultBranch": Word(
        "The branch that counts; null: main or master with a tenth of the runs, else the one with most.", "main"
    ),
}
