"""Pulls leases and runs Playwright in the user's project; plans alone when the server is away."""
