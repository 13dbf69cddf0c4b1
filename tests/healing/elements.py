"""Elements, and what the hook says of them."""

from collections.abc import Mapping

from shifty.healing.engine.element import Element
from shifty.healing.wire import CallSite, Seen, SeenRequest

FILE = "tests/login.spec.ts"


def button(text: str = "Sign in", **fields: object) -> Element:
    named: dict[str, object] = {"id": "sign-in", "test_id": "sign-in", "type": "submit", **fields}
    return Element(tag="button", role="button", text=text, accessible_name=text, is_button=True, **named)  # pyright: ignore[reportArgumentType]  # any field


def seen(
    element: Element,
    selector: str = "#sign-in",
    *,
    test_id: str = "t1",
    file: str = FILE,
    line: int = 12,
    waited_ms: int = 0,
) -> Seen:
    return Seen(
        test_id=test_id,
        call_site=CallSite(file=file, line=line),
        selector=selector,
        element=element,
        waited_ms=waited_ms,
    )


def told(*uses: Seen, project: str = "shop", run_id: str | None = None) -> SeenRequest:
    return SeenRequest(project=project, run_id=run_id, seen=list(uses))


HEAL: Mapping[str, object] = {
    "originalSelector": "#sign-in",
    "originalLocator": "locator('#sign-in')",
    "healedSelector": 'internal:testid=[data-testid="log-in"s]',
    "healedLocator": "getByTestId('log-in')",
    "decision": "heal",
    "confidence": 0.95,
    "strategy": "data-testid-recovery",
    "success": True,
    "action": "click",
    "explanation": "The same test id.",
    "callSite": {"file": FILE, "line": 12, "column": 30},
    "executionTimeMs": 120,
    "screenshot": "healed",
}
"""One broken locator, as an attempt tells of it."""
