"""Tenants, API keys, scopes and the caller of a request.

A key is ``shf_<id>_<secret>``: the id finds the row, the secret is compared with its stored hash.

    valid ──revoke──▶ revoked
      └──────time───▶ expired

Both are for good; every process refuses the key within `authenticate.TRUSTED_FOR` of it.
"""
