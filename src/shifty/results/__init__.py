"""What tests reported: outcomes, idempotent ingest, counters."""
