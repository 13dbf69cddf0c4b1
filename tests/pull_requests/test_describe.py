"""What a pull request and its commits say; what comes from pages and tests stays text in it."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shifty.pull_requests.describe import LONGEST_BODY, body_of, message_of, title_of
from shifty.pull_requests.model import Evidence, PatchedFile, change_digest, is_source_path
from shifty.pull_requests.plain import cell, code, inert, prose
from shifty.pull_requests.rules import is_branch_name

RUN = UUID("550e8400-e29b-41d4-a716-446655440000")
GAP = "\u200b"


def evidence(**fields: object) -> Evidence:
    known: dict[str, object] = {
        "path": "a.ts",
        "original": "locator('#user')",
        "healed": "getByTestId('user')",
        "confidence": 0.953,
        "strategy": "data-testid-recovery",
    }
    return Evidence(**{**known, **fields})  # pyright: ignore[reportArgumentType]  # any field of it


def patched(*found: Evidence, path: str = "a.ts") -> PatchedFile:
    return PatchedFile(path=path, content="x", message="m", evidence=found)


def body(*found: Evidence, runs: int = 3, base: str | None = "https://shifty.example") -> str:
    return body_of([patched(*found)], RUN, "d1", runs, base)


def test_it_says_what_was_healed_how_sure_that_is_and_how_it_was_verified() -> None:
    text = body(
        evidence(explanation="Same label.", tests=["a.ts › logs in", "b.ts › pays"], screenshot_url="https://s/1.png")
    )

    row = "| `locator('#user')` | `getByTestId('user')` | 95 % | `data-testid-recovery` | `a.ts` |"
    assert row in text.splitlines()
    assert "Same label." in text
    assert "- `b.ts › pays`" in text
    assert "[Screenshot of the element](https://s/1.png)" in text
    assert "without healing, 3 times" in text
    assert f"[`550e8400`](https://shifty.example/api/v1/runs/{RUN})" in text
    assert "shifty:no-heal" in text
    assert text.endswith(f"<!-- shifty change=d1 run={RUN} -->")
    assert "](" not in body(evidence(), base=None)


@pytest.mark.parametrize(
    ("locators", "files", "title"),
    [(1, 1, "Heal 1 locator in 1 file"), (3, 1, "Heal 3 locators in 1 file"), (4, 2, "Heal 4 locators in 2 files")],
)
def test_the_title_counts(locators: int, files: int, title: str) -> None:
    each = [evidence()] * (locators // files)

    assert title_of([patched(*each, path=f"{number}.ts") for number in range(files)]) == title


def test_a_thousand_locators_fit() -> None:
    long = evidence(original="x" * 5000, healed="|" * 5000, explanation="*" * 5000, tests=["y" * 5000] * 20)

    text = body(*[long] * 1000)

    assert len(text) <= LONGEST_BODY
    assert text.count("more locators") == 2
    assert text.endswith("-->")


FIRES = [
    "ping @team now",
    "fixes #12",
    "closes GH-12",
    "resolves https://github.com/acme/shop/issues/12",
    "see www.evil.example",
    "[skip ci] [ci skip] [no ci] [skip actions] [ SKIP CI]",
    "***NO_CI***",
    "Co-authored-by: Mallory <m@evil.example>",
    "Signed-off-by: x",
    "skip-checks: true",
]
LIVE = re.compile(
    r"@\w|#\d|GH-\d|https?:/|www\.\w|\[\s*(skip|ci|no) ?|\*\*\*NO|^[\w-]+-by:|^skip-checks:",
    re.IGNORECASE | re.MULTILINE,
)


@pytest.mark.parametrize("text", FIRES)
def test_nothing_of_a_page_fires_in_a_commit_message(text: str) -> None:
    message = message_of(f"{text}\n\n{text}\n\n\x1b[31m\u202e{text}", RUN)

    assert not LIVE.search(message)
    assert inert(text).replace(GAP, "") == text
    assert "\x1b" not in message
    assert "\u202e" not in message


@pytest.mark.parametrize(
    "text",
    [
        *FIRES,
        "<script>alert(1)</script> <!-- -->",
        "![x](javascript:alert(1)) [y](z)",
        "**bold** _it_ ~~no~~ `code` $math$ &amp;",
        "- list",
        "1. list",
        "# head",
        "> quote",
        "=== line",
        "| a | b |",
        "one\n\n# two",
    ],
)
def test_nothing_of_a_page_is_markup_in_prose(text: str) -> None:
    line = prose(text, 500)

    assert "\n" not in line
    assert not re.search(r"(?<!\\)[<>`*_\[\]#|~$]", line.replace("&lt;", "").replace("&gt;", ""))
    assert not re.match(r"[-+=>#]\s|=|\d+[.)]", line)
    plain = re.sub(r"\\(.)", r"\1", line).replace(GAP, "")
    assert plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == " ".join(text.split())


@given(st.text(alphabet="`|\\ a\n<@#", max_size=30))
def test_a_code_span_holds_any_text(text: str) -> None:
    span = code(text, 100)

    fence = re.match("`+", span)
    assert fence
    inside = span[len(fence[0]) : -len(fence[0])]
    assert not re.search(rf"(?<!`){fence[0]}(?!`)", inside)
    assert inside.strip() == " ".join(text.split())
    assert "\n" not in span


@given(st.text(alphabet="`|\\ a<@#", max_size=30))
def test_a_cell_of_a_table_ends_where_it_should(text: str) -> None:
    assert "|" not in cell(text, 100)


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        ("tests/a.spec.ts", True),
        ("a.py", True),
        ("tests/ä b.jsx", True),
        ("tests/a.cts", True),
        ("tests/a.yml", False),
        ("../a.ts", False),
        ("/a.ts", False),
        ("a//b.ts", False),
        ("./a.ts", False),
        (".git/hooks/a.py", False),
        (".GitHub/x.js", False),
        (".husky/x.js", False),
        ("a\\b.ts", False),
        ("a\n.ts", False),
        (f"{'a' * 1022}.ts", False),
    ],
)
def test_only_test_code_inside_the_repository_is_changed(path: str, fits: bool) -> None:
    assert is_source_path(path) is fits


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("main", True),
        ("feature/#1-ä", True),
        ("-x", False),
        ("a..b", False),
        ("a b", False),
        ("a:b", False),
        ("a.lock", False),
        ("/a", False),
        ("a/", False),
        ("a@{1}", False),
        ("", False),
    ],
)
def test_a_branch_has_a_name_that_git_takes(name: str, fits: bool) -> None:
    assert is_branch_name(name) is fits


def test_a_change_is_the_same_wherever_its_lines_stand() -> None:
    one = change_digest({"a": "x\nold\n"}, {"a": "x\nnew\n"})

    assert change_digest({"a": "more\nx\nold\nand\n"}, {"a": "more\nx\nnew\nand\n"}) == one
    assert change_digest({"a": "x\nold\n"}, {"a": "x\nother\n"}) != one
    assert change_digest({"b": "x\nold\n"}, {"b": "x\nnew\n"}) != one
