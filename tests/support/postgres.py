"""One PostgreSQL for a test session, shared by all xdist workers, with a migrated template to copy databases from."""

import asyncio
import fcntl
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from shifty.database.embedded import EmbeddedPostgres
from shifty.database.migrate import migrate

TEMPLATE = "shifty_template"
_PREFIX = "shifty-tests-"
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
}


class TestCluster:
    """Belongs to the process that pytest was started as; its xdist workers only get the address."""

    __test__ = False

    def __init__(self) -> None:
        _remove_stale_folders()
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._folder.chmod(0o711)
        self._postgres = EmbeddedPostgres(self._folder, configuration=_NOT_DURABLE)
        self._postgres.start()
        self.dsn = self._postgres.dsn
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
        asyncio.run(migrate(make_conninfo(self.dsn, dbname=TEMPLATE)))

    def close(self) -> None:
        self._postgres.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def copy_of_template(dsn: str) -> str:
    """The address of a new, migrated and empty database in the cluster of ``dsn``."""
    name = f"t_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(TEMPLATE)
            )
        )
    return make_conninfo(dsn, dbname=name)


def empty_database(dsn: str) -> str:
    """The address of a new database without our schema."""
    name = f"t_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    return make_conninfo(dsn, dbname=name)


def _remove_stale_folders() -> None:
    """Of sessions that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        try:
            with (folder / "pg.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
