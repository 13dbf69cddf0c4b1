"""What tests reported: outcomes, idempotent ingest, counters.

A row of ``tests`` is empty until the test reports, and is replaced only by a report of a higher revision: a later lease
outranks an earlier one, a later attempt an earlier one, a final report a provisional one. Counters of the run move in
the statement that changes the row, so a report that is sent twice counts once.
"""
