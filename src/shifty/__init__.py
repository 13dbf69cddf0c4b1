"""Shifty: an open, self-hosted test orchestrator."""

__version__ = "0.1.0"
