"""Typed HTTP client of the API; decides whether to go on or to stop.

What it reads is in ``model.py``, not in the rooms' ``wire.py``: a worker must not load a web framework and a database
driver to understand three answers, and it reads on when a newer server adds fields.
"""
