"""Advice from a project's own history: workers, what to split first, what retries cost, what quarantine hides."""
