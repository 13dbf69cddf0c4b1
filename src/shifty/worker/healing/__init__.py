"""A worker's part in healing: what the hook in Playwright's processes is told, and its way to the server.

Test code must not see the API key, so the hook talks to a relay in the worker, on this machine's loopback address:

    hook ──► relay ──► server      POST /healing/heal, GET /healing/fingerprints
    hook ──► relay: kept until the attempt has passed ──► server      POST /healing/fingerprints
"""
