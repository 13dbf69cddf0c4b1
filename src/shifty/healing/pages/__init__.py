"""Pages in Chromium: opens them, collects their elements, and writes selectors that people read."""
