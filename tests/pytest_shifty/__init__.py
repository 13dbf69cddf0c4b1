"""The plugin for pytest-playwright, run by real pytest on real pages."""
