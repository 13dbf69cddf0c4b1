"""Takes out of a text what differs from run to run: numbers, ids, paths, ports, dates. Pure.

Words stay, since they tell one error from another; so does a letter with one digit (``h1``, ``s3``). Each pattern moves
forward only (possessive, or bounded): a hostile text costs no more than its length.
"""

import re
from functools import lru_cache
from typing import Final

_BREAK: Final = r"\s\"'`(),;<>\[\]{}=|"
_RUN: Final = re.compile(rf"(?<![^{_BREAK}])[^{_BREAK}\d/\\@]*+[\d/\\@][^{_BREAK}]*+")
"""What lies between blanks and brackets, where it holds a digit, a slash or an @: the rest has nothing to take out."""
_LONGEST_RUN: Final = 160

_URL: Final = re.compile(
    r"\b([a-z][a-z0-9+.-]{1,15})://(\[[0-9a-f:.]{2,40}\]|[^\s\"'`<>()\[\]{}|/?#]*+)([^\s\"'`<>()\[\]{}|]*+)"
)
_DATA_URL: Final = re.compile(r"\bdata:\w{1,20}/[\w.+-]{1,60}[;,][^\s\"'`]*+")
_DRIVE: Final = re.compile(
    r"(?<![A-Za-z0-9>])[A-Za-z]:[\\/]++"
    r"((?:[^\\/:*?\"'<>|\s]++(?: [^\\/:*?\"'<>|\s]++)*+[\\/]++)*+)([^\\/:*?\"'<>|\s]*+)(?::\d{1,7}){0,2}"
)
_MONTH: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_ANY_MONTH: Final = re.compile(_MONTH)
_MONTH_DAY: Final = re.compile(rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}}\b)?")
_DAY_MONTH: Final = re.compile(rf"\d{{1,2}}(?<!\d\d\d) {_MONTH}(?:,? \d{{4}}\b)?")

_VALUE: Final = re.compile(
    r"(?P<id>(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])0[xX][0-9a-fA-F]+"
    r"|\\?:r[0-9a-z]{1,6}\\?:)"  # React's useId
    r"|(?P<date>(?<![0-9A-Za-z])(?:\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\d{1,4}/\d{1,2}/\d{2,4})(?![0-9A-Za-z]))"
    r"|(?P<time>(?<![0-9A-Za-z])\d{1,2}:\d\d:\d\d(?:\.\d+)?)"
    r"|(?P<localhost>(?<![0-9A-Za-z.])(?:127\.0\.0\.1|0\.0\.0\.0|(?<![:\w])::1|localhost)(?::\d+)?(?![0-9A-Za-z.]))"
    r"|(?P<n>(?<![0-9A-Za-z])\d+(?:[.:_]\d+)+(?:[eE][+-]?\d+)?(?![0-9]|[A-Za-z]+\d))"
    r"|(?P<token>[A-Za-z0-9]+)"
)
_DIGITS: Final = re.compile(r"[0-9]+")
_DIGIT_CHANGES: Final = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])")
_CHANGES: Final = re.compile(r"(?<=[0-9])(?=[A-Za-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[A-Z])(?=[a-z])|(?<=[a-z])(?=[A-Z])")
_HEX: Final = re.compile(r"[0-9a-f]{7,}|[0-9A-F]{7,}")
_EMAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")

_PLACE_IN_FILE: Final = re.compile(r"(\.[A-Za-z]{1,8})(?::\d{1,7}){1,2}(?!\w)")
_PLACE: Final = re.compile(r"(?::\d+){1,2}[.:!?]?$")
_SYSTEM_ROOTS: Final = re.compile(
    r"__w|Users|Volumes|bin|builds|etc|github|home|lib(?:64)?|mnt|nix|opt|private|proc|root|runner|srv|tmp|usr|var"
)
_CODE: Final = re.compile(r"\.(?:[cm]?[jt]sx?|py|vue|svelte)(?:-snapshots)?$")
_TEMPORARY: Final = re.compile(r"/(?:private/)?(?:tmp|var/tmp|var/folders/[^/]+/[^/]+/T)/[^/.]+$")

_SERIES: Final = re.compile(r"<n>(?:,<n>)+")
_SIGNED: Final = re.compile(r"(?<=[ (:=,\[])[-+]<n>")
_HALF_DAY: Final = re.compile(r"<n> ?[AaPp][Mm]\b")
_DURATION: Final = re.compile(
    r"(?:<n> ?(?:ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b(?: (?=<n>))?)+"
)
_WHEN: Final = re.compile(
    r"(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? )?"
    r"<date>(?:,? (?:at )?(?:<time>|<n>))?(?: GMT(?:[+-]?<n>)?)?"
)


def without_values(text: str) -> str:
    """``text`` with ``<n>``, ``<id>``, ``<path>/file.ts``, ``<date>`` … in place of what varies."""
    if "://" in text:
        text = _URL.sub(_url, text)
    if "data:" in text:
        text = _DATA_URL.sub("data:…", text)
    if ":\\" in text or ":/" in text:
        text = _DRIVE.sub(_drive, text)
    if _ANY_MONTH.search(text):
        text = _DAY_MONTH.sub("<date>", _MONTH_DAY.sub("<date>", text))
    text = _RUN.sub(_run, text)
    if "<n>" in text:
        text = _numbers(text)
    return _WHEN.sub("<date>", text) if "<date>" in text else text


def _numbers(text: str) -> str:
    text = _SERIES.sub("<n>", text)
    text = _SIGNED.sub("<n>", text)
    text = _HALF_DAY.sub("<time>", text)
    return _DURATION.sub("<duration>", text)


def _url(found: re.Match[str]) -> str:
    """Without port, credentials and query. What follows ``#`` stays where it is a route."""
    scheme, host, rest = found.groups()
    if scheme == "file":
        return rest
    host = host.rpartition("@")[2] if not host.startswith("[") else "localhost"
    host = re.sub(r":\d*$", "", host)
    path, _, fragment = rest.partition("#")
    path = re.split(r"[?;]", path.removeprefix(":") if rest.startswith(":") else path, maxsplit=1)[0]
    if found[2].startswith("["):
        path = re.sub(r"^\d+", "", path)
    host = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host  # noqa: S104  # read, not bound
    return f"{scheme}://{host}{path}" + (f"#{fragment.partition('?')[0]}" if fragment.startswith("/") else "")


def _drive(found: re.Match[str]) -> str:
    return _shortened("/" + (found[1] + found[2]).replace("\\", "/"))


def _run(found: re.Match[str]) -> str:
    run, start = found[0], found.start()
    # Behind a bracket it goes on from what has been taken out: `<path>/x`.
    return _value(run) if start and found.string[start - 1] == ">" else _word(run)


@lru_cache(maxsize=16384)
def _word(run: str) -> str:
    if len(run) > _LONGEST_RUN:
        run = run[:_LONGEST_RUN] + "…"
    if "@" in run:
        run = _EMAIL.sub("<email>", run)
    run = _PLACE_IN_FILE.sub(r"\1", run)
    at = run.find("/")
    if at >= 0 and "://" not in run and (at == 0 or run[at - 1] in ":@!"):
        path = _PLACE.sub("", run[at:])
        if _is_file(path):
            return _values(run[:at]) + _shortened(path)
    return _values(run)


@lru_cache(maxsize=16384)
def _value(run: str) -> str:
    return _values(run if len(run) <= _LONGEST_RUN else run[:_LONGEST_RUN] + "…")


def _is_file(path: str) -> bool:
    """Rather than the path of an address: those tell errors apart."""
    first, _, rest = path[1:].partition("/")
    return bool(rest) and (
        _SYSTEM_ROOTS.fullmatch(first) is not None or "/node_modules/" in path or bool(_CODE.search(path))
    )


def _shortened(path: str) -> str:
    """The part that is the same on every machine."""
    path = re.sub(r"/{2,}", "/", path)
    for library in ("node_modules", "site-packages"):
        _, found, after = path.rpartition(f"/{library}/")
        if found:
            return f"<path>/{library}/{_values(after)}"
    if _TEMPORARY.search(path):
        return "<path>"
    folder, _, name = path.rpartition("/")
    parent = folder.rpartition("/")[2]
    return "<path>/" + _values(f"{parent}/{name}" if parent.endswith(("-snapshots", "__snapshots__")) else name)


def _values(text: str) -> str:
    return _VALUE.sub(_placeholder, text)


def _placeholder(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "token":
            return _token(found[0])
        case "localhost":
            return "localhost"
        case kind:
            return f"<{kind}>"


def _token(token: str) -> str:
    if token.isdigit():
        return "<n>"
    if token.isalpha() or (len(token) == 2 and token[0].isalpha()):
        return token
    return "<id>" if _is_random(token) else _DIGITS.sub("<n>", token)


def _is_random(token: str) -> bool:
    """Letters and digits change as they do in no word: a hash, a short id. It holds both."""
    if _HEX.fullmatch(token):
        return True
    changes = len(_DIGIT_CHANGES.findall(token))
    if changes >= 4 or (changes == 3 and len(token) >= 8):
        return True
    return len(token) >= 10 and len(_CHANGES.findall(token)) * 2 >= len(token)
