"""The embedded PostgreSQL where nothing is killed: refusals, and what it leaves alone."""

import os
import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from shifty.database.account import OURSELVES
from shifty.database.binaries import find_binaries, major_of, version_of
from shifty.database.cluster import reason_in
from shifty.database.embedded import DataFolderInUse, EmbeddedPostgres, running_dsn
from shifty.database.socket_folder import make_socket_folder
from shifty.errors import UsageError

_QUICK = {"fsync": "off", "shared_buffers": "16MB"}


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def postgres(data_dir: Path) -> Generator[EmbeddedPostgres]:
    running = EmbeddedPostgres(data_dir, configuration=_QUICK)
    running.start()
    yield running
    running.stop()


@dataclass(frozen=True)
class Standing:
    """One that several tests look at."""

    data_dir: Path
    postgres: EmbeddedPostgres


@pytest.fixture(scope="module")
def standing() -> Generator[Standing]:
    with TemporaryDirectory(prefix="shifty-test-") as folder:
        Path(folder).chmod(0o711)
        data_dir = Path(folder).resolve() / "data"
        running = EmbeddedPostgres(data_dir, configuration=_QUICK)
        running.start()
        yield Standing(data_dir, running)
        running.stop()


def test_it_listens_on_no_network_port_and_sorts_the_same_everywhere(standing: Standing) -> None:
    with psycopg.connect(standing.postgres.dsn) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("select datlocprovider, datlocale from pg_database limit 1").fetchone() == (
            "b",
            "C.UTF-8",
        )


def test_variables_of_the_environment_redirect_nobody(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGHOST": "elsewhere", "PGPORT": "1", "PGUSER": "x", "PGDATABASE": "x", "PGDATA": "/x"}.items():
        monkeypatch.setenv(name, value)

    with psycopg.connect(standing.postgres.dsn) as connection:
        assert connection.info.dbname == "postgres"


def test_the_data_folder_is_closed_to_others(standing: Standing) -> None:
    assert (standing.data_dir / "pg").stat().st_mode & 0o077 == 0
    assert (standing.data_dir / "logs").stat().st_mode & 0o077 == 0


def test_its_address_is_found_by_others_while_it_runs(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    assert running_dsn(data_dir) == postgres.dsn

    postgres.stop()

    assert running_dsn(data_dir) is None


def test_the_same_folder_twice_is_refused_under_whatever_name(standing: Standing, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(standing.data_dir)

    with pytest.raises(DataFolderInUse, match=f"in use by another shifty \\(process {os.getpid()}\\): stop that one"):
        EmbeddedPostgres(tmp_path / "link").start()


def test_data_of_another_major_version_is_refused_and_left_alone(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    postgres.stop()
    (data_dir / "pg" / "PG_VERSION").write_text("14\n")

    with pytest.raises(UsageError, match=r"written by PostgreSQL 14 and this is 18.*pg_dump"):
        EmbeddedPostgres(data_dir).start()
    assert not (data_dir / "pg" / "postmaster.pid").exists()

    (data_dir / "pg" / "PG_VERSION").write_text(f"{major_of(find_binaries())}\n")
    postgres.start()


def test_a_database_whose_place_is_remembered_but_gone_is_not_replaced_by_an_empty_one(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "pg.location").write_text(f"{data_dir}/gone\n")

    with pytest.raises(UsageError, match="that is gone: restore it, or delete"):
        EmbeddedPostgres(data_dir).start()


@pytest.mark.parametrize("place", ["/proc/shifty", "/dev/null/shifty"])
def test_a_folder_that_can_not_be_made_is_one_sentence(place: str) -> None:
    with pytest.raises(UsageError, match=r"^The data folder .* can't be used \(.*\): correct that, or choose another"):
        EmbeddedPostgres(Path(place)).start()


def test_a_start_that_fails_says_why_and_frees_the_folder(data_dir: Path) -> None:
    with pytest.raises(UsageError, match=r"did not start: .*shared_buffers.* \(see .*postgres.log\)"):
        EmbeddedPostgres(data_dir, configuration={"shared_buffers": "nonsense"}).start()

    again = EmbeddedPostgres(data_dir, configuration=_QUICK)
    again.start()
    again.stop()


def test_programs_that_do_not_run_here_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("initdb", "postgres"):
        (tmp_path / program).write_text("#!/bin/sh\necho broken library >&2\nexit 1\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("SHIFTY_PG_BIN", str(tmp_path))

    with pytest.raises(UsageError, match=r"does not run here \(broken library\)"):
        version_of(find_binaries())


def test_a_wrong_folder_of_programs_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTY_PG_BIN", str(tmp_path))

    with pytest.raises(UsageError, match=r"SHIFTY_PG_BIN is .* correct or unset it"):
        find_binaries()


def test_a_socket_folder_of_an_owner_that_was_killed_is_taken_away(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    first = make_socket_folder(tmp_path, deep, OURSELVES)

    second = make_socket_folder(tmp_path, deep, OURSELVES)

    assert not first.exists()
    assert second.is_dir()
    second.rmdir()


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "LOG:  starting\nFATAL:  could not create lock file: Not permitted\n",
            "could not create lock file: Not permitted",
        ),
        ("PANIC:  could not write to file: No space left on device\n", "the disk is full, free some space"),
        ("", "no reason was given"),
    ],
)
def test_the_reason_is_found_in_what_postgres_prints(output: str, reason: str) -> None:
    assert reason_in(output) == reason


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=0711", "none", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may make a small disk")
    postgres = EmbeddedPostgres(disk / "data")
    try:
        with pytest.raises(UsageError, match="the disk is full, free some space"):
            postgres.start()
        assert not list((disk / "data").glob("pg*init*"))
    finally:
        postgres.stop()
        subprocess.run(["umount", disk], check=True)


def test_a_dump_by_the_shipped_program_restores_into_a_new_folder(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("create table kept as select 7 as number")
    dump = tmp_path / "shifty.dump"
    programs = find_binaries()
    subprocess.run([programs / "pg_dump", "-Fc", "-f", dump, postgres.dsn], check=True)

    with psycopg.connect(postgres.dsn) as connection:
        connection.execute("update kept set number = 8")
    subprocess.run([programs / "pg_restore", "-d", postgres.dsn, "--clean", "--if-exists", dump], check=True)

    with psycopg.connect(postgres.dsn) as connection:
        assert connection.execute("select number from kept").fetchone() == (7,)
