"""Quarantine: run, report, don't fail. Which tests it excuses, for how long, and who said so."""
