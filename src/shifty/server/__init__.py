"""Composition root: the application, its background duties, its start and stop."""
