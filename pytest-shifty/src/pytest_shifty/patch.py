"""Takes the place of the one method through which every call of Playwright's client goes, after making sure that it is
a method that we know."""

import asyncio
import importlib
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from pytest_shifty.calls import Call, ChannelCall, ConnectionCall, Original, Params, part
from pytest_shifty.policy import may_heal

_PATCHED = "__shifty__"
_CHANNEL_SENDS = (
    ["self", "method", "params", "return_as_dict"],
    ["self", "method", "timeout_calculator", "params", "return_as_dict"],
)
_CONNECTION_SENDS = ["self", "object", "method", "params", "options"]


class Performs(Protocol):
    def perform(self, call: Call) -> Awaitable[Any]: ...


class UnknownPlaywright(Exception):
    """Its client is none that we know: then it is left alone."""


def patch(steps: Performs) -> Callable[[], None]:
    """Let ``steps`` perform what may be healed, until what is returned is called.

    Raises:
        UnknownPlaywright: with the reason.
    """
    owner, name, arguments = _sender()
    original: Original = getattr(owner, name)
    if hasattr(original, _PATCHED):
        raise UnknownPlaywright("it is hooked already")
    hooked = _connection_hook(original, steps) if arguments == _CONNECTION_SENDS else _channel_hook(original, steps)
    setattr(hooked, _PATCHED, True)
    setattr(owner, name, hooked)
    return lambda: setattr(owner, name, original)


def _sender() -> tuple[type, str, list[str]]:
    for module, kind, name, known in (
        ("playwright._impl.connection", "Connection", "send_message_to_server", [_CONNECTION_SENDS]),
        ("playwright._impl._connection", "Channel", "_inner_send", _CHANNEL_SENDS),
    ):
        try:
            owner = getattr(importlib.import_module(module), kind)
            arguments = list(inspect.signature(getattr(owner, name)).parameters)
        except (ImportError, AttributeError):
            continue
        if arguments not in known:
            raise UnknownPlaywright(f"its {kind}.{name} takes {', '.join(arguments[1:])}")
        return owner, name, arguments
    raise UnknownPlaywright("its connection sends in another way")


def _connection_hook(original: Original, steps: Performs) -> Original:
    # A plain function, as the one that it stands for: the message goes out when it is called.
    def send_message_to_server(self: object, owner: object, method: str, params: Any, options: Any) -> Awaitable[Any]:
        call = _ours(owner, method, params, lambda: ConnectionCall(original, self, owner, method, params, options))
        if call is None:
            return original(self, owner, method, params, options)
        return asyncio.ensure_future(steps.perform(call))

    return send_message_to_server


def _channel_hook(original: Original, steps: Performs) -> Original:
    async def inner_send(self: object, method: str, *rest: Any) -> Any:
        *before, params, as_dict = rest
        frame = part(self, "_object")
        call = _ours(frame, method, params, lambda: ChannelCall(original, self, method, before, params, as_dict))
        if call is None:
            return await original(self, method, *rest)
        return await steps.perform(call)

    return inner_send


def _ours(frame: object, method: str, params: Params | None, make: Callable[[], Call]) -> Call | None:
    """None: not a call for us."""
    if part(frame, "_type") != "Frame" or not isinstance(params, dict) or not may_heal(method, params):
        return None
    try:
        asyncio.get_running_loop()
        return make()
    except Exception:  # noqa: BLE001 - Whatever is odd about a call is Playwright's to say.
        return None
