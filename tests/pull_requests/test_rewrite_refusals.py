"""What is no change of one literal is proposed, with the reason, and the source stays as it is."""

import pytest

from shifty.pull_requests.change import Repair
from tests.pull_requests.rewriting import MARK, heal, place_of, repair

HEALED = 'internal:testid=[data-testid="x"s]'

REFUSED = [
    ("await page.locator(`#row-${id}`).‸click();", "#row-7", "a template string"),
    ("await page.locator('#row-' + id).‸click();", "#row-7", "a concatenation"),
    ("await page.locator(ROW).‸click();", "#row-7", "the variable ROW"),
    ("await page.locator(rows.seven).‸click();", "#row-7", "the expression rows.seven"),
    ("await page.getByRole('button', { name }).‸click();", 'internal:role=button[name="Go"i]',
     "an option that is a variable"),
    ((
        "const row = (id: string) => page.locator(`#row-${id}`);\n"
        "await row('7').‸click();"
    ), "#row-7", "a template string"),
    ((
        "class A {\n"
        "  row(id: string) { return this.page.locator('#row-' + id); }\n"
        "  async go() { await this.row('7').‸click(); }\n"
        "}"
    ),
     "#row-7", "a concatenation"),
    ("const row = page.locator(cond ? '#a' : '#b');\nawait row.‸click();", "#a", "the expression cond ? '#a' : '#b'"),
]  # fmt: skip


def refused(found: Repair) -> str:
    assert not found.changes
    (one,) = found.unwritable
    return one.reason


@pytest.mark.parametrize(("text", "was", "kind"), REFUSED)
def test_a_locator_that_is_built_is_proposed_with_the_reason(text: str, was: str, kind: str) -> None:
    found = repair({"a.ts": text}, heal(place_of("a.ts", text), was, HEALED))

    assert refused(found) == f"The locator is built by {kind}, so no literal of the source can be replaced."
    assert found.unwritable[0].suggestion == "getByTestId('x')"
    assert found.unwritable[0].where.startswith("a.ts:")


@pytest.mark.parametrize(
    "told",
    [
        {"healed_locator": "getByRole('button', { [process.exit()]: true })"},
        {"healed_locator": "getByText('a', process.exit())", "becomes": None},
        {"healed_locator": "getByText(`${process.exit()}`)", "becomes": None},
        {"becomes": "internal:text=/a/, process.exit(), /b/i"},
        {"becomes": "internal:text=/a/ || process.exit() || /b/"},
        {"becomes": "'); process.exit(); ('"},
    ],
)
def test_code_in_what_a_report_tells_never_becomes_code_of_the_source(told: dict[str, str]) -> None:
    text = "await page.locator('#a').‸click();\n"

    found = repair({"a.ts": text}, heal(place_of("a.ts", text), "#a", **{"becomes": HEALED, **told}))

    for made in found.changes:
        assert made.after in (
            "await page.getByText('a').click();\n",
            """await page.locator("'); process.exit(); ('").click();\n""",
        )


def test_a_built_locator_of_python_is_proposed_in_python() -> None:
    text = "def test_a(page):\n    page.locator(f'#row-{number}').‸click()\n"

    found = repair({"test_a.py": text}, heal(place_of("test_a.py", text), "#row-7", HEALED))

    assert "a template string" in refused(found)
    assert found.unwritable[0].suggestion == 'get_by_test_id("x")'
    assert found.unwritable[0].where == "test_a.py:2"


def test_two_heals_of_one_locator_that_disagree_are_both_named() -> None:
    text = "class A {\n  user = page.locator('#a');\n  async go() { await this.user.‸click(); }\n}\n"
    place = place_of("a.ts", text)

    found = repair({"a.ts": text}, heal(place, "#a", HEALED), heal(place, "#a", 'internal:text="Go"i'))

    assert not found.changes
    assert {each.reason for each in found.unwritable} == {
        "Heals of one locator disagree: page.getByTestId('x') and page.getByText('Go')."
    }
    assert sorted(each.suggestion for each in found.unwritable) == ["getByTestId('x')", "getByText('Go')"]


def test_a_file_that_has_changed_since_the_run_is_left_alone() -> None:
    text = "await page.locator('#b').‸click();"

    assert "No call that reads #a was found" in refused(
        repair({"a.ts": text}, heal(place_of("a.ts", text), "#a", HEALED))
    )


@pytest.mark.parametrize("path", ["gone.ts", "a.vue"])
def test_a_file_that_cannot_be_read_is_told(path: str) -> None:
    files = {} if path == "gone.ts" else {path: "page.locator('#a').click()"}

    assert refused(repair(files, heal(place_of(path, MARK), "#a", HEALED))).startswith("No call that reads #a")


def test_two_page_objects_that_both_could_be_meant_are_named() -> None:
    text = "class A { user = page.locator('#a'); }\nclass B { user = page.locator('#a'); }\nawait app.user.‸click();\n"

    reason = refused(repair({"a.ts": text}, heal(place_of("a.ts", text), "#a", HEALED)))

    assert reason == "Several places could have made this locator: a.ts:1, a.ts:2."


def test_a_position_below_an_unknown_parent_is_not_written() -> None:
    text = "async function go(form: Locator) {\n  await form.locator('#a').‸click();\n}\n"

    reason = refused(repair({"a.ts": text}, heal(place_of("a.ts", text), "form >> #a", HEALED + " >> nth=2")))

    assert reason.startswith("The healed locator counts elements of the whole page")


def test_what_wait_for_selector_returns_is_used() -> None:
    text = "const box = await page.‸waitForSelector('#a');"

    assert "waitForSelector" in refused(repair({"a.ts": text}, heal(place_of("a.ts", text), "#a", HEALED)))


def test_a_comment_in_the_way_is_not_lost() -> None:
    text = "await page.locator('form') /* of the user */ .locator('#a').‸click();"

    assert "comment" in refused(repair({"a.ts": text}, heal(place_of("a.ts", text), "form >> #a", HEALED)))


def test_a_selector_without_a_form_as_code_is_not_written() -> None:
    text = "await page.locator('#a').‸click();"

    reason = refused(repair({"a.ts": text}, heal(place_of("a.ts", text), "#a", 'internal:and="#b"')))

    assert "has no short form as code" in reason


def test_a_heal_without_a_result_or_without_a_change_is_told() -> None:
    text = "await page.locator('#a').‸click();"
    place = place_of("a.ts", text)

    assert refused(repair({"a.ts": text}, heal(place, "#a", None))) == "Nothing says what the locator has become."
    assert refused(repair({"a.ts": text}, heal(place, "#a", "#a"))) == "The healed locator is the one that broke."


def test_a_file_of_two_heals_keeps_the_one_that_can_be_written() -> None:
    text = "await page.locator('#a').‸click();\nawait page.locator(b).‸click();\n"

    found = repair(
        {"a.ts": text},
        heal(place_of("a.ts", text), "#a", HEALED),
        heal(place_of("a.ts", text, 1), "#b", HEALED),
    )

    assert [len(found.changes), len(found.unwritable)] == [1, 1]
    assert found.changes[0].after == "await page.getByTestId('x').click();\nawait page.locator(b).click();\n"
