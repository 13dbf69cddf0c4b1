"""Making, changing and releasing quarantine rules by forms. What is missing is told beside the fields."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Form, Path, Query, Request
from pydantic import StringConstraints, ValidationError
from starlette.responses import Response

from shifty.dashboard.page import go_to, page, pages
from shifty.dashboard.quarantine_words import KINDS, RuleForm
from shifty.dashboard.sign_in import own_path
from shifty.dashboard.visitor import Administrator, Reader
from shifty.errors import Refusal
from shifty.quarantine.add import add_rule
from shifty.quarantine.change import change_rule
from shifty.quarantine.model import RuleKind
from shifty.quarantine.release import release
from shifty.quarantine.wire import NewQuarantineRule, QuarantineRuleUpdate
from shifty.tenants.caller import require_project
from shifty.web.answers import status_of
from shifty.web.deps import Db
from shifty.wire import Body, Words

router = pages()

RuleId = Annotated[UUID, Path(alias="ruleId")]
_Text = Annotated[Words, StringConstraints(max_length=5000)]

LIST: Final = "/flaky/quarantine"


@dataclass(frozen=True)
class FormView:
    form: RuleForm
    kinds: dict[RuleKind, str] = field(default_factory=lambda: dict(KINDS))


_FIELDS: Final = {
    "value": "Which",
    "owner": "Who mends it",
    "reason": "Why",
    "days": "For how many days",
    "projectName": "Browser",
    "project": "Project",
}


class AskedForm(Body):
    """The fields, as an address or the form itself has them."""

    project: _Text = ""
    kind: RuleKind = "test"
    value: _Text = ""
    project_name: _Text = ""
    owner: _Text = ""
    reason: _Text = ""
    days: _Text = ""
    source: Literal["manual", "recommendation"] = "manual"
    next: _Text = LIST

    def form(self) -> RuleForm:
        return RuleForm(**self.model_dump())

    def body(self) -> dict[str, object]:
        """Of the API's call that does the same."""
        given = {**self.model_dump(exclude={"next"}), "days": _whole(self.days)}
        return {name: value for name, value in given.items() if value != "" or name in ("value", "reason", "project")}


@router.get("/flaky/quarantine/new")
async def get_new_rule(visitor: Reader, request: Request, asked: Annotated[AskedForm, Query()]) -> Response:
    """The form, filled by the address: whoever shows a test, a file or an error leads here."""
    return _form(visitor, request, asked.form())


@router.post("/flaky/quarantine")
async def post_rule(visitor: Administrator, request: Request, db: Db, sent: Annotated[AskedForm, Form()]) -> Response:
    caller, form = visitor.caller, sent.form()
    try:
        body = NewQuarantineRule.model_validate(sent.body())
        require_project(caller, body.project)
        added = await add_rule(db, caller.tenant_id, body.project, body.rule(caller.key_id), caller.key_id)
    except ValidationError as error:
        return _form(visitor, request, replace(form, fault=_faults(error)), 400)
    except Refusal as refusal:
        return _form(visitor, request, replace(form, fault=refusal.message), int(status_of(type(refusal))))
    done = "Quarantined" if added.is_new else "It was quarantined already:"
    about = f"{added.matching} {'test' if added.matching == 1 else 'tests'}" if body.kind != "error" else "that error"
    return go_to(own_path(form.next), f"{done} {about}, until {added.rule.expires_at:%Y-%m-%d}.")


@router.post("/flaky/quarantine/{ruleId:uuid}")
async def post_changes(
    visitor: Administrator,
    db: Db,
    rule_id: RuleId,
    owner: Annotated[_Text, Form()] = "",
    reason: Annotated[_Text, Form()] = "",
    days: Annotated[_Text, Form()] = "",
    after: Annotated[str, Form(alias="next")] = "",
) -> Response:
    caller = visitor.caller
    given = {"owner": owner, "reason": reason, "days": _whole(days)}
    try:
        body = QuarantineRuleUpdate.model_validate({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        return go_to(own_path(after or f"{LIST}/{rule_id}"), f"Nothing was changed. {_faults(error)}")
    rule = await change_rule(db, caller.tenant_id, rule_id, body.changes(), caller.key_id, caller.project)
    return go_to(own_path(after or f"{LIST}/{rule_id}"), f"Saved. It holds until {rule.expires_at:%Y-%m-%d}.")


@router.post("/flaky/quarantine/{ruleId:uuid}/release")
async def post_release(
    visitor: Administrator,
    db: Db,
    rule_id: RuleId,
    reason: Annotated[_Text, Form()] = "",
    after: Annotated[str, Form(alias="next")] = "",
) -> Response:
    caller = visitor.caller
    why = reason.strip() or "released by hand"
    await release(db, caller.tenant_id, rule_id, caller.key_id, why[:2000], caller.project)
    return go_to(own_path(after or f"{LIST}/{rule_id}"), "Released: from now on it fails runs again.")


def _form(visitor: Reader, request: Request, form: RuleForm, status: int = 200) -> Response:
    view = FormView(form)
    return page(request, visitor, "flaky/new_rule.html", view, title="Quarantine", section="flaky", status=status)


def _faults(error: ValidationError) -> str:
    """A sentence for each field, called as the form calls it."""
    found = [(str(each["loc"][0]), each["msg"].removeprefix("Value error, ")) for each in error.errors()]
    return " ".join(f"{_FIELDS.get(name, name)}: {said}." for name, said in found)


def _whole(text: str) -> object:
    """A number as the body has it; what is none is for the body to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
