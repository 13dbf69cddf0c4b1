"""A broken locator becomes what its author would write now, and nothing else of the file changes."""

import pytest

from tests.pull_requests.rewriting import MARK, TEST_ID, USER, heal, place_of, repair, rewritten

TESTED = 'internal:testid=[data-testid="x"s]'
ROLE = 'internal:role=button[name="Sign in"i]'
FRAME = "iframe >> internal:control=enter-frame >> "

SCRIPT = [
    ("await page.locator('#username').‸fill('x');", USER, TESTED, "await page.getByTestId('x').fill('x');"),
    ('await page.locator("#username").‸fill("x")', USER, TESTED, 'await page.getByTestId("x").fill("x")'),
    ("await page.locator(`#username`).‸fill('x');", USER, TESTED, "await page.getByTestId('x').fill('x');"),
    ("await page.‸fill('#username', 'x');", USER, TESTED, "await page.getByTestId('x').fill('x');"),
    ("await page.‸click('#username');", USER, TESTED, "await page.getByTestId('x').click();"),
    ("await page.‸click('#username', { force: true });", USER, ROLE,
     "await page.getByRole('button', { name: 'Sign in' }).click({ force: true });"),
    ("await page.‸click('#username');", USER, "#user", "await page.click('#user');"),
    ("await page.locator('#username').‸click();", USER, "#user", "await page.locator('#user').click();"),
    ("await page.‸waitForSelector('#username', { timeout: 5 });", USER, TESTED,
     "await page.getByTestId('x').waitFor({ timeout: 5 });"),
    ("await expect(page.locator('#a')).‸toBeVisible();", "#a", TESTED,
     "await expect(page.getByTestId('x')).toBeVisible();"),
    ("await expect.soft(page.locator('#a'), 'there').‸toHaveText('y', { timeout: 9 });", "#a", TESTED,
     "await expect.soft(page.getByTestId('x'), 'there').toHaveText('y', { timeout: 9 });"),
    ("await page.getByTestId('old').first().‸click();", 'internal:testid=[data-testid="old"s] >> nth=0',
     'internal:role=button[name="Go"i] >> nth=0', "await page.getByRole('button', { name: 'Go' }).first().click();"),
    ("await page.getByTestId('old').first().‸click();", 'internal:testid=[data-testid="old"s] >> nth=0', TESTED,
     "await page.getByTestId('x').click();"),
    ("await page.locator('li').filter({ hasText: 'Tea' }).locator('#buy').‸click();",
     'li >> internal:has-text="Tea"i >> #buy', 'li >> internal:has-text="Tea"i >> internal:testid=[data-testid="x"s]',
     "await page.locator('li').filter({ hasText: 'Tea' }).getByTestId('x').click();"),
    ("await page.locator('li', { hasText: 'Tea' }).locator('#buy').‸click();", 'li >> internal:has-text="Tea"i >> #buy',
     TESTED, "await page.getByTestId('x').click();"),
    ("await page.locator('li').filter({ has: page.locator('b') }).locator('#buy').‸click();",
     'li >> internal:has="b" >> #buy', 'li >> internal:has="b" >> internal:testid=[data-testid="x"s]',
     "await page.locator('li').filter({ has: page.locator('b') }).getByTestId('x').click();"),
    ("await page.frameLocator('iframe').locator('#a').‸click();", FRAME + "#a", FRAME + TESTED,
     "await page.frameLocator('iframe').getByTestId('x').click();"),
    ("await page.locator('iframe').contentFrame().locator('#a').‸click();", FRAME + "#a", FRAME + ROLE,
     "await page.locator('iframe').contentFrame().getByRole('button', { name: 'Sign in' }).click();"),
    ("await page.frameLocator('#f').locator('#a').‸click();", "#f >> internal:control=enter-frame >> #a",
     "iframe >> internal:control=enter-frame >> #a", "await page.frameLocator('iframe').locator('#a').click();"),
    ("await frame.locator('#a').‸click();", FRAME + "#a", FRAME + TESTED, "await frame.getByTestId('x').click();"),
    ("await page.locator('css=#a >> nth=1').‸click();", "css=#a >> nth=1", TESTED,
     "await page.getByTestId('x').click();"),
    ("await page.getByText('Log in', { exact: true }).‸click();", 'internal:text="Log in"s', 'internal:text="Sign in"s',
     "await page.getByText('Sign in', { exact: true }).click();"),
    ("await page.getByRole('link', { name: /log in/i }).‸click();", "internal:role=link[name=/log in/i]",
     'internal:role=link[name="Sign in"s]', "await page.getByRole('link', { name: 'Sign in', exact: true }).click();"),
    ("await page.getByLabel('Mail').‸fill('x');", 'internal:label="Mail"i', 'internal:attr=[placeholder="E-mail"i]',
     "await page.getByPlaceholder('E-mail').fill('x');"),
    ("await page.getByText('Go').‸click();", 'internal:text="Go"i', 'internal:text="Don\'t go"i',
     'await page.getByText("Don\'t go").click();'),
    ("await page!.locator('#a').‸click();", "#a", TESTED, "await page!.getByTestId('x').click();"),
    ("await page?.locator('#a').‸click();", "#a", TESTED, "await page.getByTestId('x').click();"),
    ("await (page.locator('#a') as Locator).‸click();", "#a", TESTED,
     "await (page.getByTestId('x') as Locator).click();"),
    ("await page.locator('#a' as const).‸click();", "#a", TESTED, "await page.getByTestId('x').click();"),
    ("await page /* the */ .locator('#a') /* user */ .‸click(); // now", "#a", TESTED,
     "await page /* the */ .getByTestId('x') /* user */ .click(); // now"),
    ("await page\n  .locator('#a')\n  .‸fill('x');", "#a", TESTED, "await page\n  .getByTestId('x')\n  .fill('x');"),
    ("await page\n  .locator('form')\n  .locator('#a')\n  .‸fill('x');", "form >> #a",
     'internal:testid=[data-testid="x"s] >> nth=1', "await page\n  .getByTestId('x')\n  .nth(1)\n  .fill('x');"),
    ("await page.‸fill(\n  '#a',\n  'x',\n);", "#a", TESTED, "await page.getByTestId('x').fill(\n  'x',\n);"),
    ("await page.‸click(\n  '#a',\n);", "#a", TESTED, "await page.getByTestId('x').click();"),
    ("test('é', async () => { '😀😀'; await page.locator('#a').‸click(); });", "#a", TESTED,
     "test('é', async () => { '😀😀'; await page.getByTestId('x').click(); });"),
    ("await Promise.all([page.waitForURL('/'), page.locator('#a').‸click()]);", "#a", TESTED,
     "await Promise.all([page.waitForURL('/'), page.getByTestId('x').click()]);"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "was", "becomes", "after"), SCRIPT)
@pytest.mark.parametrize("ending", ["ts", "tsx"])
def test_typescript_is_rewritten_where_the_locator_stands(
    before: str, was: str, becomes: str, after: str, ending: str
) -> None:
    assert rewritten(f"a.spec.{ending}", before, was, becomes) == after


PYTHON = [
    ('    await page.locator("#username").‸fill("x")', USER, TESTED, '    await page.get_by_test_id("x").fill("x")'),
    ("page.locator('#username').‸fill('x')", USER, TESTED, "page.get_by_test_id('x').fill('x')"),
    ('page.‸fill("#username", "x")', USER, TESTED, 'page.get_by_test_id("x").fill("x")'),
    ('page.‸fill(selector="#username", value="x")', USER, TESTED, 'page.get_by_test_id("x").fill(value="x")'),
    ('page.‸click("#username")', USER, "#user", 'page.click("#user")'),
    ('expect(page.locator("#a")).‸to_be_visible()', "#a", ROLE,
     'expect(page.get_by_role("button", name="Sign in")).to_be_visible()'),
    ('page.get_by_test_id("old").first.‸click()', 'internal:testid=[data-testid="old"s] >> nth=0',
     'internal:text="Go"s >> nth=0', 'page.get_by_text("Go", exact=True).first.click()'),
    ('page.locator("li", has_text="Tea").locator("#buy").‸click()', 'li >> internal:has-text="Tea"i >> #buy',
     'li >> internal:has-text="Tea"i >> internal:testid=[data-testid="x"s]',
     'page.locator("li", has_text="Tea").get_by_test_id("x").click()'),
    ('page.frame_locator("iframe").locator("#a").‸click()', FRAME + "#a", FRAME + TESTED,
     'page.frame_locator("iframe").get_by_test_id("x").click()'),
    ('page.locator("iframe").content_frame.locator("#a").‸click()', FRAME + "#a", FRAME + TESTED,
     'page.locator("iframe").content_frame.get_by_test_id("x").click()'),
    ('page.‸wait_for_selector("#a", timeout=5)', "#a", TESTED, 'page.get_by_test_id("x").wait_for(timeout=5)'),
    ('(\n    page.locator("#a")\n    .‸click()\n)', "#a", TESTED, '(\n    page.get_by_test_id("x")\n    .click()\n)'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "was", "becomes", "after"), PYTHON)
def test_python_is_rewritten_where_the_locator_stands(before: str, was: str, becomes: str, after: str) -> None:
    text = f"def test_a(page):\n    pass\n{before}\n"

    assert rewritten("test_a.py", text, was, becomes) == f"def test_a(page):\n    pass\n{after}\n"


def test_javascript_is_rewritten() -> None:
    text = (
        "const { test } = require('@playwright/test');\n"
        "test('a', async ({ page }) => {\n"
        "  await page.‸click('#a');\n"
        "});\n"
    )

    assert rewritten("a.spec.cjs", text, "#a", TESTED).splitlines()[2] == "  await page.getByTestId('x').click();"


@pytest.mark.parametrize("column", [0, 7])
def test_a_column_that_fits_no_call_still_finds_the_only_locator_of_the_line(column: int) -> None:
    text = "test('a', async () => {\n  await page.locator('#a').click();\n});\n"
    place = place_of("a.ts", "test('a', async () => {\n" + " " * (column - 1) + MARK)
    found = repair({"a.ts": text}, heal(type(place)(file="a.ts", line=2, column=column), "#a", TESTED))

    assert found.changes[0].after == text.replace("locator('#a')", "getByTestId('x')")


def test_line_ends_of_windows_stay() -> None:
    text = "// é\r\n  await page\r\n    .locator('#username')\r\n    .‸fill('x');\r\n"

    assert (
        rewritten("a.ts", text) == "// é\r\n  await page\r\n    .getByTestId('username-input')\r\n    .fill('x');\r\n"
    )


def test_the_code_of_the_healed_locator_comes_before_its_selector() -> None:
    text = "await page.frameLocator('iframe').locator('#a').‸click();"
    told = {"healed_locator": "getByRole('button', { name: 'Go', exact: true }).nth(2)"}

    after = rewritten("a.ts", text, FRAME + "#a", FRAME + "div:nth-of-type(2) > button", **told)

    assert after == "await page.frameLocator('iframe').getByRole('button', { name: 'Go', exact: true }).nth(2).click();"


def test_code_of_python_is_read_too() -> None:
    text = "page.locator('#a').‸click()"

    assert rewritten("test_a.py", text, "#a", None, healed_locator='get_by_label("E-mail", exact=True)') == (
        "page.get_by_label('E-mail', exact=True).click()"
    )


def test_two_locators_of_a_file_are_one_change_and_one_commit() -> None:
    text = "await page.locator('#a').‸click();\nawait page.locator('#b').‸click();\n"
    places = [place_of("login.page.ts", text, number) for number in (0, 1)]

    found = repair({"login.page.ts": text}, heal(places[0], "#a", TESTED), heal(places[1], "#b", TEST_ID))

    (change,) = found.changes
    assert change.after == "await page.getByTestId('x').click();\nawait page.getByTestId('username-input').click();\n"
    assert [(edit.line, edit.before, edit.after) for edit in change.edits] == [
        (1, "page.locator('#a')", "page.getByTestId('x')"),
        (2, "page.locator('#b')", "page.getByTestId('username-input')"),
    ]
    subject, blank, *body = change.message.splitlines()
    assert (subject, blank) == ("Heal 2 locators in login.page.ts", "")
    assert "- page.locator('#a')" in body
    assert "+ page.getByTestId('x')" in body


def test_a_long_name_keeps_its_end_in_the_subject() -> None:
    path = f"{'n' * 80}.page.ts"
    text = "await page.locator('#username').‸click();"

    subject = repair({path: text}, heal(place_of(path, text))).changes[0].message.splitlines()[0]

    assert len(subject) == 72
    assert subject.endswith("n.page.ts")
