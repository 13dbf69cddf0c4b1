"""Fixtures for every test: a database, a tenant of one's own, a server."""

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Generator
from functools import cache
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import httpx
import pytest

from shifty.config import Settings, load_settings
from shifty.database.pool import Database
from tests.support.object_store import ObjectStore
from tests.support.postgres import TestCluster, copy_of_template
from tests.support.server import RunningServer, new_tenant, running_server

_KEPT = frozenset({"SHIFTY_SHARED_DATA", "SHIFTY_PG_BIN"})
_cluster: list[TestCluster] = []


class XdistNode(Protocol):
    workerinput: dict[str, object]


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("SHIFTY_") and name not in _KEPT]:
        del os.environ[name]
    # All tests have one address, and share it over a database; what is said about addresses is tested with a limit.
    os.environ["SHIFTY_ADDRESS_REQUESTS_PER_MINUTE"] = "0"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: XdistNode) -> None:
    """In the process that starts the xdist workers: it outlives them all, so PostgreSQL is its child."""
    node.workerinput["postgres_dsn"] = _started_cluster().dsn


def pytest_unconfigure() -> None:
    while _cluster:
        _cluster.pop().close()


def _started_cluster() -> TestCluster:
    if not _cluster:
        _cluster.append(TestCluster())
    return _cluster[0]


@pytest.fixture
def tmp_path() -> Generator[Path]:
    """In place of pytest's, which is closed to user ``nobody``, as whom PostgreSQL runs for root."""
    folder = Path(tempfile.mkdtemp(prefix="shifty-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def haste() -> Generator[None]:
    """The trusted certificates are read once, not for each client; on a busy machine history still comes whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", cache(httpx.create_ssl_context))
        patch.setattr("shifty.flakiness.fold_runs.PATIENCE_S", 120.0)
        patch.setattr("shifty.flakiness.fold_runs.LONGEST_WAIT_S", 120.0)
        yield


@pytest.fixture(scope="session")
def postgres_dsn(request: pytest.FixtureRequest) -> str:
    """The session's PostgreSQL. Nothing in it is durable."""
    workerinput: dict[str, object] = getattr(request.config, "workerinput", {})
    given = workerinput.get("postgres_dsn")
    return str(given) if given else _started_cluster().dsn


@pytest.fixture(scope="session")
def shared_dsn(postgres_dsn: str) -> str:
    """A migrated database that the tests of this process share, each with a tenant of its own."""
    return copy_of_template(postgres_dsn)


@pytest.fixture
def fresh_database(postgres_dsn: str) -> str:
    """The address of a migrated database that no other test uses."""
    return copy_of_template(postgres_dsn)


@pytest.fixture
async def db(shared_dsn: str) -> AsyncGenerator[Database]:
    database = await Database.open(shared_dsn)
    yield database
    await database.close()


@pytest.fixture
async def tenant_id(db: Database) -> UUID:
    """A new tenant."""
    async with db.connection() as connection:
        row = await (
            await connection.execute("insert into tenants (slug) values (%s) returning id", (f"t-{uuid4().hex}",))
        ).fetchone()
    assert row
    return row[0]


@pytest.fixture(scope="session")
def object_store() -> Generator[ObjectStore]:
    """The process's S3 server, started when the first test asks for it."""
    store = ObjectStore()
    try:
        store.start()
        yield store
    finally:
        store.close()


@pytest.fixture
def s3_url(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> str:
    """A SHIFTY_STORAGE_URL of one's own in that S3 server, whose keys are in this process's environment."""
    for name, value in object_store.environment.items():
        monkeypatch.setenv(name, value)
    return object_store.new_url()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """What the server of the ``server`` fixture is set to; a test module overrides the fixture for other values."""
    return load_settings(data_dir=tmp_path / "data")


@pytest.fixture
async def server(db: Database, settings: Settings) -> AsyncGenerator[RunningServer]:
    tenant = await new_tenant(db, f"t-{uuid4().hex}")
    async with running_server(db, settings, tenant) as running:
        yield running
