"""Refusals to answers, request ids, pagination, SSE frames."""
