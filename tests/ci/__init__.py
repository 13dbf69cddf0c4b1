"""The commands as users call them: real processes, a real Playwright, suites that need no browser."""
