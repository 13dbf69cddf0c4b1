"""Selectors as an author would write them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from shifty.healing.pages.browser import open_chromium
from shifty.healing.pages.collect import collect
from shifty.healing.pages.selectors import write_selector


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with open_chromium() as browser:
        yield browser.new_page()


@pytest.mark.parametrize(
    ("html", "selector"),
    [
        ("<button class=it id=save data-testid='a \"b\"'>Save</button>", '[data-testid="a \\"b\\""]'),
        ("<button class=it id=save>Save</button>", "#save"),
        ("<button class=it id=':r3:'>Save</button>", 'role=button[name="Save"s]'),
        ("<input class=it name=q><a name=q>x</a>", 'input[name="q"]'),
        ("<input class=it placeholder=Find><input>", 'role=textbox[name="Find"s]'),
        ("<p class=it>Only here</p><p>There</p>", 'text="Only here"'),
        ("<a class='it more' href=/x>Go</a><a href=/y>Go</a>", 'a[href="/x"]'),
        ("<ul id=menu><li><a class=it href=#>Go</a></ul><a class=it href=#>Go</a>", '#menu >> role=link[name="Go"s]'),
        ("<div><i></i><i class=it></i></div>", "i.it"),
        ("<b></b><b class=css-1x2y3z></b>", "html > body:nth-of-type(1) > b:nth-of-type(2)"),
    ],
)
def test_the_first_that_hits_just_the_element_is_taken(page: Page, html: str, selector: str) -> None:
    page.set_content(html)
    all_of_it = collect(page).elements
    wanted = next(one for one in all_of_it if {"it", "css-1x2y3z"} & set(one.classes))

    written = write_selector(page, wanted, all_of_it)

    assert written == selector
    assert [one.xpath for one in collect(page, written, describe="matches").elements] == [wanted.xpath]
