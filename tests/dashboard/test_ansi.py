"""Text of terminals as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.dashboard.ansi import bare, coloured

HOSTILE = st.text(st.sampled_from("\x1b\x9b[]0;38m5<>&\"'\\\x07ABab\n\r\t\x00\x85é🙂\u202e"), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("\x1b[31mred\x1b[39m plain", '<span class="ansi-red">red</span> plain'),
        ("\x1b[1;92mgreen\x1b[0m", '<span class="ansi-bold ansi-green">green</span>'),
        ("\x1b[41m<b>\x1b[0m", '<span class="ansi-on-red">&lt;b&gt;</span>'),
        ("\x1b[38;2;250;10;10mred\x1b[0m", '<span class="ansi-red">red</span>'),
        ("one\n\x1b[32mtwo\x1b[0m\nthree", 'one\n<span class="ansi-green">two</span>\nthree'),
        ("\x1b[94;48;5;196mbright\x1b[22;39;49m", '<span class="ansi-blue ansi-on-red">bright</span>'),
        ("\x1b[98;99;38;5;999;38;2m;\x1b[m", '<span class="ansi-black">;</span>'),
        ("\x1b[2Jcleared\x1b[1A", "cleared"),
        ("\x1b]8;;javascript:alert(1)\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x07\x00nul\x08", "nul"),
        ("\x9b31mC1", "C1"),
    ],
)
def test_colours_become_classes_and_nothing_else_is_left_of_escape_codes(text: str, shown: str) -> None:
    assert str(coloured(text)) == shown


@given(HOSTILE)
def test_no_text_becomes_markup_or_keeps_a_control_character(text: str) -> None:
    html = str(coloured(text))

    assert not set(html) & set("\x00\x07\x1b\x9b\x85")
    left = html.replace("</span>", "")
    assert "<" not in "".join(part.partition(">")[2] for part in left.split('<span class="')[1:])
    assert "<" not in left.split('<span class="')[0]


@given(HOSTILE)
def test_bare_text_has_neither_colours_nor_controls(text: str) -> None:
    assert not set(bare(text)) & set("\x00\x07\x1b\x9b\x85")
