"""Text for readers that interpret no escape codes."""

import pytest

from shifty.failures.plain import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("", ""),
        ("Timeout 30000ms exceeded", "Timeout 30000ms exceeded"),
        ("\x1b[31mred\x1b[39m and \x1b[1;38;5;208morange\x1b[0m", "red and orange"),
        ("\x1b[2K\x1b[1Gline", "line"),
        ("\x1b]8;;https://x.test\x07link\x1b]8;;\x07", "link"),
        ("\x1b]8;;https://x.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("expect(\x1b[2mreceived\x1b[22m) [31m stays", "expect(received) [31m stays"),
        ("tab\tnewline\n› ümlaut", "tab\tnewline\n› ümlaut"),
    ],
)
def test_escape_codes_go_and_everything_else_stays(text: str, plain: str) -> None:
    assert plain_text(text) == plain
