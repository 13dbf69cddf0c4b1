"""The healing hook of Playwright, in real suites, against a real server."""
