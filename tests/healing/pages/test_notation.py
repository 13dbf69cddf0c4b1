"""Selectors as people write them."""

import pytest

from shifty.healing.pages.notation import playwright_selector


@pytest.mark.parametrize(
    ("written", "selector"),
    [
        ("#user", "#user"),
        ("/html[1]/body[1]/a[2]", "xpath=/html[1]/body[1]/a[2]"),
        ("//a", "//a"),
        ("text=Save", "text=Save"),
        ("page.getByRole('button', { name: 'Save', exact: true })", 'internal:role=button[name="Save"s]'),
        ('page.get_by_role("button", name="Save")', 'internal:role=button[name="Save"i]'),
        (
            "getByRole('main').getByText('It\\'s \"new\"').first()",
            'internal:role=main >> internal:text="It\'s \\"new\\""i >> nth=0',
        ),
        ("page.locator('/html/body').locator('li').nth(2);", "xpath=/html/body >> li >> nth=2"),
        ("await page.getByTestId('save')", 'internal:testid=[data-qa="save"s]'),
        ('self.page.get_by_label("Name")', 'internal:label="Name"i'),
        ("page.getByPlaceholder('Find')", 'internal:attr=[placeholder="Find"i]'),
        ("page.getByRole('button', { name: /save/ })", "page.getByRole('button', { name: /save/ })"),
        ("page.getByRole('heading', { level: 2 })", "page.getByRole('heading', { level: 2 })"),
    ],
)  # fmt: skip
def test_a_selector_is_read_as_it_is_written(written: str, selector: str) -> None:
    assert playwright_selector(written, "data-qa") == selector
