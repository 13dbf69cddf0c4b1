"""The embedded PostgreSQL: our child, restarted when it dies, gone when we are.

    stopped ──start──▶ starting ──▶ ready ──stop──▶ stopped
                          ▲           │ killed
                          └─ back-off ┘

The thread that watches it also starts it, because the kernel ties "dies with its parent" to the thread. What a crash
leaves behind, of us or of it, the next start puts right: a half-made cluster, a process that is still shutting down, an
old pid file, a socket's folder.
"""

import atexit
import contextlib
import fcntl
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import quote

from shifty.database import binaries as programs
from shifty.database import cluster as files
from shifty.database.account import account_for, make_data_folder, reachable_binaries
from shifty.database.socket_folder import PORT, make_socket_folder, remove_socket_folder
from shifty.errors import UsageError

log = logging.getLogger(__name__)

_CONFIGURATION: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "wal_compression": "off",  # This build only has pglz: 200 µs a page, seconds of a fold after a checkpoint.
    "jit": "off",
    "max_locks_per_transaction": "128",
    "log_min_messages": "warning",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
_START_TIMEOUT_S = 300.0  # Recovery of a full WAL on a slow disk takes minutes, not hours.
_LOG_LIMIT = 10_000_000
_ENDING = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, None))
"""What is sent, and how long it may take. After SIGQUIT the rest is left to the recovery of the next start."""


class DataFolderInUse(UsageError):
    """Another process serves this data folder."""

    def __init__(self, data_dir: Path, owner: str) -> None:
        by = f" (process {owner})" if owner else ""
        super().__init__(
            f"The data folder {data_dir} is in use by another shifty{by}: "
            f"stop that one, or choose another folder with --data-dir."
        )


def dsn_of(socket_dir: Path, database: str = "postgres") -> str:
    """Names everything that PG… variables of the environment would else decide."""
    return f"postgresql://postgres@/{database}?host={quote(str(socket_dir), safe='')}&port={PORT}"


def running_dsn(data_dir: Path) -> str | None:
    """The address of the PostgreSQL that some process runs for this data folder, or None while none is ready."""
    pid_file = files.read_pid_file(files.locate_cluster(data_dir))
    if pid_file is None or not pid_file.ready or pid_file.socket_dir is None:
        return None
    return dsn_of(pid_file.socket_dir)


class EmbeddedPostgres:
    """One cluster in ``<data_dir>``, for as long as this process lives."""

    def __init__(self, data_dir: Path, *, configuration: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.absolute()
        self._configuration = {**_CONFIGURATION, **(configuration or {})}
        self._lock: IO[str] | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._first_start = threading.Event()
        self._failure: Exception | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir: Path | None = None

    @property
    def dsn(self) -> str:
        return dsn_of(self._socket_folder())

    @property
    def pid(self) -> int | None:
        """Of the postmaster that runs at this moment."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Return once it takes connections.

        Raises:
            DataFolderInUse: another process serves this folder.
            UsageError: it can't run here; the sentence says why and what to do.
        """
        try:
            self._prepare()
        except OSError as error:
            self._release()
            raise UsageError(_words_of(error, self.data_dir)) from error
        except BaseException:
            self._release()
            raise
        self._stopping.clear()
        self._first_start.clear()
        self._watcher = threading.Thread(target=self._watch, name="postgres-watcher", daemon=True)
        self._watcher.start()
        self._first_start.wait()
        if self._failure:
            failure, self._failure = self._failure, None
            self._watcher.join()
            self._release()
            raise failure
        atexit.register(self.stop)

    def stop(self) -> None:
        """End it: with a checkpoint, so that the next start is quick. Does nothing where it does not run."""
        atexit.unregister(self.stop)
        self._stopping.set()
        if self._watcher:
            self._end()
            self._watcher = None
        self._release()

    def _prepare(self) -> None:
        make_data_folder(self.data_dir)
        self._take_lock()
        (self.data_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        cluster = files.locate_cluster(self.data_dir)
        self._account = account_for(cluster)
        found = programs.find_binaries()
        self._binaries = reachable_binaries(found, programs.version_of(found), self._account)
        if not (cluster / "PG_VERSION").exists():
            sync = self._configuration.get("fsync") != "off"
            files.create_cluster(cluster, self._binaries, self._account, sync=sync)
        _check_major(cluster, programs.version_of(found))
        files.locate_cluster(self.data_dir)  # Remembers it, now that it is whole.
        files.clear_leftovers(cluster)
        self._cluster = cluster
        self._socket_dir = make_socket_folder(self.data_dir, cluster, self._account)

    def _take_lock(self) -> None:
        lock = (self.data_dir / "pg.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip()
            lock.close()
            raise DataFolderInUse(self.data_dir, owner) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _release(self) -> None:
        if self._lock:
            remove_socket_folder(self.data_dir)
            self._lock.close()
            self._lock = None

    def _watch(self) -> None:
        try:
            self._spawn()
        except Exception as error:  # noqa: BLE001 - answers for start(), which raises it.
            self._failure = error
            self._end_process()
            return
        finally:
            self._first_start.set()
        pause = 0.1
        while self._process and not self._stopping.is_set():
            began = time.monotonic()
            self._process.wait()
            if self._stopping.is_set():
                break
            pause = 0.1 if time.monotonic() - began > 60 else min(5.0, pause * 2)
            log.warning("PostgreSQL ended with %s; it is started again", self._process.returncode)
            self._restart(pause)
        self._end_process()

    def _restart(self, pause: float) -> None:
        while not self._stopping.is_set():
            try:
                files.clear_leftovers(self._cluster)
                self._socket_dir_again()
                self._spawn()
            except (UsageError, OSError) as error:
                log.error("PostgreSQL did not start again: %s", error)
                self._end_process()
                self._stopping.wait(pause)
                pause = min(5.0, pause * 2)
            else:
                return

    def _socket_dir_again(self) -> None:
        if self._socket_dir and not self._socket_dir.is_dir():
            self._socket_dir.mkdir(mode=0o700)
            self._account.own(self._socket_dir)

    def _spawn(self) -> None:
        # It may name a killed server that is not reaped yet, which PostgreSQL takes for alive.
        (self._socket_folder() / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
        settings = [part for name, value in self._configuration.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._binaries / "postgres"), "-D", str(self._cluster), "-k", str(self._socket_dir), *settings]
        with self._open_log() as output:
            began_at = output.tell()
            self._process = subprocess.Popen(
                files.launch(command, self._account, signal.SIGINT),
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd="/", env=files.clean_environment(), start_new_session=True,
            )  # fmt: skip
        self._wait_until_ready(self._process, began_at)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], log_from: int) -> None:
        end = time.monotonic() + _START_TIMEOUT_S
        while not self._stopping.is_set():
            known = files.read_pid_file(self._cluster)
            if known and known.ready and known.pid == process.pid:
                return
            if process.poll() is not None:
                raise UsageError(
                    f"PostgreSQL did not start: {files.reason_in(self._read_log(log_from))} (see {self.log_file})."
                )
            if time.monotonic() > end:
                raise UsageError(f"PostgreSQL did not get ready in {_START_TIMEOUT_S:.0f} s: see {self.log_file}.")
            time.sleep(0.005)

    def _socket_folder(self) -> Path:
        if self._socket_dir is None:
            raise RuntimeError("PostgreSQL has not been started")
        return self._socket_dir

    @property
    def log_file(self) -> Path:
        return self.data_dir / "logs" / "postgres.log"

    def _open_log(self) -> IO[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self.log_file.stat().st_size > _LOG_LIMIT:
                self.log_file.replace(self.log_file.with_suffix(".log.1"))
        return self.log_file.open("ab")

    def _read_log(self, start: int) -> str:
        with self.log_file.open("rb") as file:
            file.seek(start)
            return file.read(100_000).decode(errors="replace")

    def _end(self) -> None:
        """From outside the watcher, which waits for the process."""
        watcher = self._watcher
        for number, patience_s in _ENDING:
            if self._process:
                self._process.send_signal(number)
            if watcher:
                watcher.join(patience_s)
            if not (watcher and watcher.is_alive()):
                return

    def _end_process(self) -> None:
        """From the watcher itself."""
        if self._process is None:
            return
        for number, patience_s in _ENDING:
            self._process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
                break
        self._process = None


def _check_major(cluster: Path, version: str) -> None:
    written_by = (cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
    if written_by != version.split(".")[0]:
        raise UsageError(
            f"The data in {cluster} was written by PostgreSQL {written_by} and this is {version}: set SHIFTY_PG_BIN to "
            f"the programs of version {written_by}, and move the data with pg_dump and pg_restore (docs/operations.md)."
        )


def _words_of(error: OSError, data_dir: Path) -> str:
    where = error.filename or data_dir
    return (
        f"The data folder {data_dir} can't be used ({error.strerror}: {where}): "
        f"correct that, or choose another with --data-dir."
    )
