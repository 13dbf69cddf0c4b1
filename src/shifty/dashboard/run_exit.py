"""Which exit code the command line gives for a run, and in which words. Pure."""

from shifty.runs.model import Run


def exit_code(run: Run) -> tuple[int | None, str]:
    """As ``shifty run`` has it: the verdict decides; None while the run goes on."""
    if not run.is_over:
        return None, "it goes on"
    if run.status == "cancelled":
        return 4, "cancelled"
    if run.status != "completed" or run.conclusion is None:
        return 3, "could not be completed"
    return (0, "passed") if run.conclusion in ("passed", "flaky") else (1, "failed")
