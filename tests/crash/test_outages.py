"""PostgreSQL or the object store is gone for longer than any lease, in the middle of a run, in real processes.

Nothing that was acknowledged is lost, no test counts twice, and the run ends by itself. ``TEST_OUTAGE_SECONDS=60``
makes a whole minute of it.
"""

import os
import subprocess
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from shifty.database.embedded import EmbeddedPostgres
from tests.e2e.command_line import CommandLine, Done, finished
from tests.e2e.conftest import MakeMachine
from tests.e2e.conftest import make_machine as make_machine
from tests.e2e.processes import eventually
from tests.support.object_store import ObjectStore

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

OUTAGE_S = float(os.environ.get("TEST_OUTAGE_SECONDS", "12"))
FILES = 6
TESTS = FILES * 3
SUITE = {
    f"part-{number}": "".join(
        f"test('step {step} of {number}', async () => {{ await sleep({500 + 100 * number}); }});\n" for step in range(3)
    )
    for number in range(FILES)
}
TRACED = "use: { trace: 'on' }"
# So that leases, heartbeats and the patience of single calls are over long before the outage is.
SHORT = {"SHIFTY_LEASE_SECONDS": "3", "SHIFTY_HEARTBEAT_SECONDS": "0.5"}

SETTLED = "select test_id, finished_at from tests where outcome is not null order by 1"
KEPT = "select id::text, test_id, attempt, size_bytes from artifacts where state = 'ready' order by 1"


@pytest.fixture
def stoppable(tmp_path: Path) -> Generator[EmbeddedPostgres]:
    """A PostgreSQL that is nobody's child but ours: an external one, to the server."""
    postgres = EmbeddedPostgres(tmp_path / "postgres")
    postgres.start()
    yield postgres
    postgres.stop()


def test_a_run_outlives_postgresql_and_keeps_what_was_acknowledged(
    make_machine: MakeMachine, stoppable: EmbeddedPostgres
) -> None:
    machine = make_machine(SUITE, TRACED, SHIFTY_DATABASE_URL=stoppable.dsn, **SHORT)
    run = machine.start("run", "-w", "2", "--json")
    wait_for_rows(stoppable.dsn, SETTLED, 3, run)
    wait_for_rows(stoppable.dsn, KEPT, 1, run)

    acknowledged = set(rows(stoppable.dsn, SETTLED))
    kept = set(rows(stoppable.dsn, KEPT))
    stoppable.stop()
    time.sleep(OUTAGE_S)
    stoppable.start()

    assert_whole(finished(run, 400), machine)
    # Settled once, and not again: the time of it is still the same.
    assert acknowledged <= set(rows(stoppable.dsn, SETTLED))
    assert kept <= set(rows(stoppable.dsn, KEPT))
    assert_a_trace_for_each(stoppable.dsn)


def test_a_run_outlives_the_object_store_and_everything_arrives(
    make_machine: MakeMachine, fresh_database: str, object_store: ObjectStore
) -> None:
    store = {**object_store.environment, "SHIFTY_STORAGE_URL": object_store.new_url()}
    machine = make_machine(SUITE, TRACED, SHIFTY_DATABASE_URL=fresh_database, **SHORT, **store)
    run = machine.start("run", "-w", "2", "--json")
    wait_for_rows(fresh_database, KEPT, 2, run)

    kept = set(rows(fresh_database, KEPT))
    with object_store.away():
        time.sleep(OUTAGE_S)
        # Tests and results did not wait for it.
        assert len(rows(fresh_database, SETTLED)) > len(kept)

    assert_whole(finished(run, 400), machine)
    assert kept <= set(rows(fresh_database, KEPT))
    assert_a_trace_for_each(fresh_database)
    folder = machine.project / "kept"
    files = machine.run("artifacts", "last", "--download", str(folder), "--json")
    assert files.exit == 0, files.stderr
    assert all(Path(each["file"]).stat().st_size == each["sizeBytes"] for each in files.json)


def rows(dsn: str, query: LiteralString) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def wait_for_rows(dsn: str, query: LiteralString, count: int, run: subprocess.Popen[str]) -> None:
    def enough() -> bool:
        try:
            return len(rows(dsn, query)) >= count
        except psycopg.Error:  # The server has not made its tables yet.
            return False

    assert eventually(lambda: enough() or run.poll() is not None, 120)
    assert run.poll() is None, run.communicate()


def assert_whole(done: Done, machine: CommandLine) -> None:
    assert done.exit == 0, done.stderr
    summary = done.json
    assert (summary["status"], summary["conclusion"], summary["totalTests"]) == ("completed", "passed", TESTS)
    assert (summary["passedTests"], summary["notRun"], summary["flakyTests"]) == (TESTS, 0, 0)
    assert not list(machine.data_dir.glob("spool/*"))


def assert_a_trace_for_each(dsn: str) -> None:
    """A test whose lease was lost may have left two."""
    traced = [test_id for _, test_id, _, _ in rows(dsn, KEPT)]
    assert len(set(traced)) == TESTS
    assert set(traced) == {test_id for test_id, _ in rows(dsn, SETTLED)}
