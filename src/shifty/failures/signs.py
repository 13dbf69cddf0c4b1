"""What the words of an error point to. Pure.

Plain substrings, looked for in the text without its colours: some sixty of them cost microseconds.
"""

import re
from collections.abc import Sequence
from typing import Final

from shifty.failures.model import Cause, Kind

_Signs = tuple[str, ...]

_ENVIRONMENT: Final[_Signs] = (
    "xecutable doesn't exist",
    "Failed to launch",
    "rowserType.",
    "Host system is missing dependencies",
    "error while loading shared libraries",
    "No usable sandbox!",
    "Missing X server or $DISPLAY",
    "Browser closed unexpectedly",
    "rowser has ",
    "ENOSPC",
    "EMFILE",
    "ENFILE",
    "ENOMEM",
    "[Errno ",
    "Cannot allocate memory",
    "eap out of memory",
    "OUT_OF_MEMORY",
    "Out of memory: Killed",
    "MemoryError",
    "crashed",
)
"""A quick look: where none of them stands, `_SAID_BY_MACHINE` says nothing either."""
_HEAD: Final = r"^[ \t]{0,8}(?:E {1,8})?\[?(?:[\w.]{1,80}: ){0,5}"
"""Of a line: nothing but names of errors and calls before what follows; an application may say the same words, too."""
_CRASHED: Final = re.compile(
    _HEAD + r"(?:Protocol error \([\w.]{1,80}\): )?"
    r"(?:(?:Target|[Pp]age|Renderer process) crashed|Navigation failed because page crashed)\b",
    re.MULTILINE,
)
_SAID_BY_MACHINE: Final = re.compile(
    _HEAD + r"(?:[Bb]rowserType\.(?:launch|connect)\w{0,30}:|[Ee]xecutable doesn't exist"
    r"|Failed to launch (?:the )?(?:browser|chrom|firefox|webkit|msedge)"
    r"|Browser (?:closed unexpectedly|has been disconnected)|Navigation failed because browser has disconnected"
    r"|(?:spawn (?:\S{1,300} )?)?(?:ENOSPC|EMFILE|ENFILE|ENOMEM)\b|\[Errno (?:12|23|24|28)\] |MemoryError(?::|$)"
    r"|(?:fork|mmap|malloc): Cannot allocate memory|Out of memory: Killed process"
    r"|\S{1,300}: error while loading shared libraries: )"
    r"|^.{0,200}(?:\] No usable sandbox!|Missing X server or \$DISPLAY)|^[║ \t]{0,8}Host system is missing dependencies"
    r"|^.{0,80}FATAL ERROR: .{0,200}(?:Allocation failed - )?JavaScript heap out of memory"
    r"|^.{0,40}Error \[ERR_WORKER_OUT_OF_MEMORY\]",
    re.MULTILINE,
)
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
_TIMEOUT_OF_ASSERTION: Final = re.compile(
    r"^[ \t]{0,8}(?:E {1,8})?[ \t-]{0,8}(?:\w{0,40}Error: )?"
    r"(?:Timed out |(?:Test t|T)imeout (?:of )?|Timeout: {1,8}|Expect \"\w{1,80}\" (?:.{1,300} )?with timeout )"
    r"(?P<ms>\d{1,9})ms(?: (?:exceeded|waiting for)|$)",
    re.MULTILINE,
)
"""As Playwright words it, at the beginning of a line: what an assertion quotes may speak of time-outs, too."""
_TIMEOUT_OF_TEST: Final = re.compile(
    r"(?<!hook )\bTest timeout of \d{1,9}ms exceeded|Timeout \(>?\d{1,9}(?:\.\d{1,3})?s\) from pytest-timeout"
    r"|^(?:E {1,8})?(?:Failed: )?Timeout >\d{1,9}(?:\.\d{1,3})?s\b",
    re.MULTILINE,
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
        if not is_assertion and _TIMEOUT_OF_TEST.search(text):
            causes.add("test-timeout")
    return frozenset(causes)


def kind_of(text: str, causes: frozenset[Cause], *, is_assertion: bool) -> Kind:
    if is_assertion:
        return "assertion"
    if _is_crash(text) or _has(text, _PROCESS):
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


def limit_of(text: str, *, is_assertion: bool) -> int | None:
    """Milliseconds of the first time-out that is named."""
    if not _has(text, _TIMED_OUT):
        return None
    if is_assertion:
        quoted = _TIMEOUT_OF_ASSERTION.search(text)
        limit = int(quoted["ms"]) if quoted else 0
    else:
        found = _TIMEOUT.search(text)
        value = float(found["ms"] or found["s"]) if found else 0.0
        limit = round(value if found and found["unit"] == "ms" else value * 1000)
    return limit if 0 < limit <= _LONGEST_LIMIT_MS else None


def _is_crash(text: str) -> bool:
    return "crashed" in text and bool(_CRASHED.search(text))


def _is_network(text: str) -> bool:
    return _has(text, _NETWORK) or bool(_NET.search(text)) or bool(_GATEWAY.search(text) and _STATUS.search(text))


def _is_environment(text: str) -> bool:
    if _has(text, _ENVIRONMENT) and (_SAID_BY_MACHINE.search(text) or _CRASHED.search(text)):
        return True
    return _has(text, _PROCESS) and bool(_KILLED.search(text))


def _has(text: str, signs: Sequence[str]) -> bool:
    for sign in signs:  # noqa: SIM110  # half the time of any()
        if sign in text:
            return True
    return False
