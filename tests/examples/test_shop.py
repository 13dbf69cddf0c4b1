"""The example shop answers on its pages, and its suite is as large as the README says. (Running it is for `e2e`.)"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
PLAYWRIGHT = SHOP / "node_modules" / "@playwright" / "test" / "cli.js"


@pytest.fixture(scope="module")
def shop() -> Iterator[httpx.Client]:
    """A visitor of a shop that runs on a free port, five hundred times faster than usual."""
    environment = {**os.environ, "SHOP_PORT": "0", "SHOP_PACE": "0.002"}
    command = ["node", "server.js"]
    with subprocess.Popen(command, cwd=SHOP, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            yield client
        server.terminate()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", "Things for the home"),
        ("/products", "Products"),
        ("/products/10", "Product"),
        ("/cart", "Cart"),
        ("/checkout", "Checkout"),
        ("/login", "Sign in"),
        ("/workshops", "Workshops"),
    ],
)
def test_a_guest_sees_the_page(shop: httpx.Client, path: str, title: str) -> None:
    page = shop.get(path)

    assert page.status_code == 200
    assert f"<title>{title} · Juniper</title>" in page.text


def test_every_script_and_style_that_a_page_names_exists() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (SHOP / "pages").glob("*.html"))
    named = {part.split('"')[0] for part in pages.split('"/public/')[1:]}

    assert named == {file.name for file in (SHOP / "public").iterdir()} - {"kit.js"}


def test_an_unknown_address_is_not_found(shop: httpx.Client) -> None:
    assert shop.get("/sofas").status_code == 404
    assert shop.get("/public/sofas.js").status_code == 404


def test_the_account_sends_a_guest_to_sign_in(shop: httpx.Client) -> None:
    answer = shop.get("/account")

    assert answer.status_code == 302
    assert answer.headers["location"] == "/login?next=%2Faccount"


def test_two_visitors_do_not_share_a_cart(shop: httpx.Client) -> None:
    with httpx.Client(base_url=shop.base_url, trust_env=False, timeout=60) as other:
        shop.post("/api/cart", json={"id": 1, "quantity": 2})
        other.post("/api/cart", json={"id": 9, "quantity": 1})

        assert shop.get("/api/cart").json()["goods"] == 36
        assert other.get("/api/cart").json()["goods"] == 22


def test_the_suite_has_as_many_tests_and_files_as_the_readme_says() -> None:
    if not PLAYWRIGHT.exists():
        pytest.skip("the example's Playwright is not installed: run `npm ci` in examples/shop")
    command = ["node", str(PLAYWRIGHT), "test", "--list", "--reporter=json"]
    listed = subprocess.run(command, cwd=SHOP, capture_output=True, text=True, check=True, timeout=60)
    report = json.loads(listed.stdout)
    files = [str(suite["file"]) for suite in report["suites"]]

    total = listed.stdout.count('"expectedStatus"')

    assert (total, len(files)) == (36, 13)
    assert "36 tests in 13 spec files" in (SHOP / "README.md").read_text(encoding="utf-8")
