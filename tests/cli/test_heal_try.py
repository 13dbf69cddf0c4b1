"""``shifty heal try``: two versions of a page, and what becomes of the selectors."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest
from typer.testing import CliRunner, Result

from shifty.cli.heal_selectors import read_selectors
from shifty.cli.main import application
from shifty.healing.pages.browser import open_chromium, open_page

OLD = """<h1>Shop</h1><nav><a href="/news">News</a><a href="/help">Help</a></nav>
<form id=login class="card login"><label for=user>User name</label><input id=user name=user>
<label for=pass>Password</label><input id=pass type=password name=pass>
<button id=go class="btn primary" type=submit>Sign in</button></form>
<p class=note>New here?</p><button class=coupon type=button>Apply coupon</button>"""
NEW = """<header><h1>Shop</h1><nav><a href="/news">News</a><a href="/help">Help</a></nav></header><main>
<form class="panel sign-in"><label for=account>User name</label><input id=account name=user>
<label for=pass>Password</label><input id=pass type=password name=pass>
<button class="btn main" type=submit data-testid=sign-in>Log in</button></form><p class=note>New here?</p></main>"""
SELECTORS = """# what the suite uses
#user
#pass
#go

/html[1]/body[1]/nav[1]/a[2]
page.getByRole('link', { name: 'News' })
button.coupon
nav a
div..x
"""


@pytest.fixture
def pages(tmp_path: Path) -> Sequence[str]:
    (tmp_path / "old.html").write_text(OLD)
    (tmp_path / "new.html").write_text(NEW)
    (tmp_path / "selectors").write_text(SELECTORS)
    return [str(tmp_path / "old.html"), str(tmp_path / "new.html"), "--selectors", str(tmp_path / "selectors")]


def call(*arguments: str) -> Result:
    line = ["heal", "try", *arguments]
    return CliRunner().invoke(application(line), line)


def hit_by(healed: Sequence[str], page: str) -> list[list[str]]:
    with open_chromium() as browser:
        shown = open_page(browser, page)
        return [shown.locator(one).evaluate_all("all => all.map(el => el.id || el.textContent)") for one in healed]


def test_each_selector_gets_one_that_hits_its_element_on_the_new_page(pages: Sequence[str]) -> None:
    result = call(*pages, "--json")

    assert result.exit_code == 0, result.output
    found = cast("list[dict[str, object]]", json.loads(result.stdout))
    asked = [line for line in SELECTORS.splitlines() if line and not line.startswith("# ")]
    assert [one["selector"] for one in found] == asked
    healed = [str(one["healed"]) for one in found[:5]]
    assert hit_by(healed, pages[1]) == [["account"], ["pass"], ["Log in"], ["Help"], ["News"]]
    assert healed[2] == '[data-testid="sign-in"]'
    assert [one["status"] for one in found] == [
        *("missing", "works", "missing", "missing", "works", "missing"),
        *("unknown", "unknown"),
    ]
    assert [one["decision"] for one in found[1:2]] == ["heal"]
    assert found[5]["decision"] != "heal", "the coupon is gone: nothing else is what was meant"
    assert [(one["healed"], one["decision"]) for one in found[6:]] == [(None, "refuse")] * 2
    assert "hits 2 elements" in str(found[6]["reason"])
    assert "line 10 is no selector" in str(found[7]["reason"])


def test_people_get_a_table_and_a_sentence(pages: Sequence[str]) -> None:
    result = call(*pages)

    assert result.exit_code == 0, result.output
    assert "hits 2 elements" in result.output
    assert "8 selectors: " in result.output
    assert "2 cannot be followed from the old page." in result.output


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "holds no selector"),
        ("# nothing\n\n", "holds no selector"),
        ('["#a", 7, {"selector": ""}]', "item 2 is neither a selector nor an object with `selector`; item 3 is"),
        ('["#a",', "is no JSON"),
    ],
)
def test_a_file_of_another_form_is_refused_by_its_place(pages: Sequence[str], content: str, complaint: str) -> None:
    Path(pages[3]).write_text(content)

    result = call(*pages)

    assert complaint in str(result.exception)


def test_a_bracket_begins_a_selector_as_well(pages: Sequence[str]) -> None:
    Path(pages[3]).write_text("[name=user]\n#user\n#\n")
    assert [asked.selector for asked in read_selectors(Path(pages[3]))] == ["[name=user]", "#user"]

    Path(pages[3]).write_text(json.dumps([{"selector": "#a", "id": 1}, "b"]))
    assert [asked.selector for asked in read_selectors(Path(pages[3]))] == ["#a", "b"]


def test_what_is_missing_is_named(pages: Sequence[str]) -> None:
    assert "there is no such file" in str(call("nowhere.html", *pages[1:]).exception)
    assert "does not start" in str(call(*pages, "--chromium", "/nowhere/chromium").exception)
    assert "cannot be read" in str(call(*pages[:2], "--selectors", "nowhere").exception)
