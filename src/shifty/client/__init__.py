"""Typed HTTP client of the API; decides whether to go on or to stop."""
