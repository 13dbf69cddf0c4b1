"""Which rule excuses which test. Pure.

A ``*`` of a file or title stands for any characters, a ``/`` among them; everything else for itself, in its own case.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shifty.quarantine.model import Candidate, Rule

TITLES = " › "
"""Between the titles of a test in the value of a rule."""


@dataclass(frozen=True)
class Excuses:
    """What quarantine says of the tests of a run that did not pass."""

    by_test: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    """The rule that excuses a test, by its id."""
    over_cap: Mapping[str, UUID] = field(default_factory=dict[str, UUID])
    """Tests that a rule matches and that fail all the same: as many as may be were excused before."""


def match(rules: Sequence[Rule], candidates: Sequence[Candidate], cap: int) -> Excuses:
    """Which of ``candidates`` are excused, at most ``cap`` of them.

    The rules come in the order in which they were made: the oldest ones are served first, each in the order of the
    candidates, so that a rule that is added takes nothing away from another.
    """
    ranked = [(rank, place) for place, each in enumerate(candidates) if (rank := _rank(rules, each)) is not None]
    ranked.sort()
    named = [(candidates[place].test_id, rules[rank].id) for rank, place in ranked]
    return Excuses(dict(named[:cap]), dict(named[cap:]))


def _rank(rules: Sequence[Rule], test: Candidate) -> int | None:
    """The index of the rule that excuses it; None: none does."""
    named = next((rank for rank, rule in enumerate(rules) if rule.kind != "error" and matches(rule, test)), None)
    errors = _rank_of_errors(rules, test)
    return min((rank for rank in (named, errors) if rank is not None), default=None)


def _rank_of_errors(rules: Sequence[Rule], test: Candidate) -> int | None:
    """Of the rule that completes the excuse: a test that failed for two reasons, one of them new, fails."""
    of_errors = [(rank, rule) for rank, rule in enumerate(rules) if rule.kind == "error" and matches(rule, test)]
    ranks = [next((rank for rank, rule in of_errors if rule.value == each), None) for each in test.error_digests]
    known = [rank for rank in ranks if rank is not None]
    return max(known) if known and len(known) == len(ranks) else None


def matches(rule: Rule, test: Candidate) -> bool:
    """Whether a rule is about a test; one about an error: whether that error is among those of the test."""
    if rule.project_name not in ("", test.project_name):
        return False
    match rule.kind:
        case "test":
            return rule.value == test.test_id
        case "file":
            return fits(rule.value, test.file)
        case "title":
            bare = test.title_path[-1] if test.title_path else ""
            return fits(rule.value, TITLES.join(test.title_path)) or fits(rule.value, bare)
        case "tag":
            return rule.value.removeprefix("@") in (tag.removeprefix("@") for tag in test.tags)
        case "error":
            return rule.value in test.error_digests


def fits(pattern: str, text: str) -> bool:
    """Whether ``text`` is of the form of ``pattern``. No regular expression: its time would be in the hands of whoever
    writes the pattern."""
    first, *middle = pattern.split("*")
    if not middle:
        return text == pattern
    last = middle.pop()
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
