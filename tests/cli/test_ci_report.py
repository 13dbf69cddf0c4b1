"""What GitHub Actions is told of a run."""

from pathlib import Path

import pytest

from shifty.cli.ci_report import annotations, append, markdown
from shifty.cli.findings import Findings
from shifty.client.model import Failure, LooseError, Snapshot


def failure(title: str, message: str, file: str = "a.spec.ts") -> Failure:
    return Failure(test_file=file, title_path=[title], line=3, project_name="chromium", error_message=message)


@pytest.mark.parametrize(
    ("title", "message", "line"),
    [
        ("pays", "no", "::error file=a.spec.ts,line=3,title=[chromium] pays::no"),
        ("a: b, c", "x", "::error file=a.spec.ts,line=3,title=[chromium] a%3A b%2C c::x"),
        (
            "pays",
            "100 %\r\n::set-env::",
            "::error file=a.spec.ts,line=3,title=[chromium] pays::100 %25%0D%0A::set-env::",
        ),
        ("a\n::warning::b", "x", "::error file=a.spec.ts,line=3,title=[chromium] a%0A%3A%3Awarning%3A%3Ab::x"),
        ("pays", "\x1b[31mred\x1b[39m", "::error file=a.spec.ts,line=3,title=[chromium] pays::red"),
    ],
)
def test_an_annotation_is_one_command_whatever_a_test_is_called(title: str, message: str, line: str) -> None:
    assert annotations(Findings([failure(title, message)])) == [line]


def test_github_shows_ten_so_the_last_one_counts_the_rest() -> None:
    found = Findings([failure(f"t{number}", "no") for number in range(12)], errors=[LooseError(message="throws")])

    told = annotations(found, "shop")

    assert len(told) == 10
    assert told[0].startswith("::error file=shop/a.spec.ts,line=3")
    assert told[-1] == "::error title=Shifty::4 more failures."


def test_the_summary_shows_titles_as_text_and_messages_as_code() -> None:
    last = Snapshot(id="r1", status="completed", conclusion="failed", total_tests=2, passed_tests=1, failed_tests=1)

    text = markdown(last, Findings([failure("<img src=x> | `code` [a](b)", "```\n</details><b>\n```")]))

    assert "❌ Shifty: failed" in text
    assert "1 passed, 1 failed of 2 tests" in text
    assert r"&lt;img src=x&gt; \| \`code\` \[a\](b)" in text
    assert "````text\n```\n</details><b>\n```\n````" in text


def test_a_summary_that_can_not_be_written_changes_nothing(tmp_path: Path) -> None:
    append(str(tmp_path / "missing" / "file"), "text")
    append(str(tmp_path / "file"), "one\n")
    append(str(tmp_path / "file"), "two\n")
    append(None, "text")

    assert (tmp_path / "file").read_text() == "one\ntwo\n"
