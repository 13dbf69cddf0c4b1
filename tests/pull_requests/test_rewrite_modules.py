"""A locator is rewritten in the file that defines it: page objects, fixtures, base classes, by imports."""

from shifty.pull_requests.change import FileChange
from tests.pull_requests.rewriting import MARK, heal, place_of, repair

HEALED = 'internal:testid=[data-testid="x"s]'
OLD = "locator('#a')"
NEW = "getByTestId('x')"


def changed(files: dict[str, str], was: str = "#a", becomes: str = HEALED) -> FileChange:
    """The only change, after the heal of the locator that is used at the mark."""
    path = next(path for path, text in files.items() if MARK in text)
    found = repair(files, heal(place_of(path, files[path]), was, becomes))
    assert not found.unwritable, found.unwritable[0].reason
    (change,) = found.changes
    return change


PAGE = (
    "import { Base } from './base.js';\n"
    "export class Login extends Base {\n"
    "  readonly user = this.page.locator('#a');\n"
    "}\n"
)


def test_a_page_object_of_another_file_changes() -> None:
    spec = (
        "import { Login } from '../pages';\n"
        "test('a', async ({ page }) => {\n"
        "  const login = new Login(page);\n"
        "  await expect(login.user).‸toBeVisible();\n"
        "});\n"
    )
    other = "export class Signup {\n  user = this.page.locator('#a');\n}\n"
    index = "export * from './login.page';\nexport * from './signup';\n"

    change = changed({
        "tests/login.spec.ts": spec, "pages/index.ts": index, "pages/login.page.ts": PAGE, "pages/signup.ts": other,
    })  # fmt: skip

    assert (change.path, change.after) == ("pages/login.page.ts", PAGE.replace(OLD, NEW))
    assert change.message.startswith("Heal 1 locator in login.page.ts\n")


def test_a_fixture_of_another_file_leads_to_its_page_object() -> None:
    spec = (
        "import { test } from './fixtures';\n"
        "test('a', async ({ login }) => {\n"
        "  await login.form.user.‸fill('x');\n"
        "});\n"
    )
    fixtures = (
        "import { Login } from './login.page';\n"
        "export const test = base.extend<{ login: Login }>({\n"
        "  login: async ({ page }, use) => { await use(new Login(page)); },\n"
        "});\n"
    )

    change = changed({"t/a.spec.ts": spec, "t/fixtures.ts": fixtures, "t/login.page.ts": PAGE})

    assert change.path == "t/login.page.ts"


def test_an_alias_of_tsconfig_is_followed() -> None:
    config = '{\n  // Ours.\n  "compilerOptions": { "baseUrl": ".", "paths": { "@pages/*": ["src/pages/*"], }, },\n}\n'
    spec = "import { Login } from '@pages/login.page';\nconst login = new Login(page);\nawait login.user.‸fill('x');\n"

    change = changed({"tsconfig.json": config, "t/a.spec.ts": spec, "src/pages/login.page.ts": PAGE})

    assert change.path == "src/pages/login.page.ts"


def test_a_field_of_a_base_class_in_another_file_changes() -> None:
    base = "export class Base {\n  readonly save = this.page.locator('#a');\n}\n"
    page = PAGE.replace("  readonly", "  async go() { await this.save.‸click(); }\n  readonly").replace("'#a'", "'#b'")

    assert changed({"pages/login.ts": page, "pages/base.ts": base}).path == "pages/base.ts"


def test_modules_of_python_are_followed() -> None:
    page = 'class Login:\n    def __init__(self, page):\n        self.user = page.locator("#a")\n'
    test = "from pages.login import Login\n\n\ndef test_a(page):\n    login = Login(page)\n    login.user.‸fill('x')\n"

    change = changed({"e2e/tests/test_login.py": test, "e2e/pages/login.py": page, "e2e/pages/__init__.py": ""})

    assert change.path == "e2e/pages/login.py"


def test_a_fixture_of_conftest_is_found() -> None:
    conftest = 'import pytest\n\n\n@pytest.fixture\ndef user(page):\n    yield page.locator("#a")\n'

    change = changed({"tests/ui/test_a.py": "def test_a(user):\n    user.‸fill('x')\n", "tests/conftest.py": conftest})

    assert change.after == conftest.replace('locator("#a")', 'get_by_test_id("x")')


def test_three_tests_that_use_one_page_object_are_one_edit() -> None:
    page = PAGE.replace("}\n", "  async go() { await this.user.‸fill('x'); }\n}\n")
    spec = "test('a');\ntest('b');\ntest('c');\n"
    place = place_of("login.ts", page)
    callers = [place_of("a.spec.ts", "\n" * line + MARK) for line in range(3)]

    found = repair({"login.ts": page, "a.spec.ts": spec}, *[heal(place, "#a", HEALED, each) for each in callers])

    (change,) = found.changes
    (edit,) = change.edits
    assert [each.title for each in edit.healed] == ["login › test 0", "login › test 1", "login › test 2"]
    assert change.message.count("tests/login.spec.ts › login › test") == 3
