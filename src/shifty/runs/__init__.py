"""Runs: lifecycle, ledger, verdict, lists and details.

    pending ──first worker or report──▶ running ──last test reported──▶ completed   passed | flaky | failed
       │                                   ├──lost shard, run error, hole──▶ failed      failed | timedOut
       ├──no worker within pendingTimeout──┼──────────────────────────────▶ failed      failed (NO_WORKERS)
       └──────────────cancel───────────────┴──────────────────────────────▶ cancelled   cancelled

``status`` (left) is how far the run has come, ``conclusion`` (right) is its verdict, null until the end. The three ends
are sticky. Every run ends with a ledger: total = passed + failed + skipped + notRun; while that does not add up, or a
test never ran without another having failed, no run is passed. Tests in quarantine stay in the ledger as what they are;
the verdict is that of the others.
"""
