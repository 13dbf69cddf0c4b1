"""Failures that quarantine excuses, for people: apart from the others, never hidden, with the reason and the owner."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from shifty.client.model import Result, Totals

_MOST = 10
_MOST_LINES = 3


def print_quarantined(console: Console, results: Sequence[Result]) -> None:
    for result in results[:_MOST]:
        project = f"[{result.project_name}] " if result.project_name else ""
        where = f"{result.test_file}:{result.line}" if result.line else result.test_file
        title = " › ".join(result.title_path or [result.test_name])
        what = "not run" if result.status == "notRun" else "failed"
        sign = Text.assemble(("  ◌ ", "yellow"), f"{project}{where} › {title}  ", (f"{what}, in quarantine", "yellow"))
        console.print(sign)
        console.print(Text(f"      {why(result)}"))
        for line in (result.error_message or result.reason or "").strip().splitlines()[:_MOST_LINES]:
            console.print(Text(f"      {line}", style="dim"))
    if len(results) > _MOST:
        console.print(Text(f"      … and {len(results) - _MOST} more in quarantine", style="dim"))


def why(result: Result) -> str:
    """``SHOP-12: the mock is slow (@shop, until 2026-12-12)``."""
    rule = result.quarantine
    if rule is None:
        return "by a rule that is no more"
    until = f"until {rule.expires_at:%Y-%m-%d}" if rule.expires_at else ""
    return f"{rule.reason} ({', '.join(part for part in (rule.owner, until) if part)})"


def tally(totals: Totals) -> str:
    """What stands behind a verdict; empty without any."""
    number = totals.quarantined_tests
    if not number:
        return ""
    return f"{number} {'failed or not run' if totals.not_run_tests else 'failed'} in quarantine"


def counting(totals: Totals) -> int:
    """Tests that failed or did not run, and are not excused."""
    return totals.failed_tests + totals.not_run_tests - totals.quarantined_tests
