"""Makes foreign text harmless in Markdown and in commit messages: pure.

Titles, locators and explanations come from tests and from the pages that they visit. On a forge they must stay text:
mention nobody, refer to no issue, close none, skip no CI, sign for nobody.
"""

import re
from typing import Final

_GAP: Final = "\N{ZERO WIDTH SPACE}"
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that turn or hide text."""

_FIRES: Final = re.compile(
    r"""
      @(?=\w)                                           # a mention, an e-mail address
    | \#(?=\d)                                          # an issue
    | \bGH-(?=\d)
    | /(?:issues|pull|pulls|discussions|commit)/(?=\w)  # its address
    | \b(?:https?|ftp|mailto):(?=\S)
    | \bwww\.(?=\S)
    | \[(?=\s*(?:skip|no|ci|actions)[\s-]\w)            # [skip ci]
    | \*{3}(?=NO_CI)
    | ^\s*(?:[\w-]+-by|skip-checks)(?=\s*:)            # trailers
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_SYNTAX: Final = re.compile(r"^(?:[-+=](?=\s|[-=])|\d+(?=[.)]))|[\\`*_{}\[\]#|~$<>&]")
"""What means something within a line, and what does at its beginning."""
_HTML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def seen(text: str) -> str:
    """Without what can't be seen."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def inert(text: str) -> str:
    """Plain text in which nothing fires: for commit messages and titles."""
    return _FIRES.sub(lambda found: found[0] + _GAP, seen(text))


def prose(text: str, most: int) -> str:
    """One line of Markdown that reads as ``text``."""
    return _SYNTAX.sub(_escaped, inert(_line(text, most)))


def code(text: str, most: int) -> str:
    """A code span that reads as ``text``."""
    line = _line(text, most) or " "
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def cell(text: str, most: int) -> str:
    """The same within a table, where a vertical bar ends a cell even in a code span."""
    if "|" not in text:
        return code(text, most)
    signs = (sign if sign.isalnum() or sign == " " else f"&#{ord(sign)};" for sign in _line(text, most))
    return f"<code>{''.join(signs)}</code>"


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _line(text: str, most: int) -> str:
    # Cut first: it may be a megabyte, and most of what is cut off here is blank.
    return shortened(" ".join(seen(text[: 8 * most]).split()), most)


def _escaped(found: re.Match[str]) -> str:
    if found[0].isdecimal():
        return f"{found[0]}\\"
    return _HTML.get(found[0], f"\\{found[0]}")
