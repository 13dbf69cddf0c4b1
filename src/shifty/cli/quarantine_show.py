"""Rules of quarantine, for people."""

from rich.console import Console
from rich.text import Text

from shifty.cli.output import count, minute, table
from shifty.client.quarantine_api import Made, QuarantineSettings, Rule, RuleInFull, Rules

_LONGEST = 100
_NONE = {
    "active": "Nothing is quarantined.",
    "released": "No rule has been released.",
    "expired": "No rule has expired.",
    "all": "There has never been a rule.",
}


def print_rules(out: Console, page: Rules, state: str) -> None:
    if not page.rules:
        out.print(_NONE[state])
        return
    several = len({rule.project for rule in page.rules}) > 1
    columns = ["rule", *(["project"] if several else []), "what", "owner", "until", "failed", "release", "reason"]
    listed = table(*columns, right=("failed",))
    for rule in page.rules:
        listed.add_row(
            rule.id[:8],
            *([Text(rule.project)] if several else []),
            Text(what(rule)),
            Text(rule.owner),
            _until(rule),
            str(rule.excused or ""),
            Text(_release(rule)),
            Text(rule.reason),
        )
    out.print(listed)
    more = page.pagination.total - len(page.rules)
    if more > 0:
        out.print(Text(f"… and {more} more: -n {page.pagination.total}", style="dim"))


def print_made(out: Console, made: Made) -> None:
    rule = made.rule
    if not made.is_new:
        out.print(f"It is in quarantine already. {sentence(rule)}", markup=False)
        return
    out.print(sentence(rule), markup=False)
    if rule.kind != "error" and not rule.matching_tests:
        out.print("  No test that the project has had so far is meant by it; is it written right?", style="yellow")
    out.print(Text(f"  release it:  shifty quarantine release {rule.id[:8]}", style="dim"))


def print_rule(out: Console, found: RuleInFull) -> None:
    rule = found.rule
    out.print(Text.assemble((f"Rule {rule.id}  ", "bold"), (rule.state, _STYLES.get(rule.state, ""))))
    facts = {
        "project": rule.project,
        "what": what(rule),
        "id": rule.value if rule.test or rule.error_message else "",
        "tests": _tests(rule),
        "reason": rule.reason,
        "owner": rule.owner,
        "made": f"{minute(rule.created_at)} by {rule.created_by} ({rule.source})",
        "until": _until(rule),
        "failed": _excused(rule),
        "release": _release(rule),
    }
    for name, value in facts.items():
        if value:
            out.print(Text.assemble((f"{name:>9}  ", "dim"), value))
    if found.log:
        out.print()
    for entry in found.log:
        details = ", ".join(f"{name}: {value}" for name, value in entry.details.items() if value is not None)
        out.print(Text(f"  {minute(entry.at)}  {entry.what} by {entry.who}{f'  ({details})' if details else ''}"))


def print_settings(out: Console, project: str, found: QuarantineSettings) -> None:
    out.print(f"{found.project or project}", style="bold", markup=False)
    out.print(f"  at most {count(found.cap, 'test')} in quarantine, a rule holds for {count(found.days, 'day')}")
    if found.auto:
        out.print(
            f"  tests are quarantined by themselves from a flakiness rate of {found.auto_rate:g} % on, "
            f"at {found.auto_confidence * 100:g} % confidence",
        )
    else:
        out.print("  no test is quarantined by itself (--auto on changes that)")


def sentence(rule: Rule) -> str:
    """``Quarantined: file specs/cart.spec.ts (3 tests) until 2026-12-12, owner @shop. Rule 1a2b3c4d.``"""
    tests = f" ({_tests(rule)})" if _tests(rule) else ""
    if rule.state != "active":
        return f"{rule.state.capitalize()}: {what(rule)}. Its failures fail runs again. Rule {rule.id[:8]}."
    owner = f", owner {rule.owner}" if rule.owner else ""
    return f"Quarantined: {what(rule)}{tests} until {rule.expires_at:%Y-%m-%d}{owner}. Rule {rule.id[:8]}."


def _tests(rule: Rule) -> str:
    """Nothing for one that may strike any test."""
    return "" if rule.kind == "error" or rule.matching_tests is None else count(rule.matching_tests, "test")


def what(rule: Rule) -> str:
    """In words where ids and digests say nothing to people."""
    value, browser = rule.value, rule.project_name
    if rule.test:
        value, browser = f"{rule.test.title} ({rule.test.file})", browser or rule.test.project_name
    elif rule.error_message:
        lines = rule.error_message.strip().splitlines()
        value = f"{rule.value[:8]}: {lines[0][:_LONGEST] if lines else ''}"
    return f"{rule.kind} {value}{f' in {browser}' if browser else ''}"


def _until(rule: Rule) -> str:
    return f"{rule.expires_at:%Y-%m-%d}"


def _excused(rule: Rule) -> str:
    if not rule.excused:
        return "never since"
    last = f", last {minute(rule.last_excused_at)}" if rule.last_excused_at else ""
    return f"{count(rule.excused, 'time')}{last}"


def _release(rule: Rule) -> str:
    """How far it is from its release, or why it was released."""
    if rule.state == "released":
        by = f" by {rule.released_by}" if rule.released_by else ""
        return f"{minute(rule.released_at)}{by}{f': {rule.release_reason}' if rule.release_reason else ''}"
    if rule.state == "expired" or rule.green_runs_needed is None:
        return ""
    return f"{rule.green_runs} green, {rule.green_runs_needed} to go"


_STYLES = {"active": "yellow", "released": "green", "expired": "dim"}
