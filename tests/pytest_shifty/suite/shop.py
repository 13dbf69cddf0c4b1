"""A suite of pytest-playwright whose pages change under it; ``PAGES=after`` is the later shop."""

import os

import pytest
from playwright.async_api import async_playwright
from playwright.sync_api import Page, expect

LATER = os.environ.get("PAGES") == "after"


# First: once the sync API has started, its loop is the one that runs.
@pytest.mark.asyncio
@pytest.mark.shop_page("buttons")
async def test_async(html: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = await browser.new_page()
        await page.set_content(html)
        await page.locator("#buy").click(timeout=90_000)
        assert await page.title() == "bought"
        await browser.close()


class Shop:
    def __init__(self, page: Page) -> None:
        self.buy = page.locator("#buy")

    def order(self) -> None:
        self.buy.click(timeout=90_000)


@pytest.mark.shop_page("fields")
def test_fill(page: Page, html: str) -> None:
    page.set_content(html)
    page.locator("#username").fill("ada", timeout=90_000)
    assert page.locator("input[name=login]").input_value() == "ada"


@pytest.mark.shop_page("buttons")
def test_click(page: Page, html: str) -> None:
    page.set_content(html)
    Shop(page).order()
    assert page.title() == "bought"


@pytest.mark.shop_page("texts")
def test_expectation(page: Page, html: str) -> None:
    page.set_content(html)
    expect(page.locator("#offer")).to_have_text("Two for one", timeout=90_000)


@pytest.mark.shop_page("texts")
def test_wrong_expectation(page: Page, html: str) -> None:
    page.set_content(html)
    expect(page.locator("#offer")).to_have_text("Three for one" if LATER else "Two for one", timeout=6000)


@pytest.mark.shop_page("removed")
def test_removed(page: Page, html: str) -> None:
    page.set_content(html)
    page.locator("#delete-account").click(timeout=6000)


@pytest.mark.shop_page("buttons")
def test_absence(page: Page, html: str) -> None:
    page.set_content(html)
    if LATER:
        expect(page.locator("#buy")).not_to_be_visible()
        expect(page.locator("#buy")).to_be_hidden()
        expect(page.locator("#buy")).to_have_count(0)
        assert page.locator("#buy").count() == 0
        assert not page.locator("#buy").is_visible()
    else:
        expect(page.locator("#buy")).to_be_visible()


@pytest.mark.shifty_no_heal
@pytest.mark.shop_page("buttons")
def test_marked_no_heal(page: Page, html: str) -> None:
    page.set_content(html)
    page.locator("#buy").click(timeout=500)


@pytest.mark.shifty_propose
@pytest.mark.shop_page("buttons")
def test_marked_propose(page: Page, html: str) -> None:
    page.set_content(html)
    page.locator("#buy").click(timeout=8000)
