"""Traces, screenshots, videos and logs of a run: taken in, listed, served, and removed when their time is over.

    (presigned) ──▶ pending ──PUT arrives / complete──▶ ready ──retention──▶ expired (the row stays, for 410)
    (upload) ─────────────────────────────────────────▶ ready

Pending rows whose bytes never came go with their signature.
"""
