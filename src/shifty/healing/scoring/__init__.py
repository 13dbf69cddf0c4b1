"""Scores the engine on data where the truth is known, beside a published peer."""
