"""Traces, screenshots, videos and logs of a run: taken in, listed, served, and removed when their time is over.

    (presigned) ──▶ pending ──PUT arrives, complete, a list looks──▶ ready ──retention──▶ expired (kept for the 410)
    (upload) ─────▶ pending ──stored──▶ ready
                       └──never came──▶ (no row)

The row is written before the bytes, and every row that goes leaves a tombstone with the key of its object, in the same
transaction. So whatever dies when, nothing is in the store that the database does not know of: an upload that was cut
off is a pending row, and it goes with its time; an object that nobody needs has a tombstone until it is deleted.
"""
