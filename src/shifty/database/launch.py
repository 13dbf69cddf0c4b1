"""Run as a script between us and a program of PostgreSQL: drop privileges, die with the parent, become the program.

    python -I -S launch.py PARENT_PID SIGNAL UID GID PROGRAM [ARGUMENT…]

A script, and not code that runs in the child after ``fork``: that is not safe in a process with threads. Imports
little, since each start of PostgreSQL waits for it. UID -1 keeps the user.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, signal: int, uid: int, gid: int, command: list[str]) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of user, which clears it. The kernel sends it when the *thread* that started us ends.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        # It died before the kernel was asked to tell us.
        sys.exit(1)
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
