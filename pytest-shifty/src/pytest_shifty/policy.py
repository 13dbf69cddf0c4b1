"""What may be healed at all, and how far: everything that is not listed here is left to Playwright alone."""

from collections.abc import Mapping

from pytest_shifty.wire import Mode


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Calls that wait for their element. ``dragAndDrop`` has two selectors, neither of them called so.
_ACTIONS = _words(
    """click dblclick tap fill type press check uncheck hover focus blur selectOption setInputFiles dispatchEvent
    waitForSelector textContent innerText innerHTML getAttribute inputValue isChecked isDisabled isEnabled isEditable"""
)
# Of one element that is there. Absence (``to.be.hidden``, ``to.be.detached``), ``to.have.count`` and ``….array`` are
# answered by what is not found, so healing them would turn a right answer into a wrong one.
_EXPECTATIONS = _words(
    """to.be.visible to.be.attached to.be.enabled to.be.disabled to.be.checked to.be.unchecked to.be.editable
    to.be.readonly to.be.focused to.be.empty to.be.in.viewport to.have.text to.have.value to.have.values
    to.have.attribute to.have.attribute.value to.have.class to.contain.class to.have.css to.have.id
    to.have.accessible.name to.have.accessible.description to.have.accessible.error.message to.have.role
    to.match.aria"""
)
_ABSENT = frozenset({"hidden", "detached"})
_STRICTNESS: tuple[Mode, ...] = ("off", "propose", "heal")


def may_heal(method: str, params: Mapping[str, object]) -> bool:
    if not isinstance(params.get("selector"), str):
        return False
    if method == "expect":
        return not params.get("isNot") and params.get("expression") in _EXPECTATIONS
    return method in _ACTIONS and params.get("state") not in _ABSENT


def action_of(method: str, params: Mapping[str, object]) -> str:
    """What the server judges by. Waiting for an element expects it to be there, unless something is done with the
    handle: then the wait is strict and returns it."""
    if method == "waitForSelector" and not (params.get("strict") and not params.get("omitReturnValue")):
        return "expect:wait.for"
    return f"expect:{params.get('expression')}" if method == "expect" else method


def is_strict(method: str, params: Mapping[str, object]) -> bool:
    """Whether more than one match fails the call."""
    return method == "expect" or params.get("strict") is True


def strictest(*modes: Mode) -> Mode:
    return min(modes, key=_STRICTNESS.index)
