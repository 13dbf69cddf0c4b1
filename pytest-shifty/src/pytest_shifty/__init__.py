"""Self-healing locators for pytest-playwright, and reporting to Shifty: no dependencies, and never in the way."""
