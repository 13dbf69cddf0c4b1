"""Runs: lifecycle, ledger, verdict, lists and details."""
