"""Runs one command and leaves nothing of it behind, even when the worker that asked for it is killed.

A file of its own with nothing but the standard library: it is started as ``python -I -S guard.py COMMAND…`` for every
batch, in some 20 ms. It takes orders on its standard input: each byte is the number of a signal for the command's
process group, and the end of the input, which comes also when the worker is killed, kills the command and all its
descendants.

Playwright starts browsers and web servers in sessions of their own, so a process group is not enough. On Linux the
guard becomes the "subreaper" of all it starts, directly or not, and finds them below itself whatever they do.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
KILLED = 137


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _die_with_guard() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _parents() -> dict[int, int]:
    parents: dict[int, int] = {}
    for process in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
        # It may be gone by now. Its name, in brackets, may hold blanks and brackets.
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(process.name)] = int((process / "stat").read_bytes().rsplit(b")", 1)[1].split()[1])
    return parents


def _descendants() -> list[int]:
    parents = _parents()
    below = {os.getpid()}
    grown = True
    while grown:
        fresh = {pid for pid, parent in parents.items() if parent in below} - below
        below |= fresh
        grown = bool(fresh)
    return sorted(below - {os.getpid()})


def _reap() -> dict[int, int]:
    """Exit statuses of all children that have ended, orphans that came to us included."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = os.waitstatus_to_exitcode(status)
    return ended


def kill_all(group: int) -> None:
    """Kill everything below us; again, as long as something was just being born."""
    for _ in range(100):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
        alive = _descendants()
        for pid in alive:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        _reap()
        if not alive:
            return
        time.sleep(0.01)


def _obey(orders: bytes, group: int) -> None:
    for order in orders:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, order)


def run(command: list[str]) -> int:
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A Ctrl-C in the terminal is the worker's to interpret.
        signal.signal(ignored, signal.SIG_IGN)
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _wake_only)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_begin_child)
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            code = _reap().get(process.pid)
            if code is not None:
                if code < 0:
                    kill_all(process.pid)
                return code if code >= 0 else 128 - code
        if 0 in ready:
            orders = os.read(0, 64)
            if not orders:
                kill_all(process.pid)
                return KILLED
            _obey(orders, process.pid)


def _wake_only(_signal: int, _frame: FrameType | None) -> None:
    """A handler of any kind is needed for the signal to wake us."""


def _begin_child() -> None:
    for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(restored, signal.SIG_DFL)
    _die_with_guard()


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
