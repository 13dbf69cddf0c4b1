"""Refusals of this room."""

from collections.abc import Sequence

from shifty.errors import Conflict, Invalid, NotFound


class RuleNotFound(NotFound):
    """There is no such rule, or it is another tenant's."""

    code = "QUARANTINE_RULE_NOT_FOUND"

    def __init__(self, rule_id: object) -> None:
        super().__init__(
            f"There is no quarantine rule {rule_id}. GET /quarantine lists them.", {"ruleId": str(rule_id)}
        )


class ProjectNotFound(NotFound):
    """The project is not there yet: its first run makes it."""

    code = "PROJECT_NOT_FOUND"

    def __init__(self, project: str) -> None:
        super().__init__(
            f"There is no project {project!r}: check its name. A project is made by its first run.",
            {"project": project},
        )


class QuarantineFull(Conflict):
    """As many tests are quarantined as the project allows."""

    code = "QUARANTINE_FULL"

    def __init__(self, *, cap: int, quarantined: int, requested: int) -> None:
        super().__init__(
            f"The project allows {cap} quarantined tests, {quarantined} are, and this rule would make it "
            f"{quarantined + requested}. Mend or release some (GET /quarantine), narrow the rule, or let an "
            "administrator raise the cap (PUT /quarantine/settings).",
            {"cap": cap, "quarantined": quarantined, "requested": requested},
        )


class RuleReleased(Conflict):
    """The rule excuses nothing any more, so there is nothing to change."""

    code = "QUARANTINE_RELEASED"

    def __init__(self, rule_id: object) -> None:
        super().__init__(
            f"Quarantine rule {rule_id} is released or expired. Make a new one with POST /quarantine.",
            {"ruleId": str(rule_id)},
        )


class ErrorNotNamed(NotFound):
    """A rule about an error goes by its digest, and this is none."""

    code = "ERROR_NOT_FOUND"

    def __init__(self, value: str) -> None:
        super().__init__(
            f"There is no error {value[:100]!r}: a rule goes by the digest of an error, 16 hexadecimal digits, as "
            "GET /errors lists them.",
            {"fields": [{"path": "value", "message": "must be the digest of an error"}]},
        )


class BadEnd(Conflict):
    """The rule would have ended already, or would hold for more than a year."""

    def __init__(self, message: str) -> None:
        super().__init__(f"expiresAt: {message}", {"fields": [{"path": "expiresAt", "message": message}]})


class BadRule(Invalid):
    """Fields of a rule do not fit each other or their kind; details name each."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        path, message = faults[0]
        more = f" ({len(faults) - 1} more in details.fields)" if len(faults) > 1 else ""
        fields = [{"path": path, "message": message} for path, message in faults]
        super().__init__(f"{path}: {message}{more}", {"fields": fields})
