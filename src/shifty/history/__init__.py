"""Durations of earlier runs, folded once when a run ends."""
