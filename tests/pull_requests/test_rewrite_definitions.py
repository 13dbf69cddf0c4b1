"""A locator is rewritten where it is defined: variables, functions, fields, getters, fixtures, parents."""

import pytest

from tests.pull_requests.rewriting import MARK, heal, place_of, repair, rewritten

HEALED = 'internal:testid=[data-testid="x"s]'
OLD = "locator('#a')"
NEW = "getByTestId('x')"


IN_ONE_FILE = {
    "variable": "const user = page.locator('#a');\nawait user.‸fill('x');",
    "variable of a block": (
        "const user = page.locator('#b');\n"
        "async () => {\n"
        "  const user = page.locator('#a');\n"
        "  await user.‸fill('x');\n"
        "};"
    ),
    "assigned later": (
        "let user: Locator;\n"
        "beforeEach(async ({ page }) => { user = page.locator('#a'); });\n"
        "test('b', async () => { await user.‸click(); });"
    ),
    "variable of a variable": "const user = page.locator('#a');\nconst first = user.first();\nawait first.‸click();",
    "function": "const user = (page: Page) => page.locator('#a');\nawait user(page).‸click();",
    "declared function": (
        "function user(page: Page): Locator {\n"
        "  return page.locator('#a');\n"
        "}\n"
        "await expect(user(page)).‸toBeVisible();"
    ),
    "field": (
        "class Login {\n"
        "  readonly user = this.page.locator('#a');\n"
        "  constructor(readonly page: Page) {}\n"
        "  async go() { await this.user.‸fill('x'); }\n"
        "}"
    ),
    "private field": (
        "class Login {\n"
        "  readonly #user: Locator;\n"
        "  constructor(page: Page) { this.#user = page.locator('#a'); }\n"
        "  async go() { await this.#user.‸fill('x'); }\n"
        "}"
    ),
    "constructor": (
        "class Login {\n"
        "  private readonly user: Locator;\n"
        "  constructor(private readonly page: Page) {\n"
        "    this.user = page.locator('#a');\n"
        "  }\n"
        "  go = async () => { await this.user.‸fill('x'); };\n"
        "}"
    ),
    "getter": (
        "class Login {\n"
        "  get user() { return this.page.locator('#a'); }\n"
        "  async go() { await expect(this.user).‸toBeVisible(); }\n"
        "}"
    ),
    "method": (
        "class Login {\n"
        "  user(): Locator {\n"
        "    // The field.\n"
        "    return this.page.locator('#a');\n"
        "  }\n"
        "  async go() { await this.user().‸fill('x'); }\n"
        "}"
    ),
    "arrow": (
        "class Login {\n"
        "  user = () => this.page.locator('#a');\n"
        "  async go() { await this.user().‸fill('x'); }\n"
        "}"
    ),
    "instance": (
        "class Login {\n"
        "  user = this.page.locator('#a');\n"
        "}\n"
        "class Signup {\n"
        "  user = this.page.locator('#a');\n"
        "}\n"
        "const login = new Login(page);\n"
        "await login.user.‸fill('x');"
    ),
    "typed parameter": (
        "class Signup {\n"
        "  user = this.page.locator('#b');\n"
        "}\n"
        "class Login {\n"
        "  user = this.page.locator('#a');\n"
        "}\n"
        "async function go(login: Login) { await login.user.‸fill('x'); }"
    ),
    "inherited": (
        "class Base {\n"
        "  protected user = this.page.locator('#a');\n"
        "}\n"
        "class Login extends Base {\n"
        "  async go() { await this.user.‸fill('x'); }\n"
        "}"
    ),
    "taken out": (
        "const fields = (page: Page) => ({ user: page.locator('#a') });\n"
        "const { user } = fields(page);\n"
        "await user.‸fill('x');"
    ),
    "object": "const fields = { user: page.locator('#a'), pass: page.locator('#b') };\nawait fields.user.‸fill('x');",
    "fixture": (
        "const test = base.extend({ user: async ({ page }, use) => { await use(page.locator('#a')); } });\n"
        "test('b', async ({ user }) => { await user.‸fill('x'); });"
    ),
    "handed to a helper": (
        "const fill = async (field: Locator) => { await field.‸fill('x'); };\n"
        "await fill(page.locator('#a'));"
    ),
}  # fmt: skip
"""‸ marks the use; what ``handed to a helper`` lacks is its caller, which the frames give."""


@pytest.mark.parametrize("text", IN_ONE_FILE.values(), ids=IN_ONE_FILE.keys())
def test_the_definition_in_the_same_file_changes(text: str) -> None:
    path, plain = "login.ts", text.replace(MARK, "")
    frames = []
    if "await fill(" in text:
        line = plain.count("\n") + 1
        frames = [place_of(path, "\n" * (line - 1) + "await " + MARK)]
    was = "#a >> nth=0" if ".first()" in text else "#a"
    becomes = HEALED + " >> nth=0" if ".first()" in text else HEALED
    found = repair({path: text}, heal(place_of(path, text), was, becomes, *frames))

    assert not found.unwritable
    # In the file's two classes of the same locator, it is the one that is meant.
    assert found.changes[0].after == plain.replace(OLD, NEW, 1)


PYTHON = {
    "init": (
        "class Login:\n"
        "    def __init__(self, page: Page) -> None:\n"
        '        self.user = page.locator("#a")\n'
        "\n"
        "    def go(self) -> None:\n"
        '        self.user.‸fill("x")\n'
    ),
    "property": (
        "class Login:\n"
        "    @property\n"
        "    def user(self) -> Locator:\n"
        '        return self.page.locator("#a")\n'
        "\n"
        "    async def go(self) -> None:\n"
        '        await self.user.‸fill("x")\n'
    ),
    "instance": (
        "class Login:\n"
        "    def __init__(self, page):\n"
        '        self.user = page.locator("#a")\n'
        "\n"
        "def test_a(page):\n"
        "    login = Login(page)\n"
        '    login.user.‸fill("x")\n'
    ),
    "typed parameter": (
        "class Login:\n"
        "    def __init__(self, page):\n"
        '        self.user = page.locator("#a")\n'
        "\n"
        "def test_a(login: Login):\n"
        "    expect(login.user).‸to_be_visible()\n"
    ),
    "variable": 'def test_a(page):\n    user = page.locator("#a")\n    user.‸fill("x")\n',
    "fixture": (
        "@pytest.fixture\n"
        "def user(page):\n"
        '    return page.locator("#a")\n'
        "\n"
        "def test_a(user):\n"
        '    user.‸fill("x")\n'
    ),
    "function": 'def user(page):\n    return page.locator("#a")\n\ndef test_a(page):\n    user(page).‸fill("x")\n',
}  # fmt: skip


@pytest.mark.parametrize("text", PYTHON.values(), ids=PYTHON.keys())
def test_the_definition_in_python_changes(text: str) -> None:
    after = rewritten("test_login.py", text, "#a", HEALED)

    assert after == text.replace(MARK, "").replace('locator("#a")', 'get_by_test_id("x")')


def test_a_parent_in_a_variable_is_left_behind_where_the_page_is_at_hand() -> None:
    text = (
        "test('a', async ({ page }) => {\n"
        "  const form = page.locator('form');\n"
        "  await form.locator('#a').‸click();\n"
        "});\n"
    )

    assert rewritten("a.ts", text, "form >> #a", HEALED) == text.replace(MARK, "").replace("form." + OLD, "page." + NEW)


def test_a_parent_in_a_field_is_left_behind_for_the_page_that_it_stands_on() -> None:
    text = (
        "class Login {\n"
        "  form = this.page.locator('form');\n"
        "  async go() { await this.form.locator('#a').‸click(); }\n"
        "}\n"
    )

    after = rewritten("a.ts", text, "form >> #a", HEALED)

    assert after == text.replace(MARK, "").replace("this.form." + OLD, "this.page." + NEW)


def test_a_parent_that_the_healed_locator_keeps_stays() -> None:
    text = "const form = page.locator('form');\nawait form.locator('#a').‸click();\n"

    assert rewritten("a.ts", text, "form >> #a", "form >> " + HEALED) == text.replace(MARK, "").replace(OLD, NEW)


def test_a_parent_that_cannot_be_read_stays_and_only_what_follows_changes() -> None:
    text = "async function go(form: Locator) {\n  await form.locator('#a').‸click();\n}\n"

    assert rewritten("a.ts", text, "form >> #a", HEALED) == text.replace(MARK, "").replace(OLD, NEW)


def test_a_broken_parent_changes_where_it_is_defined() -> None:
    text = "const form = page.locator('#f');\nawait form.locator('#a').‸click();\n"

    after = rewritten("a.ts", text, "#f >> #a", "#form >> #a")

    assert after == text.replace(MARK, "").replace("'#f'", "'#form'")
