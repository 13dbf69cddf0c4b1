"""What a job says that ran without a server."""

from rich.console import Console
from rich.text import Text

from shifty.cli.ci_offline import OfflineResult
from shifty.cli.display import print_error, print_failure
from shifty.client.model import Failure, LooseError


def print_offline(out: Console, ended: OfflineResult) -> None:
    tally = ended.tally
    for result in tally.failures.values():
        errors = [error.message for attempt in result.attempts or [] for error in attempt.errors]
        print_failure(
            out,
            Failure(
                test_file=result.test_file,
                test_name=result.test_name,
                title_path=result.title_path or [],
                project_name=result.project_name,
                line=result.line,
                error_message=result.error_message or (errors[-1] if errors else None),
            ),
        )
    for error in tally.errors:
        print_error(out, LooseError(test_file=error.test_file, message=error.error.message))
    numbers = ", ".join(
        f"{tally.count(outcome)} {word}"
        for outcome, word in (("passed", "passed"), ("failed", "failed"), ("skipped", "skipped"), ("notRun", "not run"))
        if tally.count(outcome)
    )
    out.print(
        Text(f"OFFLINE: this share: {numbers or 'no tests'}. Other shares have their own jobs.", style="bold yellow")
    )
    if ended.delivered:
        out.print(f"The server is back and has the results, as its share of run {ended.run_id}.", markup=False)
        return
    out.print(
        f"The results wait in {ended.folder}. Keep the data folder (a cache or an artifact of the CI) and run "
        "`shifty ci --deliver` when the server is back; so does the next worker of this data folder.",
        markup=False,
        style="yellow",
    )


def offline_json(ended: OfflineResult) -> dict[str, object]:
    tally = ended.tally
    return {
        "offline": True,
        "runId": ended.run_id,
        "passedTests": tally.count("passed"),
        "failedTests": tally.count("failed"),
        "skippedTests": tally.count("skipped"),
        "notRun": tally.count("notRun"),
        "errors": len(tally.errors),
        "delivered": ended.delivered,
        "spool": None if ended.delivered else str(ended.folder),
    }
