"""What the words of an error point to. Pure.

Plain substrings, looked for in the text without its colours: some sixty of them cost microseconds.
"""

import re
from collections.abc import Sequence
from typing import Final

from shifty.failures.model import Cause, Kind

_Signs = tuple[str, ...]

_NO_BROWSER: Final[_Signs] = (
    "Executable doesn't exist",
    "executable doesn't exist",
    "Failed to launch",
    "browserType.launch",
    "BrowserType.launch",
    "browserType.connect",
    "BrowserType.connect",
    "Host system is missing dependencies",
    "error while loading shared libraries",
    "No usable sandbox",
    "Missing X server",
    "Browser closed unexpectedly",
    "Browser has been disconnected",
    "browser has disconnected",
)
_NO_ROOM: Final[_Signs] = (
    "ENOSPC",
    "No space left on device",
    "EMFILE",
    "ENFILE",
    "ENOMEM",
    "Too many open files",
    "Cannot allocate memory",
    "JavaScript heap out of memory",
    "Allocation failed",
    "out of memory",
    "Out of memory",
    "MemoryError",
)
_CRASHED: Final[_Signs] = ("Target crashed", "Page crashed", "page crashed", "Renderer process crashed")
_PROCESS: Final[_Signs] = ("process exited unexpectedly", "crashed its worker", "crashed while running")
_KILLED: Final = re.compile(
    r"signal[=: ]*SIG(?:KILL|SEGV|ABRT|BUS|ILL|TERM)|SIGKILL|exited with code (?:134|137|139)|code=(?:134|137|139)\b"
    r"|crashed its worker"
)
"""By somebody else: the kernel that ran out of memory, the machine that was taken away. A process that exits with
another code has ended itself, which is the doing of the test or of what it tests."""

_NETWORK: Final[_Signs] = (
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EPIPE",
    "socket hang up",
    "fetch failed",
    "Failed to fetch",
    "NetworkError when attempting",
    "Connection refused",
    "Connection reset by peer",
    "Connection aborted",
    "Remote end closed connection",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Max retries exceeded with url",
    "NS_ERROR_CONNECTION",
    "NS_ERROR_UNKNOWN_HOST",
    "NS_ERROR_NET",
    "NS_ERROR_OFFLINE",
    "Could not connect to server",
    "Could not resolve host",
    "The network connection was lost",
    "Bad Gateway",
    "Service Unavailable",
    "Gateway Timeout",
    "Gateway Time-out",
)
_NET: Final = re.compile(
    r"net::ERR_(?:CONNECTION|NAME_|NETWORK|INTERNET|ADDRESS|TIMED_OUT|SOCKET|PROXY|EMPTY_RESPONSE|SSL|HTTP2|QUIC|DNS|TUNNEL"
    r"|HTTP_RESPONSE_CODE_FAILURE|INCOMPLETE)"
)
"""Not those that are the test's own doing: ABORTED, UNSAFE_PORT, INVALID_URL, BLOCKED_BY_CLIENT …"""
_GATEWAY: Final = re.compile(r"50[234]\b")
_STATUS: Final = re.compile(r"(?:[Ss]tatus(?: code)?|HTTP(?:/\d(?:\.\d)?)?|Received|Actual value)\W{1,12}50[234]\b")
_ANIMATION: Final[_Signs] = (
    "element is not stable",
    "intercepts pointer events",
    "element was detached",
    "Element is not attached to the DOM",
    "Node is detached",
    "Hydration failed",
    "hydration mismatch",
    "Hydration Mismatch",
    "hydrating",
    "does not match server-rendered",
    "didn't match the client properties",
    "StaleElementReference",
)
_TIMEOUT: Final = re.compile(
    r"(?:[Tt]imeout(?: of)?|[Tt]imed out|hook timeout of|timeout:)\s*+>?\s*+"
    r"(?P<ms>\d{1,9}(?:\.\d{1,3})?)\s?(?P<unit>ms|s\b|seconds)"
    r"|[Tt]imeout \(?>?(?P<s>\d{1,9}(?:\.\d{1,3})?)s\)?"
)
_TIMED_OUT: Final[_Signs] = ("imeout", "imed out")
_ASSERTION: Final = re.compile(
    r"(?:\w*Error: )?(?:expect\(|expect\.|Timed out \d+ms waiting for expect|assert |assert\("
    r"|A snapshot doesn't exist)|Assertion(?:Error|Failed)"
    r"|Failed: DID NOT|.{0,300}(?<!\w)expect\([^()\n]{0,40}\)\.|Expected to (?:fail|be )"
    r"|.{0,80}Screenshot comparison failed"
)
_NAVIGATION: Final[_Signs] = (
    ".goto:",
    ".waitForURL:",
    ".wait_for_url:",
    ".reload:",
    ".goBack:",
    ".go_back:",
    ".goForward:",
    ".go_forward:",
    ".waitForNavigation:",
    "net::ERR_",
    "NS_ERROR_",
    "NS_BINDING_ABORTED",
    "Execution context was destroyed",
    "frame was detached",
    "Frame was detached",
    "is interrupted by another navigation",
)
_LOCATOR: Final[_Signs] = (
    "strict mode violation",
    "element(s) not found",
    "is not a valid selector",
    "Unexpected token",
)
_WAITED: Final[_Signs] = (
    "waiting for locator(",
    "waiting for get",
    "waiting for frame_locator(",
    "waiting for frameLocator(",
    "waiting for selector",
)
_FOUND: Final[_Signs] = ("locator resolved to", "selector resolved to")
_LONGEST_LIMIT_MS: Final = 2**31 - 1


def is_assertion(text: str) -> bool:
    return bool(_ASSERTION.match(text)) or "\nassert " in text or "\n\nexpect(" in text


def causes_of(text: str, limit_ms: int | None, *, is_assertion: bool) -> frozenset[Cause]:
    """What an assertion quotes from a page proves nothing about the machine."""
    causes: set[Cause] = set()
    if not is_assertion and _is_environment(text):
        causes.add("environment")
    if _is_network(text):
        causes.add("network")
    if _has(text, _ANIMATION):
        causes.add("animation")
    if limit_ms is not None:
        causes.add("timeout")
    return frozenset(causes)


def kind_of(text: str, causes: frozenset[Cause], *, is_assertion: bool) -> Kind:
    if is_assertion:
        return "assertion"
    if _has(text, _CRASHED) or _has(text, _PROCESS):
        return "crash"
    if "environment" in causes:
        return "environment"
    if "network" in causes:
        return "network"
    if _has(text, _LOCATOR) or (_has(text, _WAITED) and not _has(text, _FOUND)):
        return "locator"
    if _has(text, _NAVIGATION):
        return "navigation"
    return "timeout" if _has(text, _TIMED_OUT) else "error"


def limit_of(text: str) -> int | None:
    """Milliseconds of the first time-out that is named."""
    found = _TIMEOUT.search(text) if _has(text, _TIMED_OUT) else None
    if not found:
        return None
    value = float(found["ms"] or found["s"])
    limit = round(value if found["unit"] == "ms" else value * 1000)
    return limit if 0 < limit <= _LONGEST_LIMIT_MS else None


def _is_network(text: str) -> bool:
    return _has(text, _NETWORK) or bool(_NET.search(text)) or bool(_GATEWAY.search(text) and _STATUS.search(text))


def _is_environment(text: str) -> bool:
    if _has(text, _NO_BROWSER) or _has(text, _NO_ROOM) or _has(text, _CRASHED):
        return True
    return _has(text, _PROCESS) and bool(_KILLED.search(text))


def _has(text: str, signs: Sequence[str]) -> bool:
    for sign in signs:  # noqa: SIM110  # half the time of any()
        if sign in text:
            return True
    return False
