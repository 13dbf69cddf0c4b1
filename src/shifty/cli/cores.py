"""How many workers this machine can feed."""

import os

_MOST = 5


def default_workers() -> int:
    """One a core that we may use, and not more than the contract's default."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _MOST))
