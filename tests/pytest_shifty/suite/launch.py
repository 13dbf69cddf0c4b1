"""The suite's conftest: Debian's Chromium, and pages in two versions."""

import os
from collections.abc import Mapping

import pytest

FIELDS = (
    '<form><h2>Your account</h2><label>User name <input {} name="login"></label>'
    '<label>Password <input type="password" name="password"></label></form>'
)
BUTTON = (
    '<h1>Blue mug</h1><p>Holds coffee.</p><button id="{}" class="buy primary" data-product="mug" '
    """onclick="document.title = 'bought'">Buy the mug</button>"""
)
OFFER = '<h1>Blue mug</h1><h2 id="{}" class="offer">Two for one</h2><p>Holds coffee.</p>'
ACCOUNT = '<h1>Account</h1>{}<button id="export-account" class="danger">Export account</button>'
DELETE = '<button id="delete-account" class="danger">Delete account</button>'
PAGES = {
    "fields": (FIELDS.format('id="username"'), FIELDS.format('data-testid="username-input"')),
    "buttons": (BUTTON.format("buy"), BUTTON.format("order")),
    "texts": (OFFER.format("offer"), OFFER.format("special-offer")),
    "removed": (ACCOUNT.format(DELETE), ACCOUNT.format("")),
}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: Mapping[str, object]) -> Mapping[str, object]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture
def html(request: pytest.FixtureRequest) -> str:
    """Of the page that the test's mark names."""
    marker = request.node.get_closest_marker("shop_page")
    before, after = PAGES[marker.args[0]]
    return after if os.environ.get("PAGES") == "after" else before
