"""Quarantined, and takes its process along."""

import os


def test_half_alive() -> None:
    os._exit(3)
