"""What the list of runs is narrowed by, as its form and its address have it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shifty.dashboard.words import query
from shifty.runs.model import KnownNames
from shifty.runs.query import RunQuery

STATUSES: Final = (
    ("all", "Any"),
    ("failed", "Failed"),
    ("passed", "Passed"),
    ("flaky", "Flaky"),
    ("running", "Running"),
    ("pending", "Waiting"),
    ("completed", "Completed"),
    ("cancelled", "Cancelled"),
)
_IN_THE_FORM: Final = ("search", "project", "branch", "status", "actor")
_OTHERS: Final = {
    "ciBuildId": "CI build",
    "commitSha": "commit",
    "rerunOf": "reruns of",
    "from": "since",
    "to": "until",
}


@dataclass(frozen=True)
class RunsFilter:
    given: Mapping[str, str]
    """The parameters of the address that narrow the list, under their names there."""
    known: KnownNames | None
    """What the form offers; None where the form is not shown."""

    @property
    def is_given(self) -> bool:
        return bool(self.given)

    @property
    def statuses(self) -> Sequence[tuple[str, str]]:
        return STATUSES

    @property
    def projects(self) -> Sequence[str]:
        """With the one that is asked for, which may not exist."""
        names = list(self.known.projects) if self.known else []
        asked = self.value("project")
        return names if not asked or asked in names else [*names, asked]

    @property
    def others(self) -> Sequence[tuple[str, str, str]]:
        """What the form has no field for and keeps: parameter, name and value."""
        return [(name, _OTHERS[name], value) for name, value in self.given.items() if name in _OTHERS]

    def value(self, name: str) -> str:
        return self.given.get(name, "")

    def address(self, offset: int = 0) -> str:
        """Of a page of the list that is narrowed like this one."""
        return "/runs" + query(**self.given, offset=offset or None)

    def without(self, name: str) -> str:
        """The list without one of the filters."""
        return "/runs" + query(**{other: value for other, value in self.given.items() if other != name})


def given(asked: RunQuery, parameters: Mapping[str, str]) -> Mapping[str, str]:
    """Those of an address's ``parameters`` that filter, which ``asked`` has found to make sense."""
    names = (*_IN_THE_FORM, *_OTHERS)
    return {
        name: value
        for name in names
        if (value := parameters.get(name, "")) and not (name == "status" and asked.status == "all")
    }
