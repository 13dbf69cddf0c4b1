"""One call of Playwright's client, however its version writes it down.

======  =====================================================================================================
≥ 1.6x  ``connection.Connection.send_message_to_server(object, method, params, options)``; ``options["timeout"]``
≥ 1.53  ``_connection.Channel._inner_send(method, timeout_calculator, params, return_as_dict)``
older   ``_connection.Channel._inner_send(method, params, return_as_dict)``; ``params["timeout"]`` or the page's
======  =====================================================================================================
"""

import sysconfig
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pytest_shifty.identity import relative_to
from pytest_shifty.wire import Place

Params = Mapping[str, object]
Result = Mapping[str, Any]
Original = Callable[..., Awaitable[Any]]

_STANDARD = sysconfig.get_path("stdlib")
_INSTALLED = ("site-packages", "dist-packages")
_OWN = str(Path(__file__).parent)


def part(owner: object, name: str) -> Any:
    """Of an object of Playwright's, whose insides have no types that hold over its versions; None: it has none."""
    return getattr(owner, name, None)


class Call(ABC):
    """``timeout_ms`` is the author's own; 0: none."""

    def __init__(self, original: Original, frame: object, method: str, params: Params, timeout_ms: float) -> None:
        self.original = original
        self.frame = frame
        self.method = method
        self.params = params
        self.selector = str(params["selector"])
        self.timeout_ms = timeout_ms
        self._started = time.monotonic()

    def spent_ms(self) -> float:
        return (time.monotonic() - self._started) * 1000

    def places(self, root: Path) -> list[Place]:
        """The author's code on the stack, innermost first."""
        frames = [frame for frame in self.stack() if _is_authors(str(frame["file"]))]
        return [
            {"file": relative_to(root, str(frame["file"])), "line": int(frame["line"] or 0), "column": 0}
            for frame in frames
        ]

    @abstractmethod
    def stack(self) -> Sequence[Mapping[str, Any]]: ...

    @abstractmethod
    def send(self, selector: str, timeout_ms: float | None) -> Awaitable[Any]:
        """The one real call. ``timeout_ms`` None: the author's."""

    @abstractmethod
    def ask(self, method: str, params: Params, timeout_ms: float = 0, of: object = None) -> Awaitable[Result | None]:
        """A call of our own, of the same frame or of another object; it passes by the hook."""


class ConnectionCall(Call):
    """Of the client that is a port of Playwright's own."""

    def __init__(
        self, original: Original, connection: object, frame: object, method: str, params: Params, options: Params
    ) -> None:
        super().__init__(original, frame, method, params, _number(options.get("timeout")))
        self._connection = connection
        self._options = options

    def stack(self) -> Sequence[Mapping[str, Any]]:
        return cast("Sequence[Mapping[str, Any]]", self._options.get("frames") or [])

    def send(self, selector: str, timeout_ms: float | None) -> Awaitable[Any]:
        options = self._options if timeout_ms is None else {**self._options, "timeout": timeout_ms}
        return self.original(self._connection, self.frame, self.method, {**self.params, "selector": selector}, options)

    def ask(self, method: str, params: Params, timeout_ms: float = 0, of: object = None) -> Awaitable[Result | None]:
        options = {"internal": True, "timeout": timeout_ms}
        return self.original(self._connection, of or self.frame, method, params, options)


class ChannelCall(Call):
    """Of the older client. ``before`` stands between method and params: the calculator of the time-out, if any."""

    def __init__(
        self, original: Original, channel: object, method: str, before: Sequence[Any], params: Params, as_dict: bool
    ) -> None:
        frame = part(channel, "_object")
        calculate = before[0] if before else _calculator_of(frame)
        timeout_ms = _number(calculate(params.get("timeout"))) if calculate else 0
        super().__init__(original, frame, method, params, timeout_ms)
        self._channel = channel
        self._before = before
        self._as_dict = as_dict

    def stack(self) -> Sequence[Mapping[str, Any]]:
        zone = cast("Mapping[str, Any] | None", part(part(self._channel, "_connection"), "_api_zone").get())
        return zone["frames"] if zone else []

    def send(self, selector: str, timeout_ms: float | None) -> Awaitable[Any]:
        params = {**self.params, "selector": selector}
        if timeout_ms is None:
            return self.original(self._channel, self.method, *self._before, params, self._as_dict)
        return self._timed(self._channel, self.method, params, timeout_ms, self._as_dict)

    def ask(self, method: str, params: Params, timeout_ms: float = 0, of: object = None) -> Awaitable[Result | None]:
        return self._timed(part(of or self.frame, "_channel"), method, params, timeout_ms, True)

    def _timed(self, channel: object, method: str, params: Params, timeout_ms: float, as_dict: bool) -> Awaitable[Any]:
        before = [_always(timeout_ms) for _ in self._before]
        return self.original(channel, method, *before, {**params, "timeout": timeout_ms}, as_dict)


def _always(timeout_ms: float) -> Callable[[object], float]:
    return lambda _: timeout_ms


def _calculator_of(frame: object) -> Any:
    return part(part(part(frame, "_page"), "_timeout_settings"), "timeout")


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _is_authors(file: str) -> bool:
    if file.startswith(("<", _OWN)) or any(folder in Path(file).parts for folder in _INSTALLED):
        return False
    return not file.startswith(_STANDARD)


def value_of(value: Any) -> Any:
    """The protocol's SerializedValue: what JSON can say of it."""
    if not isinstance(value, dict):
        return value
    said = cast("dict[str, Any]", value)
    for kind in ("n", "s", "b"):
        if kind in said:
            return said[kind]
    if "a" in said:
        return [value_of(one) for one in said["a"]]
    if "o" in said:
        return {entry["k"]: value_of(entry["v"]) for entry in said["o"]}
    return None


def argument_of(options: Mapping[str, str | int | bool]) -> dict[str, object]:
    """The protocol's SerializedArgument of plain options."""
    entries = [{"k": key, "v": _serialized(value)} for key, value in options.items()]
    return {"value": {"o": entries, "id": 1}, "handles": []}


def _serialized(value: str | int | bool) -> dict[str, object]:
    if isinstance(value, bool):
        return {"b": value}
    return {"s": value} if isinstance(value, str) else {"n": value}
