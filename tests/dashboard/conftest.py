"""A server for pages, browsers that are signed in, and real runs to look at."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from shifty.config import load_settings
from shifty.database.pool import Database
from shifty.tenants.keys import create_key
from shifty.tenants.model import Scope, Tenant
from tests.support.postgres import copy_of_template
from tests.support.server import RunningServer, new_tenant, running_server

Result = TypeVar("Result")


class Site:
    """A real server in a thread of its own, since Playwright's sync API has the thread of the test."""

    def __init__(self, dsn: str, data_dir: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="site", daemon=True)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.server = self.run(self._open(dsn, data_dir))

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def db(self) -> Database:
        """Only for coroutines that ``run`` runs."""
        return self.server.db

    def run(self, work: Coroutine[object, object, Result]) -> Result:
        """Run a coroutine in the server's event loop, from the test's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self, dsn: str, data_dir: Path) -> RunningServer:
        db = await Database.open(dsn)
        self._stack.push_async_callback(db.close)
        tenant = await new_tenant(db, f"site-{uuid4().hex}")
        settings = load_settings(data_dir=data_dir)
        return await self._stack.enter_async_context(running_server(db, settings, tenant))


@dataclass(frozen=True)
class Account:
    """A tenant of one's own on the site, with keys."""

    site: Site
    tenant: Tenant
    key: str
    """With every scope."""
    clients: list[httpx.Client] = field(default_factory=list[httpx.Client])
    """That were made, and are closed after the test."""

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Tenant-Id": str(self.tenant.id)}

    def api(self, method: str, path: str, json: object = None) -> httpx.Response:
        """A call of the API as this tenant."""
        response = httpx.request(method, f"{self.site.url}/api/v1{path}", json=json, headers=self.headers, timeout=60)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response

    def key_with(self, *scopes: Scope, project: str | None = None) -> str:
        made = create_key(self.site.db, self.tenant.id, frozenset(scopes), name="of a test", project=project)
        return self.site.run(made).text

    def client(self, key: str | None = None) -> httpx.Client:
        """Signed in, without a browser; redirects are not followed."""
        client = httpx.Client(base_url=self.site.url, timeout=60)
        self.clients.append(client)
        answer = client.post("/sign-in", data={"key": key or self.key})
        assert answer.status_code == 303, answer.text
        return client


@pytest.fixture(scope="session")
def site(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Site]:
    """One a process; each test makes its own tenant on it."""
    site = Site(copy_of_template(postgres_dsn), tmp_path_factory.mktemp("site"))
    yield site
    site.close()


@pytest.fixture
def account(site: Site) -> Generator[Account]:
    """A new tenant."""

    async def make() -> Account:
        tenant = await new_tenant(site.db, f"t-{uuid4().hex}")
        key = await create_key(site.db, tenant.id, frozenset(Scope), name="tests")
        return Account(site, tenant, key.text)

    account = site.run(make())
    yield account
    for client in account.clients:
        client.close()


# In place of pytest-playwright's own, which live as long as the session: while Playwright's sync API is there, no event
# loop can run in this thread, and most other tests have one.
@pytest.fixture(scope="package")
def playwright() -> Generator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Generator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def browser_context_args() -> dict[str, object]:
    return {}


SignIn = Callable[..., Page]


@pytest.fixture
def signed_in(browser: Browser, account: Account) -> Generator[SignIn]:
    """``signed_in()`` is a page of a new browser context, signed in as ``account``; ``key``: with another key, other
    words: options of the context. Errors in the page's console fail the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(key: str | None = None, **options: object) -> Page:
        context = browser.new_context(base_url=account.site.url, **options)  # pyright: ignore[reportArgumentType]  # options of Playwright's own, passed on
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto("/sign-in")
        page.get_by_label("API key").fill(key or account.key)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/runs**")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
