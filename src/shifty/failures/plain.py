"""Text without the escape codes of terminals. Pure."""

import re

# Colours and cursor moves (CSI), links and titles (OSC), and the two-character rest; ECMA-48, 8.3.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*+[ -/]*+[@-~]|\x9b[0-?]*+[ -/]*+[@-~]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)|\x1b[@-Z\\-_]"
)


def plain_text(text: str) -> str:
    """``text`` as it reads where nothing interprets escape codes."""
    return _ESCAPES.sub("", text)
